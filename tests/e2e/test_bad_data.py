"""Data directories that are held, unusable or damaged: said for what it is, and healed where the message says so."""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from base64 import b32encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.clock import SystemClock
from cchc.log.batch import decode
from cchc.log.sqlite.log import SqliteLog
from tests.e2e.commands import ROOT, ROW, cchc, copy_of, form, logged, well, write

ASK = ("form", "II.06a", "--period", "2026Q1")


@pytest.fixture(scope="session")
def answer(small: Path) -> dict[str, object]:
    """What the small directory answers."""
    return form(small)


@pytest.fixture
def data(small: Path, tmp_path: Path) -> Path:
    """A copy of the small directory."""
    return copy_of(small, tmp_path / "data")


# --- held and unusable ----------------------------------------------------------------------------------------------

_HOLD = """
import sys
from pathlib import Path
from cchc.clock import SystemClock
from services.single.data_directory import DataDirectory
with DataDirectory(Path(sys.argv[1]), SystemClock()):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another_process(data: Path) -> Iterator[None]:
    """The directory open in another process, inside ``with``."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(data)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.communicate()


def test_a_directory_that_another_process_has_is_refused_to_every_verb(
    data: Path, tmp_path: Path, answer: dict[str, object]
) -> None:
    file = write(tmp_path / "f.csv", [{**ROW, "dossier_code": "N1"}])
    with held_by_another_process(data):
        for arguments in (("import", "dossiers", str(file)), ASK, ("rebuild",), ("quarantine",)):
            cchc(*arguments, data=data).says("data.in_use")
    assert form(data) == answer


def test_a_file_is_not_a_data_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    cchc(*ASK, data=file).says("data.not_a_directory")
    cchc(*ASK, data=file / "below").says("data.not_a_directory")
    cchc(*ASK, data=tmp_path / "nowhere").says("data.missing")
    cchc("import", "dossiers", write(tmp_path / "f.csv", [ROW]), data=file / "below").says("data.not_a_directory")
    assert file.read_text(encoding="utf-8") == "mine"


