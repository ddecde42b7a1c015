"""A log that is not where it was: nothing that is left of it is destroyed, and nothing is set up in its place."""

from __future__ import annotations

import codecs
import json
import random
import shutil
import subprocess
import sys
from base64 import b32encode
from pathlib import Path

import pytest

from tests.e2e.commands import ROOT, ROW, UNITS, Done, cchc, copy_of, form, logged, well, write

ASK = ("form", "II.06a", "--period", "2026Q1")
READING = (
    ASK,
    ("index", "--period", "2026Q1"),
    ("list", "assessment"),
    ("quarantine",),
    ("rebuild",),
    ("rebuild", "--shorter-log"),
)
_APPEND_AND_DIE = """
import os, sys
from pathlib import Path
from cchc.clock import SystemClock
from cchc.log.sqlite.log import SqliteLog
log = SqliteLog(Path(sys.argv[1]) / "log.sqlite", SystemClock()).open()
log.append([bytes.fromhex(sys.argv[2])])
os._exit(0)
"""


@pytest.fixture
def data(small: Path, tmp_path: Path) -> Path:
    """A copy of the small directory."""
    return copy_of(small, tmp_path / "data")


@pytest.fixture
def killed(data: Path) -> Path:
    """A directory whose last writer was killed: its last facts are in the write-ahead file alone."""
    payload = logged(data)[-1].hex()
    subprocess.run([sys.executable, "-c", _APPEND_AND_DIE, str(data), payload], cwd=ROOT, check=True)
    assert (data / "log.sqlite-wal").stat().st_size > 0
    return data


