"""``cchc topics``: whether the log's topics in Kafka are as they should be, and setting them up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    # Typing only: the client takes a third of a second to import.
    from cchc.log.kafka.settings import KafkaSettings
    from cchc.log.kafka.topics import Difference, Topic

topics = typer.Typer(help="Chủ đề (topic) của nhật ký trong Kafka (cụm đặt trong $CCHC_KAFKA_SERVERS).")

Environment = Annotated[str, typer.Option("--environment", help="single (một máy chủ Kafka) hoặc cluster (từ ba).")]
PlanFile = Annotated[
    Path | None,
    typer.Option("--file", help="Danh sách chủ đề (YAML); mặc định $CCHC_TOPIC_PLAN, rồi deploy/kafka/topics.yaml."),
]


@topics.command()
def check(environment: Environment = "single", file: PlanFile = None) -> None:
    """Cho biết chủ đề nào chưa đúng; mã kết thúc 1 nếu có."""
    from cchc.log.kafka.topics import administration

    wanted = _wanted(environment, file)
    with administration(_kafka()) as admin:
        found = admin.differences(wanted)
    _end(found, "Các chủ đề đúng như danh sách.")


@topics.command()
def create(environment: Environment = "single", file: PlanFile = None) -> None:
    """Tạo chủ đề còn thiếu, thêm phân vùng, sửa thiết lập; không bao giờ bớt phân vùng hay xóa chủ đề."""
    from cchc.log.kafka.topics import administration

    wanted = _wanted(environment, file)
    with administration(_kafka()) as admin:
        before = admin.differences(wanted)
        left = admin.apply(wanted)
    for difference in before:
        if difference not in left:
            typer.echo(f"Đã đặt {_told(difference)}")
    _end(left, "Các chủ đề đúng như danh sách.")


def _wanted(environment: str, file: Path | None) -> list[Topic]:
    from cchc.log.kafka.settings import topics_of
    from cchc.log.kafka.topic_plan import TopicPlan, plan_file
    from cchc.log.kafka.topics import LOG_TOPICS

    plan = TopicPlan.read(file or plan_file(os.environ))
    return plan.wanted(environment, topics_of(os.environ) or LOG_TOPICS)


def _kafka() -> KafkaSettings:
    from cchc.log.failures import no_servers
    from cchc.log.kafka.settings import KafkaSettings

    settings = KafkaSettings.of(os.environ)
    if settings is None:
        raise no_servers()
    return settings


def _told(difference: Difference) -> str:
    return f"{difference.topic}: {difference.what} {difference.found or '(không có)'} → {difference.wanted}"


def _end(differences: Sequence[Difference], otherwise: str) -> None:
    for difference in differences:
        typer.echo(f"Khác: {_told(difference)}{_left_to_whom(difference)}")
    if differences:
        raise typer.Exit(1)
    typer.echo(otherwise)


def _left_to_whom(difference: Difference) -> str:
    if difference.can_be_set:
        return ""
    if difference.what == "partitions":
        return f" (không bớt được phân vùng: ghi {difference.found} vào danh sách)"
    return " (người vận hành cụm Kafka phải đặt)"
