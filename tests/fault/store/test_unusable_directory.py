"""A directory that is held or damaged is named for what it is, and never answers with wrong figures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault.killed import said_before_killed
from tests.fault.store.asking import ROOT, ask

_TOTAL = "SELECT count() AS n, sum(number) AS s, sum(cityHash64(text)) AS t FROM g1.fact"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("filled") / "store"
    said_before_killed("tests.fault.store.inserter", str(directory), "0", lines_before_kill=6)
    assert ask(directory, _TOTAL)[0][0] >= 6 * 3_000
    return directory


@pytest.mark.fault
def test_a_directory_that_another_process_has_is_locked_and_free_again_after_it(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fault.store.inserter", str(directory), "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        refused = ask(directory, "SELECT 1 AS x")
        assert process.poll() is None
        process.kill()
    assert refused["error"] == "store.locked"
    assert "Stop that process" in refused["next"]
    assert ask(directory, "SELECT count() > 0 AS x FROM g1.fact") == [[1]]


def _flip_the_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for place in range(len(content) // 2, min(len(content) // 2 + 8, len(content))):
        content[place] ^= 0x5A
    file.write_bytes(content)


def _cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _fill_with_garbage(file: Path) -> None:
    file.write_bytes(b"garbage")


@pytest.mark.fault
@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("store/*/*/all_*/*.bin", _flip_the_middle),
        ("store/*/*/all_*/*.bin", _cut_in_half),
        ("store/*/*/all_*/*.bin", Path.unlink),
        ("store/*/*/all_*/checksums.txt", _flip_the_middle),
        ("store/*/*/all_*/*.cmrk*", _flip_the_middle),
        ("store/*/*/fact.sql", _fill_with_garbage),
        ("metadata/g1.sql", _fill_with_garbage),
    ],
)
def test_damage_is_said_and_never_answered_over(
    filled: Path, tmp_path: Path, pattern: str, damage: Callable[[Path], None]
) -> None:
    directory = tmp_path / "store"
    shutil.copytree(filled, directory, symlinks=True)
    (directory / "status").unlink(missing_ok=True)
    files = sorted(directory.glob(pattern))
    assert files
    for file in files:
        damage(file)
    answer = ask(directory, _TOTAL)
    assert answer["error"] == "store.corrupt"
    assert "cchc rebuild" in answer["next"]


@pytest.mark.fault
def test_deleting_the_directory_is_enough_to_begin_again(filled: Path, tmp_path: Path) -> None:
    directory = tmp_path / "store"
    shutil.copytree(filled, directory, symlinks=True)
    shutil.rmtree(directory)
    assert ask(directory, "SELECT 1 AS x") == [[1]]
