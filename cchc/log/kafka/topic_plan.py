"""The plan of the log's topics: how many partitions each has, and how many brokers keep them. Operators edit it.

The file is ``deploy/kafka/topics.yaml``. In a source tree and in the image it lies there; an installed package has,
beside this module, the one that it was built with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cchc.errors import Refused
from cchc.log.kafka.topics import LOG_TOPICS, Topic

PLAN_VARIABLE = "CCHC_TOPIC_PLAN"
"""Environment variable with the path of the plan, where another one is meant."""

MOST_PARTITIONS = 1_000
"""Of one topic: far more than there are workers, and a number with a digit too many cannot be taken back."""

_IN_TREE = Path(__file__).parents[3] / "deploy" / "kafka" / "topics.yaml"
_IN_PACKAGE = Path(__file__).with_name("topics.yaml")


def plan_file(environment: Mapping[str, str]) -> Path:
    """Where the plan is: as the environment says, or else in the source tree, or else in the installed package."""
    if said := environment.get(PLAN_VARIABLE):
        return Path(said)
    return _IN_PACKAGE if _IN_PACKAGE.exists() and not _IN_TREE.exists() else _IN_TREE


@dataclass(frozen=True, slots=True)
class Durability:
    """How many brokers have each partition, and how many must have a batch before it is acknowledged."""

    replication: int
    min_insync: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands in the file, before its numbers are looked at."""

    topics: dict[str, Any]
    environments: dict[str, Durability]


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """Topics with their numbers of partitions, and environments with their durability; ``file`` is where it says so."""

    topics: Mapping[str, int]
    environments: Mapping[str, Durability]
    file: Path

    @classmethod
    def read(cls, path: Path | None = None) -> TopicPlan:
        """The plan of a file, or the program's own.

        Raises:
            Refused: ``log.topic_plan_missing``, ``log.topic_plan_unreadable``.
        """
        file = path or plan_file({})
        try:
            said = msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), _Said)
        except FileNotFoundError as error:
            raise _missing(file) from error
        except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
            raise _unreadable(file, str(error)) from error
        for name, durability in said.environments.items():
            if not 1 <= durability.min_insync <= durability.replication:
                raise _unreadable(file, f"{name}: min_insync must be from 1 to replication")
        for name, partitions in said.topics.items():
            if type(partitions) is not int or not 1 <= partitions <= MOST_PARTITIONS:
                reason = f"{name}: {partitions} is no number of partitions, which is from 1 to {MOST_PARTITIONS}"
                raise _unreadable(file, reason)
        return cls(said.topics, said.environments, file)

    def wanted(self, environment: str, used: Collection[str] = LOG_TOPICS) -> list[Topic]:
        """The topics as they should be.

        Args:
            environment: one of ``environments``.
            used: topics that the log has; the plan must have each, and no other but those of the program.

        Raises:
            Refused: ``log.topic_unknown``, ``log.topic_unplanned``, ``log.environment_unknown``.
        """
        if unknown := self.topics.keys() - {*used, *LOG_TOPICS}:
            raise self._unknown(unknown, used)
        if unplanned := set(used) - self.topics.keys():
            raise self._unplanned(unplanned)
        durability = self.durability(environment)
        return [
            Topic(name, partitions, durability.replication, durability.min_insync)
            for name, partitions in self.topics.items()
        ]

    def durability(self, environment: str) -> Durability:
        """That of one environment.

        Raises:
            Refused: ``log.environment_unknown``.
        """
        if environment not in self.environments:
            known = ", ".join(self.environments)
            raise Refused(
                "log.environment_unknown",
                vi=f"Không có môi trường {environment}; có: {known}.",
                en=f"There is no environment {environment}; there are: {known}.",
                next_vi="Chọn một trong các môi trường đó bằng --environment.",
                next_en="Choose one of them with --environment.",
            )
        return self.environments[environment]

    def _unknown(self, names: Collection[str], used: Collection[str]) -> Refused:
        shown, known = ", ".join(sorted(names)), ", ".join(sorted(used))
        return Refused(
            "log.topic_unknown",
            vi=f"{self.file} ghi chủ đề mà không dịch vụ nào dùng: {shown}; nhật ký gồm: {known}. Chưa thay đổi gì.",
            en=f"{self.file} has a topic that nothing uses: {shown}; the log has: {known}. Nothing was changed.",
            next_vi="Sửa tên trong tệp, hoặc nêu tên chủ đề riêng trong CCHC_TOPICS.",
            next_en="Correct the name in the file, or name topics of your own in CCHC_TOPICS.",
        )

    def _unplanned(self, names: Collection[str]) -> Refused:
        shown, line = ", ".join(sorted(names)), f"{min(names)}: 3"
        return Refused(
            "log.topic_unplanned",
            vi=f"{self.file} thiếu chủ đề của nhật ký: {shown}. Chưa thay đổi gì.",
            en=f"{self.file} lacks topics of the log: {shown}. Nothing was changed.",
            next_vi=f"Thêm mỗi chủ đề một dòng với số phân vùng, ví dụ `{line}`.",
            next_en=f"Add a line with its partitions for each, for example `{line}`.",
        )


def _missing(path: Path) -> Refused:
    return Refused(
        "log.topic_plan_missing",
        vi=f"Không có danh sách chủ đề {path}.",
        en=f"The list of topics {path} is not there.",
        next_vi=f"Chỉ đến tệp deploy/kafka/topics.yaml của mã nguồn bằng --file hoặc biến {PLAN_VARIABLE}.",
        next_en=f"Name the file deploy/kafka/topics.yaml of the sources with --file or in {PLAN_VARIABLE}.",
    )


def _unreadable(path: Path, reason: str) -> Refused:
    return Refused(
        "log.topic_plan_unreadable",
        vi=f"Không đọc được danh sách chủ đề {path}: {reason}.",
        en=f"The list of topics {path} cannot be read: {reason}.",
        next_vi="Sửa tệp theo mẫu deploy/kafka/topics.yaml của mã nguồn (mỗi chủ đề một dòng, `cchc.intake: 12`).",
        next_en="Correct it after deploy/kafka/topics.yaml of the sources (a line for each topic, `cchc.intake: 12`).",
    )
