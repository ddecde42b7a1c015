"""The embedded store."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cchc.errors import Refused, Unavailable
from cchc.store.embedded.chdb import ChdbStore
from cchc.store.port import Coded, Store
from cchc.testing.store_contract import StoreContract
from cchc.testing.store_directory import StoreDirectory


class TestChdbStore(StoreContract):
    def server(self, request: pytest.FixtureRequest) -> Store:
        directory: StoreDirectory = request.getfixturevalue("store_directory")
        return directory.server


def test_another_path_in_the_same_process_is_refused_and_the_first_stays_usable(
    store_directory: StoreDirectory, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r"store\.one_path_per_process"):
        ChdbStore(tmp_path / "another").open()
    assert store_directory.server.query("SELECT 1 AS x").scalar() == 1


def test_the_same_path_opens_again_in_any_spelling_and_closes_alone(
    store_directory: StoreDirectory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = ChdbStore(tmp_path_factory.getbasetemp() / "." / "store").open()
    assert again.databases() == store_directory.server.databases()
    again.close()
    again.close()
    with pytest.raises(Unavailable, match=r"store\.closed"):
        again.query("SELECT 1 AS x")
    assert store_directory.server.query("SELECT 1 AS x").scalar() == 1


def test_a_store_that_was_not_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"store\.closed"):
        ChdbStore(tmp_path / "never").query("SELECT 1 AS x")
    assert not (tmp_path / "never").exists()


def test_a_path_that_cannot_hold_a_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "what?"):
        with pytest.raises(Refused, match=r"store\.path_refused"):
            ChdbStore(path).open()


def test_tables_are_durable_by_default_and_damaged_parts_are_never_dropped(store_directory: StoreDirectory) -> None:
    names = [
        "fsync_after_insert",
        "fsync_part_directory",
        "max_suspicious_broken_parts",
        "max_suspicious_broken_parts_bytes",
        "min_rows_to_fsync_after_merge",
    ]
    sql = "SELECT value FROM system.merge_tree_settings WHERE has({names:Array(String)}, name) ORDER BY name"
    values = store_directory.server.query(sql, {"names": names}).rows
    assert values == [("1",), ("1",), ("0",), ("0",), ("1",)]


def test_a_statement_over_its_memory_is_unavailable_and_the_store_goes_on(
    store_directory: StoreDirectory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    small = ChdbStore(tmp_path_factory.getbasetemp() / "store", max_memory_bytes=60_000_000, max_threads=2).open()
    with pytest.raises(Unavailable, match=r"store\.memory_limit"):
        small.query("SELECT length(groupArray(number)) AS x FROM numbers(20000000)")
    assert small.query("SELECT 1 AS x").scalar() == 1
    small.close()
    assert store_directory.server.query("SELECT 1 AS x").scalar() == 1


def test_a_large_grouping_goes_to_the_disk_instead_of_failing(
    store_directory: StoreDirectory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert store_directory.server.databases() is not None
    small = ChdbStore(tmp_path_factory.getbasetemp() / "store", max_memory_bytes=150_000_000, max_threads=2).open()
    grouped = "SELECT count() AS x FROM (SELECT number, count() AS n FROM numbers(3000000) GROUP BY number)"
    assert small.query(grouped).scalar() == 3_000_000
    with pytest.raises(Unavailable, match=r"store\.memory_limit"):
        small.query(
            f"{grouped} SETTINGS max_bytes_before_external_group_by = 0, max_bytes_ratio_before_external_group_by = 0"
        )
    small.close()


def test_a_short_call_does_not_wait_for_a_long_one(store_directory: StoreDirectory) -> None:
    with store_directory.database() as store:
        store.execute("CREATE TABLE running (number Int64) ENGINE = MergeTree ORDER BY number")
        store.insert("running", {"number": [0]})  # the first insert of a process loads libraries for seconds
        started, order = threading.Event(), []

        def long_call() -> None:
            started.set()
            store.query("SELECT sum(sleepEachRow(0.05)) = 0 AS x FROM numbers(40)")
            order.append("long")

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(long_call)
            assert started.wait(10)
            store.insert("running", {"number": np.arange(10)})
            order.append("short")
            running.result()
        assert order == ["short", "long"]


def test_closing_waits_for_the_call_under_way(
    store_directory: StoreDirectory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert store_directory.server.databases() is not None
    store = ChdbStore(tmp_path_factory.getbasetemp() / "store").open()
    taken, ended = threading.Event(), []

    def long_call() -> None:
        with store._connections.taken("default") as connection:
            taken.set()
            ended.append(connection.query("SELECT sum(sleepEachRow(0.05)) FROM numbers(10)", "TSV").data())

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(long_call)
        assert taken.wait(10)
        store.close()
        assert ended == ["0\n"]
        running.result()
    with pytest.raises(Unavailable, match=r"store\.closed"):
        store.query("SELECT 1 AS x")


@pytest.mark.parametrize("times", [1, 2_000])
def test_repeated_texts_come_back_as_they_went_in(store_directory: StoreDirectory, times: int) -> None:
    texts, codes = ["", "Đúng hạn", "a\0b", "không dùng"], np.array([1, 0, 2, 2, 1] * times, dtype=np.uint32)
    listed = ["x", "", "ữ", "x", "y"] * times
    with store_directory.database() as store:
        store.execute(
            "CREATE TABLE t (n Int64, a LowCardinality(String), b LowCardinality(String)) ENGINE = MergeTree ORDER BY n"
        )
        store.insert("t", {"n": np.arange(len(codes)), "a": Coded(texts, codes), "b": listed})
        rows = store.query("SELECT a, b FROM t ORDER BY n").rows
        counts = store.query("SELECT a, count() AS rows FROM t GROUP BY a ORDER BY a").rows
    assert rows == [(texts[code], text) for code, text in zip(codes.tolist(), listed, strict=True)]
    assert counts == [("", times), ("a\0b", 2 * times), ("Đúng hạn", 2 * times)]


def test_an_insert_without_space_is_unavailable_and_stores_nothing(store_directory: StoreDirectory) -> None:
    with store_directory.database() as store:
        store.execute(
            "CREATE TABLE crowded (number Int64) ENGINE = MergeTree ORDER BY number"
            " SETTINGS min_free_disk_bytes_to_perform_insert = 1000000000000000000"
        )
        with pytest.raises(Unavailable, match=r"store\.disk_full"):
            store.insert("crowded", {"number": [1]})
        store.execute("ALTER TABLE crowded MODIFY SETTING min_free_disk_bytes_to_perform_insert = 0")
        store.insert("crowded", {"number": [2]})
        assert store.query("SELECT number FROM crowded").rows == [(2,)]