def everything_in(directory: Path) -> dict[str, bytes]:
    """Every file below, with its bytes."""
    return {str(path): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def importing(tmp_path: Path) -> tuple[str, ...]:
    """An import of something new."""
    return ("import", "dossiers", str(write(tmp_path / "f.csv", [{**ROW, "dossier_code": "N1"}])))


@pytest.mark.parametrize(
    ("log", "kept"),
    [
        ("missing", "write-ahead file"),
        ("empty", "write-ahead file"),
        ("missing", "store"),
        ("empty", "store set aside"),
    ],
)
def test_where_the_log_is_gone_every_verb_refuses_and_touches_nothing(
    killed: Path, tmp_path: Path, log: str, kept: str
) -> None:
    sound = (killed / "log.sqlite").read_bytes()
    before = len(logged(copy_of(killed, tmp_path / "sound")))
    (killed / "log.sqlite").unlink()
    if log == "empty":
        (killed / "log.sqlite").touch()
    if kept == "write-ahead file":
        shutil.rmtree(killed / "store")
    else:
        (killed / "log.sqlite-wal").rename(tmp_path / "wal")
    if kept == "store set aside":
        (killed / "store").rename(killed / "store.broken-1")
    left = everything_in(killed)
    for arguments in (ASK, ("quarantine",), ("rebuild",), ("rebuild", "--shorter-log"), importing(tmp_path)):
        cchc(*arguments, data=killed).says("log.missing")
    cchc(*importing(tmp_path), "--dry-run", data=killed).says("log.missing")
    assert everything_in(killed) == left
    (killed / "log.sqlite").write_bytes(sound)
    if kept != "write-ahead file":
        (tmp_path / "wal").rename(killed / "log.sqlite-wal")
    assert len(logged(killed)) == before


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_verb_that_only_reads_sets_up_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    empty, directory = tmp_path / "empty", tmp_path / "docs"
    empty.mkdir()
    directory.mkdir()
    (directory / "letter.txt").write_text("mine", encoding="utf-8")
    cchc(*arguments, data=empty).says("data.missing")
    assert list(empty.iterdir()) == []
    before = sorted(directory.iterdir())
    cchc(*arguments, data=directory).says("data.missing")
    assert sorted(directory.iterdir()) == before


def test_a_verb_that_writes_sets_up_nothing_among_the_files_of_others(tmp_path: Path) -> None:
    directory = tmp_path / "docs"
    directory.mkdir()
    (directory / "letter.txt").write_text("mine", encoding="utf-8")
    units = write(tmp_path / "units.csv", UNITS)
    simulating = ("simulate", "--communes", "1", "--departments", "0", "--dossiers", "5")
    for arguments in (("import", "units", str(units)), ("import", "units", str(units), "--dry-run"), simulating):
        cchc(*arguments, data=directory).says("data.not_empty")
    assert sorted(path.name for path in directory.iterdir()) == ["letter.txt"]


def test_a_directory_with_keys_or_with_what_file_systems_leave_is_set_up(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    (directory / "lost+found").mkdir(parents=True)
    (directory / ".hidden").touch()
    well("keys", "new", data=directory)
    well("import", "units", write(tmp_path / "units.csv", UNITS), data=directory)
    assert (directory / "log.sqlite").stat().st_size > 0


def test_a_rebuild_from_a_shorter_log_drops_nothing_unless_it_is_told_to_go_on(data: Path, tmp_path: Path) -> None:
    answer = form(data)
    backup = (data / "log.sqlite").read_bytes()
    well(*importing(tmp_path), data=data)
    longer, whole = form(data), (data / "log.sqlite").read_bytes()
    (data / "log.sqlite").write_bytes(backup)
    refused = cchc("rebuild", data=data)
    refused.says("store.ahead_of_log")
    assert "cchc rebuild --shorter-log" in refused.stderr
    (data / "log.sqlite").write_bytes(whole)
    assert form(data) == longer
    (data / "log.sqlite").write_bytes(backup)
    done = cchc("rebuild", "--shorter-log", data=data)
    assert (done.code, f"{data}/store.broken-1" in done.stderr) == (0, True)
    assert form(data) == answer
    shutil.rmtree(data / "store")
    (data / "store.broken-1").rename(data / "store")
    (data / "log.sqlite").write_bytes(whole)
    assert form(data) == longer


@pytest.mark.parametrize("arguments", [ASK, ("index", "--period", "2026Q1"), ("list", "assessment")], ids=" ".join)
@pytest.mark.parametrize("figures", ["csv", "json", "table"])
def test_what_goes_to_the_screen_is_byte_for_byte_what_goes_to_a_file(
    small: Path, tmp_path: Path, arguments: tuple[str, ...], figures: str
) -> None:
    file = tmp_path / "figures"
    command = [sys.executable, "-m", "services.single", *arguments, "--as-of", "2026-06-01", "--format", figures]
    command += ["--data", str(copy_of(small, tmp_path / "data"))]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run([*command, "--output", str(file)], cwd=ROOT, check=True, capture_output=True)
    mark = codecs.BOM_UTF8 if figures == "csv" else b""
    assert file.read_bytes() == mark + printed
    assert printed.endswith(b"\n")
    assert not printed.endswith((b"\n\n", b"\n\r\n"))
    if figures == "json":
        json.loads(printed)


_ON_A_SMALL_DISK = """
set -e
mv "$1/store" "$1/was"
mkdir "$1/store"
mount -t tmpfs -o size=20m tmpfs "$1/store"
cp -a "$1/was/." "$1/store/"
free=$(df --output=avail -k "$1/store" | tail -1)
head -c $(( (free - 200) * 1024 )) /dev/zero > "$1/store/ballast"
exec "$2" -m services.single import units "$3" --data "$1"
"""
"""The directory's store on a disk of its own, in memory, with 200 KiB left on it; it goes with the process."""


def test_a_disk_that_is_full_after_the_append_leaves_facts_that_are_said_to_be_in_the_log(
    data: Path, tmp_path: Path
) -> None:
    alone = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("no disk of one's own can be mounted here")
    dice = random.Random(7)  # noqa: S311 — not a secret
    units = [{**UNITS[0], "unit_code": f"V{n}", "name": b32encode(dice.randbytes(50)).decode()} for n in range(3_000)]
    file = write(tmp_path / "units.csv", units)
    before = len(logged(data))
    done = subprocess.run(
        [*alone, "sh", "-c", _ON_A_SMALL_DISK, "sh", data, sys.executable, file],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    Done(done.returncode, done.stdout, done.stderr).says("import.store_behind")
    assert "store.disk_full" in done.stderr
    assert "safe in the log" in done.stderr
    assert len(logged(data)) > before
    (data / "store").rmdir()
    (data / "was").rename(data / "store")
    again = json.loads(well("import", "units", file, "--format", "json", data=data))
    assert (again["rows"], again["facts"]) == (3_000, 0)
