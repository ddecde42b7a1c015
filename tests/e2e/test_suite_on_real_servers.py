"""The suite as a province runs it, on a real Kafka and a real ClickHouse: everything is killed, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cchc.client import FactsClient, ServiceName
from cchc.errors import Unavailable
from cchc.log.batch import UndecodableBatchError, decode, encode, events
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import LOG_TOPICS, topic_of
from cchc.log.port import Prefix
from cchc.recording.recorder import Recorded
from cchc.rights import OPERATOR
from cchc.store.live import live_store
from cchc.store.port import Store
from deploy.local.clickhouse import LocalClickHouse
from deploy.local.kafka import LocalKafka
from deploy.local.suite import WRITING, Suite
from services.aggregator.quarantine import Quarantine
from tests.e2e.on_servers import (
    Agents,
    answers_of,
    embedded_answers,
    has_all_of,
    identities,
    store_at,
    without_recording,
)
from tests.e2e.quarter import Quarter, quarter
from tests.eventually import eventually
from tests.servers import require
from tests.set_aside import contents

pytestmark = pytest.mark.fault

_DOSSIERS = 2_500
_FACTS_PER_CALL = 25
_PAUSE_S = 0.2
_UNDECODABLE = 12
_SETTLED_WITHIN_S = 120


@dataclass
class Province:
    """Everything that runs."""

    kafka: LocalKafka
    clickhouse: LocalClickHouse
    suite: Suite
    store: Store
    log: KafkaLog
    writers: Sequence[KafkaLog]
    spoiled: set[bytes] = field(default_factory=set)

    def put_undecodable(self, dice: random.Random, quarter: Quarter) -> None:
        """One record straight into Kafka, past the services."""
        whole = encode(dice.sample(list(quarter.facts), 20))
        cut = dice.randrange(len(whole) // 2, len(whole) - 1)
        spoiled = dice.choice((b"\xff" + dice.randbytes(dice.randrange(1, 400)), whole[:cut], b"\xff" + whole))
        with pytest.raises(UndecodableBatchError):
            # Cut between two fields, only its rows show that facts are missing.
            list(events(decode(spoiled)))
        log, key = dice.choice(self.writers), str(dice.randrange(64))
        _until_available(lambda: log.append([spoiled], key=key))
        self.spoiled.add(spoiled)


def _until_available(act: Callable[[], object]) -> None:
    def done() -> bool:
        try:
            act()
        except Unavailable:
            return False
        return True

    eventually(done, 120, lambda: "the broker takes a record")


@contextmanager
def _province(folder: Path) -> Iterator[Province]:
    with ExitStack() as running:
        kafka = running.enter_context(LocalKafka(folder / "kafka", dies_with_parent=True))
        clickhouse = running.enter_context(LocalClickHouse(folder / "clickhouse", dies_with_parent=True))
        suite = Suite(
            folder / "suite",
            kafka.address,
            clickhouse.address,
            environment={"CCHC_KAFKA_TIMEOUT_MS": "10000"},
            dies_with_parent=True,
        )
        running.enter_context(suite)
        store = running.enter_context(store_at(clickhouse.address))
        brokers, topics = KafkaSettings((kafka.address,)), LOG_TOPICS
        log = running.enter_context(KafkaLog(brokers, topics))
        written = map(topic_of, WRITING)
        writers = [running.enter_context(KafkaLog(brokers, [topic], writes_to=topic)) for topic in written]
        yield Province(kafka, clickhouse, suite, store, log, writers)


def _define(suite: Suite, quarter: Quarter) -> None:
    """Units and procedures, said by whoever may; what speaks of them is sent after that."""
    with FactsClient(ServiceName.INTAKE, suite.address("intake"), suite.token(OPERATOR)) as client:
        assert all(isinstance(outcome, Recorded) for outcome in client.record_all(quarter.definitions))


def _killing(province: Province, agents: Agents, dice: random.Random) -> list[tuple[str, Callable[[], None]]]:
    """Everything once, in some order: each process killed and started again, both servers restarted."""

    def again(name: str) -> Callable[[], None]:
        process = province.suite.processes[name]

        def kill_and_start() -> None:
            process.kill()
            process.begin()
            process.wait()

        return kill_and_start

    def resend(name: str) -> Callable[[], None]:
        def kill_and_start() -> None:
            agents.kill(name)
            agents.start(name)

        return kill_and_start

    def restart(server: LocalKafka | LocalClickHouse) -> Callable[[], None]:
        end = dice.choice((server.kill, server.stop))

        def end_and_start() -> None:
            end()
            server.start()

        return end_and_start

    acts = [(name, again(name)) for name in province.suite.processes]
    acts += [(name, resend(name)) for name in agents.names]
    acts += [("kafka", restart(province.kafka)), ("clickhouse", restart(province.clickhouse))]
    return dice.sample(acts, len(acts))


def test_final_answers_are_those_of_the_embedded_mode_whatever_is_killed(tmp_path: Path) -> None:
    require("kafka", "clickhouse")
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 — a failure shows it
    dice = random.Random(seed)  # noqa: S311 — not a secret
    sent = quarter(dice, _DOSSIERS)
    units = ["", "H99", *sorted(dice.sample(sorted({one.unit_code for one in sent.facts}), 2))]
    with ThreadPoolExecutor(1) as beside, _province(tmp_path) as province:
        embedded = beside.submit(embedded_answers, tmp_path / "embedded", sent, units)
        _define(province.suite, sent)
        agents = Agents(tmp_path / "agents", province.suite, sent, per_call=_FACTS_PER_CALL, pause_s=_PAUSE_S)
        with agents:
            _kill_while_sending(province, agents, sent, dice)
            eventually(agents.done, 240, lambda: "the agents have their answers")
        count, accepted = agents.acknowledged()
        assert count == agents.total
        eventually(lambda: has_all_of(province.store, province.log), _SETTLED_WITHIN_S, lambda: "the store has the log")
        assert province.suite.ended() == {}
        undecodable = _check(province, sent, accepted)
        answers, set_aside = answers_of(province.suite, province.store, units)
        assert set_aside == {undecodable}
        expected = embedded.result()
    for question, answer in expected.items():
        assert without_recording(answers[question]) == without_recording(answer), question


def _kill_while_sending(province: Province, agents: Agents, sent: Quarter, dice: random.Random) -> None:
    """At moments that are drawn as shares of what is to be sent."""
    acts = _killing(province, agents, dice)
    acts += [("undecodable", lambda: province.put_undecodable(dice, sent))] * _UNDECODABLE
    dice.shuffle(acts)
    moments = sorted(dice.uniform(0.02, 0.85) * agents.total for _ in acts)
    for moment, (name, act) in zip(moments, acts, strict=True):
        agents.wait_for(moment)
        print(f"at {agents.acknowledged()[0]} of {agents.total}: {name}")  # noqa: T201 — a failure shows it
        act()
        agents.done()


def _check(province: Province, sent: Quarter, accepted: set[bytes]) -> int:
    """What was accepted is all that was good, it is in Kafka and in the store, and nothing else is.

    Returns how many records cannot be decoded, all of which stand in quarantine.
    """
    good = {one.event_id for one in sent.facts}
    assert accepted == good
    payloads = [record.payload for record in province.log.records(Prefix())]
    undecodable = sorted(payload for payload in payloads if payload in province.spoiled)
    assert set(undecodable) == province.spoiled
    readable = [decode(payload) for payload in payloads if payload not in province.spoiled]
    known = good | {one.event_id for one in sent.definitions}
    assert {event.event_id for batch in readable for event in events(batch)} == known
    assert good <= identities(province.store) <= known
    assert _standing_contents(live_store(province.store)) == undecodable
    return len(undecodable)


def _standing_contents(store: Store) -> list[bytes]:
    kept = contents(store)
    return sorted(kept[entry.position, entry.row] for entry in Quarantine(store).entries())
