"""What has to change for a topic to be as it should be."""

from __future__ import annotations

import pytest

from cchc.log.kafka.topics import Difference, Found, Topic, differences

_WANTED = Topic("cchc.intake", partitions=6, replication=3, min_insync=2)
_SETTINGS = _WANTED.settings()


def test_a_topic_as_it_should_be_has_no_differences() -> None:
    assert list(differences(_WANTED, Found(6, 3, {**_SETTINGS, "segment.bytes": "1"}))) == []


def test_a_topic_that_is_not_there_is_one_difference() -> None:
    assert list(differences(_WANTED, None)) == [Difference("cchc.intake", "topic", "", "present")]


@pytest.mark.parametrize("found", [7, 100])
def test_more_partitions_are_told_and_never_taken_away(found: int) -> None:
    assert list(differences(_WANTED, Found(found, 3, _SETTINGS))) == [
        Difference("cchc.intake", "partitions", str(found), "6", can_be_set=False)
    ]


def test_fewer_partitions_can_be_mended_and_other_replication_cannot() -> None:
    assert list(differences(_WANTED, Found(2, 1, _SETTINGS))) == [
        Difference("cchc.intake", "partitions", "2", "6"),
        Difference("cchc.intake", "replication", "1", "3", can_be_set=False),
    ]


@pytest.mark.parametrize("name", sorted(_SETTINGS))
def test_each_setting_that_differs_is_found(name: str) -> None:
    assert list(differences(_WANTED, Found(6, 3, {**_SETTINGS, name: "0"}))) == [
        Difference("cchc.intake", name, "0", _SETTINGS[name])
    ]


def test_a_topic_that_takes_larger_messages_is_no_worse() -> None:
    larger = {**_SETTINGS, "max.message.bytes": str(2 * int(_SETTINGS["max.message.bytes"]))}
    assert list(differences(_WANTED, Found(6, 3, larger))) == []
