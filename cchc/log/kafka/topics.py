"""Topics of the log in Kafka: how they must be set up, whether they are, and setting them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from cchc.log import failures
from cchc.log.kafka.clients import connected
from cchc.log.kafka.errors import explained
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.port import MAX_PAYLOAD_BYTES

MAX_MESSAGE_BYTES = MAX_PAYLOAD_BYTES + 64 * 1024
"""Largest batch of records that a topic must take: the largest payload, and what Kafka lays around it."""

_ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "message.timestamp.type": "LogAppendTime",
        "unclean.leader.election.enable": "false",
    }
)
"""What a topic must have to be a log: nothing is ever removed, and times are the broker's."""


REFERENCE_TOPIC = "cchc.reference"
"""Where units, procedures and calendar days are defined: every writing service follows it, and no other topic."""


def topic_of(service: str) -> str:
    """The topic that a writing service writes to, by the name of its context.

    Kafka warns of names with both dots and underscores: its own metrics take one for the other.
    """
    return f"cchc.{service.replace('_', '-')}"


LOG_TOPICS = (REFERENCE_TOPIC, *map(topic_of, ("intake", "processing", "legal_review", "assessment")))
"""All topics of the log: definitions, and one for each service that writes."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be.

    Args:
        name: for example ``cchc.intake``.
        partitions: how many; where there are more, the plan is wrong, for they are never taken away.
        replication: how many brokers have each partition.
        min_insync: how many of them must have a batch before it is acknowledged.
    """

    name: str
    partitions: int
    replication: int
    min_insync: int

    def settings(self) -> dict[str, str]:
        """Its settings in Kafka's words."""
        return {
            **_ALWAYS,
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            "min.insync.replicas": str(self.min_insync),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as it is: partitions, replicas of the partition that has fewest, and its settings."""

    partitions: int
    replication: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something about a topic that is not as it should be.

    Args:
        topic: its name.
        what: ``topic``, ``partitions``, ``replication``, or the name of a setting.
        found: as it is; empty where it is not there.
        wanted: as it should be.
        can_be_set: whether ``TopicAdministration.apply`` sets it; otherwise the operator corrects the plan
            (``partitions``) or the cluster (``replication``).
    """

    topic: str
    what: str
    found: str
    wanted: str
    can_be_set: bool = True


def differences(topic: Topic, found: Found | None) -> Iterator[Difference]:
    """What has to change for the topic to be as it should be. Pure."""
    if found is None:
        yield Difference(topic.name, "topic", "", "present")
        return
    if found.partitions < topic.partitions:
        yield Difference(topic.name, "partitions", str(found.partitions), str(topic.partitions))
    if found.partitions > topic.partitions:
        yield Difference(topic.name, "partitions", str(found.partitions), str(topic.partitions), can_be_set=False)
    if found.replication != topic.replication:
        # Moving replicas is work for hours that the cluster's operator plans.
        yield Difference(topic.name, "replication", str(found.replication), str(topic.replication), can_be_set=False)
    for name, wanted in topic.settings().items():
        is_now = found.settings.get(name, "")
        if not _is_enough(name, is_now, wanted):
            yield Difference(topic.name, name, is_now, wanted)


def _is_enough(name: str, found: str, wanted: str) -> bool:
    # A topic that takes more is no worse.
    return found == wanted or (name == "max.message.bytes" and found.isdigit() and int(found) > int(wanted))


def check_suitable(settings: KafkaSettings, topics: Sequence[str]) -> None:
    """Make sure that topics are there and keep for ever what is put into them, as it is put.

    Raises:
        Refused: ``log.topic_missing``, ``log.topic_unsuitable``, ``log.not_allowed``.
        Unavailable: ``log.unavailable``.
    """
    with administration(settings) as admin:
        found = admin.found(topics)
    for name in topics:
        topic = found.get(name)
        if topic is None:
            raise failures.topic_missing(name)
        for setting, wanted in {**_ALWAYS, "max.message.bytes": str(MAX_MESSAGE_BYTES)}.items():
            is_now = topic.settings.get(setting, "")
            if not _is_enough(setting, is_now, wanted):
                raise failures.topic_unsuitable(name, f"{setting} = {is_now}, not {wanted}")


class TopicAdministration:
    """Looks at topics and sets them up. ``administration`` makes one."""

    def __init__(self, client: KafkaAdminClient, address: str) -> None:
        self._client = client
        self._address = address

    def found(self, names: Sequence[str]) -> dict[str, Found]:
        """Those of the topics that are there."""
        with explained(self._address):
            described = {one["name"]: one for one in self._client.describe_topics(list(names)) if not one["error_code"]}
            if not described:
                return {}
            resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in described]
            answered = self._client.describe_configs(resources, config_filter="all")
        by_topic = {name: said for of_kind in answered.values() for name, said in of_kind.items()}
        return {
            name: Found(
                len(one["partitions"]),
                min(len(partition["replica_nodes"]) for partition in one["partitions"]),
                {setting: str(said["value"]) for setting, said in by_topic[name].items()},
            )
            for name, one in described.items()
        }

    def differences(self, topics: Sequence[Topic]) -> list[Difference]:
        """What has to change for these topics to be as they should be."""
        found = self.found([topic.name for topic in topics])
        return [difference for topic in topics for difference in differences(topic, found.get(topic.name))]

    def apply(self, topics: Sequence[Topic]) -> list[Difference]:
        """Make topics that are missing, add partitions, change settings; returns what it could not set.

        Partitions are never taken away, for their batches would go with them. Where some are added, keys may move to
        other partitions: later facts of a dossier may then lie elsewhere than its earlier ones, which the fold does not
        mind, for it asks for no order.
        """
        by_name = {topic.name: topic for topic in topics}
        left = []
        for difference in self.differences(topics):
            if not difference.can_be_set:
                left.append(difference)
                continue
            with explained(self._address):
                self._set(by_name[difference.topic], difference)
        return left

    def _set(self, topic: Topic, difference: Difference) -> None:
        if difference.what == "topic":
            options = {
                "num_partitions": topic.partitions,
                "replication_factor": topic.replication,
                "configs": topic.settings(),
            }
            self._client.create_topics({topic.name: options}, wait_for_metadata=True)
        elif difference.what == "partitions":
            self._client.create_partitions({topic.name: topic.partitions})
        else:
            wanted = {difference.what: difference.wanted}
            self._client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, wanted)])


@contextmanager
def administration(settings: KafkaSettings) -> Iterator[TopicAdministration]:
    """Connect for looking at topics and setting them up.

    Raises:
        Unavailable: ``log.unavailable``.
        Refused: ``log.not_allowed``.
    """
    client = connected(KafkaAdminClient, settings)
    try:
        yield TopicAdministration(client, settings.address)
    finally:
        client.close()
