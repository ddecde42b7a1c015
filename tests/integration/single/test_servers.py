"""The verbs of ``cchc`` on Kafka and ClickHouse say what they say on a data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from uuid import uuid4

import pytest

from cchc.errors import Refused
from cchc.store.server_environment import server_store
from services.single.data_directory import DataDirectory
from services.single.finding import found
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address

ROOT = Path(__file__).parents[3]
FORM = ("form", "II.06a", "--period", "2011Q3", "--as-of", "2096-10-02", "--format", "json")
INDEX = ("index", "--set", "tt01-2018", "--period", "2011Q3", "--as-of", "2096-10-02", "--format", "json")


@pytest.fixture
def environment(kafka_server: Address, clickhouse_server: Address) -> Iterator[Mapping[str, str]]:
    """One that names topics and databases of the test's own."""
    named = {
        "CCHC_KAFKA_SERVERS": str(kafka_server),
        "CCHC_TOPICS": ",".join(make_topics(settings_of(kafka_server), [2, 1])),
        "CCHC_CLICKHOUSE_HOST": clickhouse_server.host,
        "CCHC_CLICKHOUSE_PORT": str(clickhouse_server.port),
        "CCHC_CLICKHOUSE_PREFIX": f"p{uuid4().hex}_",
    }
    yield named
    store = server_store(named)
    for name in store.databases():
        store.drop_database(name)
    store.close()


def _cchc(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "services.single", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_file_imported_to_servers_gives_the_answers_of_a_data_directory_also_after_a_rebuild(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    directory = {"CCHC_DATA": str(tmp_path / "data")}
    sample = resources.files("services.intake") / "samples" / "receipt.csv.gz"
    with resources.as_file(sample) as file:
        importing = ("import", "dossiers", str(file), "--mapping", "receipt")
        assert _cchc(environment, *importing) == _cchc(directory, *importing)
        assert _cchc(environment, *importing) == _cchc(directory, *importing)
    form, index = _cchc(directory, *FORM), _cchc(directory, *INDEX)
    assert '"received_total"' in form
    assert (_cchc(environment, *FORM), _cchc(environment, *INDEX)) == (form, index)
    assert _cchc(environment, "rebuild") == _cchc(directory, "rebuild")
    assert _cchc(environment, *FORM) == form


def test_a_directory_that_was_asked_for_is_taken_whatever_the_environment_names(tmp_path: Path) -> None:
    assert isinstance(found({"CCHC_CLICKHOUSE_HOST": "nowhere.invalid"}, tmp_path), DataDirectory)


def test_a_store_on_a_server_needs_a_log_on_servers() -> None:
    with pytest.raises(Refused, match=r"log\.no_servers"):
        found({"CCHC_CLICKHOUSE_HOST": "localhost"}, None)
