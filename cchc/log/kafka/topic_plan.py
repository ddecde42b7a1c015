"""Which topics there should be: read from a file, of which one comes with the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cchc.errors import Refused

PLAN = Path(__file__).with_name("topics.yaml")
"""The file that comes with the program."""


@dataclass(frozen=True, slots=True)
class Durability:
    """How many brokers have each partition, and how many must have a batch before it is acknowledged."""

    replication: int
    min_insync: int


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """Topics with their numbers of partitions, and environments with their durability."""

    topics: Mapping[str, int]
    environments: Mapping[str, Durability]

    @classmethod
    def read(cls, path: Path = PLAN) -> TopicPlan:
        """The plan of a file.

        Raises:
            Refused: ``log.topic_plan_unreadable``.
        """
        try:
            said: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
            plan = msgspec.convert(said, cls)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
            raise _unreadable(path, str(error)) from error
        for name, durability in plan.environments.items():
            if not 1 <= durability.min_insync <= durability.replication:
                raise _unreadable(path, f"{name}: min_insync must be from 1 to replication")
        if not plan.topics or min(plan.topics.values()) < 1:
            raise _unreadable(path, "each topic needs one partition at least")
        return plan

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


def _unreadable(path: Path, reason: str) -> Refused:
    return Refused(
        "log.topic_plan_unreadable",
        vi=f"Không đọc được danh sách chủ đề {path}: {reason}.",
        en=f"The list of topics {path} cannot be read: {reason}.",
        next_vi="Sửa tệp theo mẫu đi kèm chương trình (cchc/log/kafka/topics.yaml).",
        next_en="Correct the file after the one that comes with the program (cchc/log/kafka/topics.yaml).",
    )