_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def _heed_permissions() -> None:
    """Take from the superuser the right to write where nobody may. Raises in the child where that cannot be done."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0) != 0:
        raise OSError("the superuser cannot be kept from writing here")


@pytest.mark.parametrize("which", ["the folder", "the folder and its files"])
def test_a_directory_that_may_not_be_written_is_said(data: Path, which: str, answer: dict[str, object]) -> None:
    places = [data, *(data.rglob("*") if which.endswith("files") else ())]
    modes = {place: place.stat().st_mode for place in places}
    for place, mode in modes.items():
        place.chmod(mode & ~0o222)
    try:
        done = cchc(*ASK, data=data, prepare=_heed_permissions)
    except subprocess.SubprocessError:
        pytest.skip("the superuser cannot be kept from writing here")
    finally:
        for place, mode in modes.items():
            place.chmod(mode)
    done.says("data.not_writable" if which.endswith("files") else "log.read_only")
    assert form(data) == answer


# --- the log --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [b"P1", b"H1"])
def test_a_damaged_batch_stops_every_verb_though_the_store_has_read_it(
    data: Path, answer: dict[str, object], tmp_path: Path, text: bytes
) -> None:
    log = data / "log.sqlite"
    sound = log.read_bytes()
    rotten = bytearray(sound)
    place = sound.index(text)
    rotten[place : place + 2] = b"\xa5\xa5"
    log.write_bytes(rotten)
    file = write(tmp_path / "f.csv", [{**ROW, "dossier_code": "N1"}])
    for arguments in (ASK, ("import", "dossiers", str(file)), ("quarantine",), ("rebuild",)):
        cchc(*arguments, data=data).says("log.corrupt")
    assert log.read_bytes() == rotten
    log.write_bytes(sound)
    assert form(data) == answer


def test_a_log_of_a_newer_program_is_left_as_it_is(data: Path) -> None:
    with closing(sqlite3.connect(data / "log.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (data / "log.sqlite").read_bytes()
    for arguments in (ASK, ("rebuild",)):
        cchc(*arguments, data=data).says("log.newer_schema")
    assert (data / "log.sqlite").read_bytes() == before


def test_something_else_in_the_place_of_the_log_is_left_as_it_is(data: Path) -> None:
    (data / "log.sqlite").write_bytes(b"dossier_code,unit_code\n" * 100)
    cchc(*ASK, data=data).says("log.not_a_log")
    assert (data / "log.sqlite").read_bytes() == b"dossier_code,unit_code\n" * 100


def test_a_shorter_log_in_the_place_of_the_real_one_is_noticed_and_rebuilt_on_demand(
    data: Path, answer: dict[str, object], tmp_path: Path
) -> None:
    backup = (data / "log.sqlite").read_bytes()
    well("import", "dossiers", write(tmp_path / "f.csv", [{**ROW, "dossier_code": "N1"}]), data=data)
    assert form(data) != answer
    (data / "log.sqlite").write_bytes(backup)
    for arguments in (ASK, ("import", "dossiers", str(tmp_path / "f.csv"))):
        cchc(*arguments, data=data).says("store.ahead_of_log")
    well("rebuild", "--shorter-log", data=data)
    assert form(data) == answer


def test_a_backup_that_has_grown_past_where_the_store_was_is_noticed_and_rebuilt_on_demand(
    data: Path, tmp_path: Path
) -> None:
    backup = (data / "log.sqlite").read_bytes()
    lost, later = ({**ROW, "dossier_code": code} for code in ("N1", "N2"))
    well("import", "dossiers", write(tmp_path / "lost.csv", [lost]), data=data)
    (data / "log.sqlite").write_bytes(backup)
    shutil.move(data / "store", tmp_path / "store")
    for number in range(3):
        moved = {**later, "resolved_at": f"2026-03-0{number + 3}"}
        well("import", "dossiers", write(tmp_path / "later.csv", [moved]), data=data)
    grown = form(data)
    shutil.rmtree(data / "store")
    shutil.move(tmp_path / "store", data / "store")
    for arguments in (ASK, ("import", "dossiers", str(tmp_path / "lost.csv")), ("quarantine", "--redrive")):
        cchc(*arguments, data=data).says("store.other_log")
    well("rebuild", data=data)
    assert form(data) == grown


def test_a_fact_that_this_program_does_not_know_is_set_aside_and_counted_in_every_answer(
    data: Path, answer: dict[str, object]
) -> None:
    batch = decode(logged(data)[-1])
    with SqliteLog(data / "log.sqlite", SystemClock()) as log:
        log.append([_with_an_unknown_fact(batch), b"\xffnot protobuf"])
    listed = json.loads(well("quarantine", "--format", "json", data=data))["entries"]
    assert sorted(entry["reason"] for entry in listed) == ["undecodable_batch", "unknown_fact_type"]
    said = form(data)
    assert "quarantine" in {flag["code"] for flag in said["flags"]}
    assert said["total"] == answer["total"]
    assert json.loads(well("quarantine", "--redrive", "--format", "json", data=data))["mended"] == 0
    assert form(data) == said


def _with_an_unknown_fact(batch: EventBatch) -> bytes:
    """A batch of one event whose type no program knows yet."""
    unknown = EventBatch(
        schema_version=1,
        event_ids=bytes(range(16)),
        source_systems=["one-stop"],
        source_system=[0],
        subjects=["H1"],
        subject=[0],
        unit_codes=["U1"],
        unit_code=[0],
        occurred_at_ms=[batch.occurred_at_ms[0]],
        actor_role=[0],
        fact_type=[60_000],
    )
    return unknown.SerializeToString()


# --- the store ------------------------------------------------------------------------------------------------------


def _fill_with_garbage(path: Path) -> None:
    path.write_bytes(b"garbage")


def _cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("metadata/cchc_g1.sql", _fill_with_garbage),
        ("metadata/cchc_meta.sql", _fill_with_garbage),
        ("store/*/*/fact.sql", _fill_with_garbage),
        ("store/*/*/all_*/*.bin", _cut_in_half),
        ("store/*/*/all_*/checksums.txt", _fill_with_garbage),
    ],
)
def test_a_damaged_store_says_what_to_do_and_that_heals_it(
    data: Path, answer: dict[str, object], pattern: str, damage: Callable[[Path], None]
) -> None:
    files = [path for path in (data / "store").glob(pattern) if path.is_file()]
    assert files
    for path in files:
        damage(path)
    refused = cchc(*ASK, data=data)
    refused.says("store.corrupt")
    assert "cchc rebuild" in refused.stderr
    done = cchc("rebuild", data=data)
    assert done.code == 0, done.stderr
    assert f"{data}/store.broken-1" in done.stderr
    assert sorted(path.name for path in data.iterdir()) == ["lock", "log.sqlite", "store", "store.broken-1"]
    assert form(data) == answer


def test_each_broken_store_is_kept_under_a_number_of_its_own(data: Path, answer: dict[str, object]) -> None:
    (data / "store.broken-2").mkdir()
    for path in (data / "store" / "metadata").glob("cchc_g1.sql"):
        _fill_with_garbage(path)
    well("rebuild", data=data)
    assert sorted(path.name for path in data.glob("store*")) == ["store", "store.broken-2", "store.broken-3"]
    assert form(data) == answer


def test_a_store_that_was_deleted_by_hand_is_there_again_with_the_next_question(
    data: Path, answer: dict[str, object]
) -> None:
    shutil.rmtree(data / "store")
    assert form(data) == answer
    shutil.rmtree(data / "store")
    well("rebuild", data=data)
    assert form(data) == answer


_MARK_NEWER = """
import sys
from pathlib import Path
from cchc.store.embedded.chdb import ChdbStore
store = ChdbStore(Path(sys.argv[1])).open()
store.in_database("cchc_g1").execute(
    "INSERT INTO schema_migration (number, name, checksum, applied_at) SELECT 99, 'later', 'x', 0"
)
store.close()
"""


def test_a_store_of_a_newer_program_is_refused_and_can_be_built_anew(data: Path, answer: dict[str, object]) -> None:
    subprocess.run([sys.executable, "-c", _MARK_NEWER, str(data / "store")], cwd=ROOT, check=True)
    cchc(*ASK, data=data).says("store.newer_schema")
    well("rebuild", data=data)
    assert form(data) == answer


# --- the disk -------------------------------------------------------------------------------------------------------


def test_a_full_disk_stops_an_import_between_chunks_and_the_next_one_goes_on(
    data: Path, small: Path, tmp_path: Path
) -> None:
    dice = random.Random(5)  # noqa: S311 — not a secret
    rows = [{**ROW, "dossier_code": f"N{n}-{b32encode(dice.randbytes(25)).decode()}"} for n in range(6_000)]
    file = write(tmp_path / "f.csv", rows)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))

    cchc("import", "dossiers", file, data=data, prepare=limit).says("log.disk_full")
    assert logged(data) == logged(small)
    well("import", "dossiers", file, data=data)
    undisturbed = copy_of(small, tmp_path / "undisturbed")
    well("import", "dossiers", file, data=undisturbed)
    assert form(data) == form(undisturbed)
    assert form(data)["total"]["received_total"] == 6_020
