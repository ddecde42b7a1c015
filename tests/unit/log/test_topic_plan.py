"""Which topics there should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.errors import Refused
from cchc.log.kafka.topic_plan import Durability, TopicPlan


def test_the_list_that_comes_with_the_program_has_a_topic_for_each_service_that_writes() -> None:
    plan = TopicPlan.read()
    services = {"cchc.intake", "cchc.processing", "cchc.legal-review", "cchc.assessment"}
    assert set(plan.topics) == {"cchc.reference", *services}
    assert plan.durability("single") == Durability(1, 1)
    assert plan.durability("cluster") == Durability(3, 2)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "topics: {}\nenvironments: {}",
        "topics: {a: 0}\nenvironments: {}",
        "topics: {a: one}\nenvironments: {}",
        "topics: {a: 1}",
        "topics: {a: 1}\nenvironments: {one: {replication: 1, min_insync: 2}}",
        "topics: [",
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "topics.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=r"log\.topic_plan_unreadable"):
        TopicPlan.read(tmp_path / "topics.yaml")


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"log\.topic_plan_unreadable"):
        TopicPlan.read(tmp_path / "nowhere.yaml")


def test_an_environment_that_is_not_listed_is_refused() -> None:
    with pytest.raises(Refused, match=r"log\.environment_unknown.*single, cluster"):
        TopicPlan.read().durability("moon")
