"""Which topics there should be, and what is said of a plan that cannot be followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.errors import Refused
from cchc.log.kafka.topic_plan import Durability, TopicPlan, plan_file
from cchc.log.kafka.topics import LOG_TOPICS, Topic

_ENVIRONMENTS = "environments: {one: {replication: 1, min_insync: 1}}"


def _plan(tmp_path: Path, topics: str) -> TopicPlan:
    (tmp_path / "topics.yaml").write_text(f"topics: {topics}\n{_ENVIRONMENTS}", encoding="utf-8")
    return TopicPlan.read(tmp_path / "topics.yaml")


def test_the_plan_of_the_program_has_every_topic_of_the_log() -> None:
    plan = TopicPlan.read()

    assert set(plan.topics) == set(LOG_TOPICS)
    assert plan.durability("single") == Durability(1, 1)
    assert plan.durability("cluster") == Durability(3, 2)
    assert Topic("cchc.intake", plan.topics["cchc.intake"], 3, 2) in plan.wanted("cluster")


def test_the_environment_names_another_file() -> None:
    assert plan_file({"CCHC_TOPIC_PLAN": "/etc/cchc/topics.yaml"}) == Path("/etc/cchc/topics.yaml")
    assert plan_file({"CCHC_TOPIC_PLAN": ""}) == plan_file({})


def test_topics_of_ones_own_are_planned_by_their_names(tmp_path: Path) -> None:
    assert _plan(tmp_path, "{mine: 2}").wanted("one", ["mine"]) == [Topic("mine", 2, 1, 1)]


def test_a_topic_that_nothing_uses_is_refused_with_those_that_are_used(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "{cchc.legal_review: 3}")

    with pytest.raises(Refused, match=r"log\.topic_unknown: .*nothing uses: cchc\.legal_review; .*cchc\.legal-review"):
        plan.wanted("one")


def test_a_topic_that_the_plan_lacks_is_named(tmp_path: Path) -> None:
    some = ", ".join(f"{name}: 1" for name in LOG_TOPICS if name != "cchc.intake")

    with pytest.raises(Refused, match=r"log\.topic_unplanned: .*lacks topics of the log: cchc\.intake\."):
        _plan(tmp_path, f"{{{some}}}").wanted("one")


@pytest.mark.parametrize("said", ["0", "-1", "one", "1.5", "yes", "'3'", "[3]", "1001"])
def test_a_number_of_partitions_that_is_none_is_named_with_its_topic(tmp_path: Path, said: str) -> None:
    with pytest.raises(Refused, match=r"log\.topic_plan_unreadable: .*cchc\.intake: .* is no number of partitions"):
        _plan(tmp_path, f"{{cchc.intake: {said}}}")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "topics: {a: 1}",
        "topics: {a: 1}\nenvironments: {one: {replication: 1, min_insync: 2}}",
        "topics: [",
    ],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "topics.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=r"log\.topic_plan_unreadable"):
        TopicPlan.read(tmp_path / "topics.yaml")


def test_a_file_that_is_not_there_is_refused_with_where_to_find_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"log\.topic_plan_missing: .*nowhere\.yaml.*deploy/kafka/topics\.yaml"):
        TopicPlan.read(tmp_path / "nowhere.yaml")


def test_an_environment_that_is_not_listed_is_refused() -> None:
    with pytest.raises(Refused, match=r"log\.environment_unknown.*single, cluster"):
        TopicPlan.read().wanted("moon")
