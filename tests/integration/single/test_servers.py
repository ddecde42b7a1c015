"""The verbs of ``cchc`` on Kafka and ClickHouse say what they say on a data directory."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from uuid import uuid4

import pytest

from cchc.calendar.periods import parse_period
from cchc.clock import SystemClock
from cchc.errors import Refused
from cchc.store.clickhouse import ClickHouseStore
from cchc.store.server_settings import ClickHouseSettings
from services.single.finding import found
from services.single.forms import render
from services.single.importing import import_file
from services.single.log_and_store import LogAndStore
from services.single.rebuilding import rebuild_store
from services.single.servers import Servers
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address

LATER_MS = 4_000_000_000_000


@pytest.fixture
def environment(kafka_server: Address, clickhouse_server: Address) -> Mapping[str, str]:
    """One that names topics and databases of the test's own."""
    return {
        "CCHC_KAFKA_SERVERS": str(kafka_server),
        "CCHC_TOPICS": ",".join(make_topics(settings_of(kafka_server), [2, 1])),
        "CCHC_CLICKHOUSE_HOST": clickhouse_server.host,
        "CCHC_CLICKHOUSE_PORT": str(clickhouse_server.port),
        "CCHC_CLICKHOUSE_PREFIX": f"p{uuid4().hex}_",
    }


def _import(opened: LogAndStore) -> None:
    sample = resources.files("services.intake") / "samples" / "receipt.csv.gz"
    with resources.as_file(sample) as file:
        code = import_file(
            opened,
            SystemClock(),
            "dossiers",
            file,
            mapping="receipt",
            source="one-stop",
            register_missing=False,
            dry_run=False,
            as_json=True,
        )
    assert code == 0


def _form(opened: LogAndStore) -> str:
    asked = parse_period("2011Q3")
    return str(render(opened, "II.06a", asked, as_of_ms=LATER_MS, unit=None, form_format="json"))


def test_a_file_imported_to_servers_gives_the_form_of_a_data_directory_also_after_a_rebuild(
    environment: Mapping[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with found({}, tmp_path / "data", make=True) as directory:
        _import(directory)
        form = _form(directory)
    with found(environment, None) as servers:
        assert isinstance(servers, Servers)
        _import(servers)
        events = servers.log.head().size()
        capsys.readouterr()
        _import(servers)
        assert servers.log.head().size() == events
        assert '"facts": 0' in capsys.readouterr().out
        assert _form(servers) == form
    rebuild_store(found(environment, None))
    with found(environment, None) as servers:
        assert _form(servers) == form
    _drop(environment)


def test_a_directory_that_was_asked_for_is_taken_whatever_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with found({"CCHC_CLICKHOUSE_HOST": "nowhere.invalid"}, tmp_path / "data") as directory:
        assert not isinstance(directory, Servers)


def test_a_store_on_a_server_needs_a_log_on_servers() -> None:
    with pytest.raises(Refused, match=r"log\.no_servers"):
        found({"CCHC_CLICKHOUSE_HOST": "localhost"}, None)


def _drop(environment: Mapping[str, str]) -> None:
    settings = ClickHouseSettings(
        environment["CCHC_CLICKHOUSE_HOST"],
        int(environment["CCHC_CLICKHOUSE_PORT"]),
        prefix=environment["CCHC_CLICKHOUSE_PREFIX"],
    )
    store = ClickHouseStore(settings).open()
    for name in store.databases():
        store.drop_database(name)
    store.close()
