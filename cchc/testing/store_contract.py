"""Every promise of ``cchc.store.port.Store`` as a test."""
# ruff: noqa: D102, S101 — a test's name is its sentence, and assert is how it speaks

from __future__ import annotations

import abc
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.errors import Refused
from cchc.store.joined_texts import JoinedTexts
from cchc.store.port import MAX_INSERT_ROWS, Coded, Column, Store

_HOSTILE = [
    "",
    "'",
    '"',
    "\\",
    "\\'",
    "\\\\n",
    "C:\\new\\table",
    "a\tb\nc\rd\be\ff\x1b",
    "\0",
    "a\0b",
    "'); DROP TABLE fact; --",
    "'] OR 1=1 --",
    "{text:String}",
    "`",
    "\\N",
    "NULL",
    "Ủy ban nhân dân xã Đắk Pơ",
    unicodedata.normalize("NFD", "Ủy ban nhân dân xã Đắk Pơ"),
    "\U0001f600 \u200b\ufeff",
    " leading and trailing ",
]
_INT64 = (-(2**63), -1, 0, 1, 2**53 + 1, 2**63 - 1)
_UINT64 = (0, 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1)
_TABLE = "CREATE TABLE fact (number Int64, code UInt64, text String, small UInt8) ENGINE = MergeTree ORDER BY number"


class StoreContract(abc.ABC):
    """Subclass it as ``Test…`` and say which store."""

    @abc.abstractmethod
    def server(self, request: pytest.FixtureRequest) -> Store:
        """An open store, which all tests may share; whoever made it closes it."""

    @pytest.fixture
    def store(self, request: pytest.FixtureRequest) -> Iterator[Store]:
        server = self.server(request)
        name = f"c{uuid4().hex}"
        server.create_database(name)
        store = server.in_database(name)
        store.execute(_TABLE)
        yield store
        server.drop_database(name)

    # Parameters

    def test_strings_arrive_as_they_were_given_whatever_they_hold(self, store: Store) -> None:
        for text in _HOSTILE:
            rows = store.query("SELECT {text:String} AS x, length({text:String}) AS y", {"text": text}).rows
            assert rows == [(text, len(text.encode()))]
        assert store.query("SELECT {texts:Array(String)} AS x", {"texts": _HOSTILE}).scalar() == _HOSTILE

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
        database=None,
    )
    @given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
    def test_any_text_is_bound_alone_and_in_an_array(self, store: Store, texts: list[str]) -> None:
        joined = "".join(texts)
        sql = "SELECT {joined:String} AS x, {texts:Array(String)} AS y"
        assert store.query(sql, {"joined": joined, "texts": texts}).rows == [(joined, texts)]

    def test_integers_are_exact_to_the_edges_of_their_types(self, store: Store) -> None:
        for number in _INT64:
            assert store.query("SELECT {x:Int64} AS x", {"x": number}).scalar() == number
        for number in _UINT64:
            assert store.query("SELECT {x:UInt64} AS x", {"x": number}).scalar() == number
        assert store.query("SELECT {x:Array(Int64)} AS x", {"x": _INT64}).scalar() == list(_INT64)

    def test_empty_arrays_are_bound(self, store: Store) -> None:
        sql = "SELECT {x:Array(Int64)} AS x, {y:Array(String)} AS y"
        assert store.query(sql, {"x": [], "y": []}).rows == [([], [])]

    @pytest.mark.parametrize(
        ("type_name", "value"),
        [
            ("Int64", 2**63),
            ("Int64", "1"),
            ("Int64", 1.5),
            ("UInt64", -1),
            ("UInt64", 2**64),
            ("String", 1),
            ("String", "lone \ud800"),
            ("Array(Int64)", [2**63]),
            ("Array(Int64)", ["1"]),
            ("Array(String)", "not a list"),
            ("Array(String)", [1]),
            ("Float64", 1),
        ],
    )
    def test_a_parameter_that_does_not_fit_is_refused(self, store: Store, type_name: str, value: object) -> None:
        with pytest.raises(Refused, match=r"store\.parameter_refused"):
            store.query(f"SELECT {{x:{type_name}}} AS x", {"x": value})  # type: ignore[dict-item] # that is the point

    def test_a_missing_parameter_is_refused_and_one_too_many_is_left_out(self, store: Store) -> None:
        with pytest.raises(Refused, match=r"store\.parameter_refused"):
            store.query("SELECT {x:Int64} AS x")
        assert store.query("SELECT 1 AS x", {"unused": "y"}).scalar() == 1

    # Answers

    def test_an_answer_has_names_and_rows_of_integers_texts_and_lists(self, store: Store) -> None:
        answer = store.query("SELECT toUInt8(1) AS a, 'x' AS b, [[toInt64(-1)], []] AS c, ('y', 2) AS d")
        assert answer.names == ("a", "b", "c", "d")
        assert answer.rows == [(1, "x", [[-1], []], ["y", 2])]
        assert answer.dicts() == [{"a": 1, "b": "x", "c": [[-1], []], "d": ["y", 2]}]

    def test_an_empty_answer_still_has_its_names(self, store: Store) -> None:
        answer = store.query("SELECT number, text FROM fact")
        assert (answer.names, answer.rows) == (("number", "text"), [])

    @pytest.mark.parametrize("expression", ["0.5", "[1.5]", "1 / 3", "toDecimal64(1, 2)"])
    def test_floats_and_decimals_are_refused(self, store: Store, expression: str) -> None:
        with pytest.raises(Refused, match=r"store\.answer_refused"):
            store.query(f"SELECT {expression} AS x")

    def test_bytes_that_are_not_text_are_refused(self, store: Store) -> None:
        with pytest.raises(Refused, match=r"store\.answer_refused"):
            store.query("SELECT unhex('ff') AS x")
        assert store.query("SELECT hex(unhex('ff')) AS x").scalar() == "FF"

    # Inserts

    def test_columns_of_every_kind_come_back_as_they_went_in(self, store: Store) -> None:
        texts = ["Đúng hạn", "", "a\0b"]
        codes = np.array([2, 0, 0, 1, 2, 0], dtype=np.uint32)
        store.insert(
            "fact",
            {
                "number": np.array(_INT64, dtype=np.int64),
                "code": np.array(_UINT64, dtype=np.uint64),
                "text": Coded(texts, codes),
                "small": [0, 1, 2, 3, 254, 255],
            },
        )
        rows = store.query("SELECT number, code, text, small FROM fact ORDER BY number").rows
        assert rows == list(zip(_INT64, _UINT64, [texts[code] for code in codes], [0, 1, 2, 3, 254, 255], strict=True))

    @pytest.mark.parametrize("texts", [["DS-1", "DS-2"], _HOSTILE, ["Đúng hạn" * 100, "", "x" * 127, "x" * 128]])
    @pytest.mark.parametrize("times", [1, 3_000])
    def test_joined_texts_are_texts_as_any(self, store: Store, texts: list[str], times: int) -> None:
        codes = np.tile(np.arange(len(texts), dtype=np.uint32)[::-1], times)
        store.insert("fact", {"number": np.arange(len(codes)), "text": Coded(JoinedTexts.of(texts), codes)})
        rows = store.query("SELECT text FROM fact ORDER BY number").rows
        assert rows == [(texts[code],) for code in codes.tolist()]

    def test_lists_are_columns_too(self, store: Store) -> None:
        store.insert(
            "fact", {"number": list(range(len(_HOSTILE))), "text": _HOSTILE, "code": [2**64 - 1] * len(_HOSTILE)}
        )
        rows = store.query("SELECT text, code FROM fact ORDER BY number").rows
        assert rows == [(text, 2**64 - 1) for text in _HOSTILE]

    def test_a_column_may_be_narrower_than_the_tables(self, store: Store) -> None:
        store.insert("fact", {"number": np.array([-5], dtype=np.int8), "small": np.array([True])})
        assert store.query("SELECT number, small FROM fact").rows == [(-5, 1)]

    def test_columns_that_are_not_named_take_their_defaults(self, store: Store) -> None:
        store.insert("fact", {"text": ["x"]})
        assert store.query("SELECT number, code, text, small FROM fact").rows == [(0, 0, "x", 0)]

    def test_an_empty_insert_does_nothing(self, store: Store) -> None:
        empty: Column = np.array([], dtype=np.int64)
        store.insert("fact", {"number": empty, "text": Coded([], np.array([], dtype=np.uint32))})
        store.insert("fact", {"number": [], "text": []})
        store.insert("fact", {})
        assert store.query("SELECT count() AS x FROM fact").scalar() == 0

    @pytest.mark.parametrize(
        "columns",
        [
            pytest.param({"small": [1, 256]}, id="over the column's type"),
            pytest.param({"small": np.array([1, -1])}, id="under the column's type"),
            pytest.param({"number": np.array([1, 2**63], dtype=np.uint64)}, id="over Int64"),
            pytest.param({"code": [1, -1]}, id="negative in UInt64"),
            pytest.param({"number": np.array([1.0, 2.0])}, id="floats"),
            pytest.param({"number": [1, 1.5]}, id="a float in a list"),
            pytest.param({"number": ["1", "2"]}, id="text in an integer column"),
            pytest.param({"text": [1, 2]}, id="integers in a text column"),
            pytest.param({"text": ["a", "\ud800"]}, id="a lone surrogate"),
            pytest.param({"text": ["a", None]}, id="nothing"),
            pytest.param({"text": Coded(["a"], np.array([0, 1], dtype=np.uint32))}, id="a code without a value"),
            pytest.param({"number": [1, 2], "text": ["a"]}, id="unequal lengths"),
            pytest.param({"nowhere": [1, 2]}, id="no such column"),
        ],
    )
    def test_an_insert_that_does_not_fit_is_refused_as_a_whole(self, store: Store, columns: dict[str, Column]) -> None:
        with pytest.raises(Refused, match=r"store\.column_refused"):
            store.insert("fact", columns)
        assert store.query("SELECT count() AS x FROM fact").scalar() == 0

    def test_an_insert_of_too_many_rows_is_refused_and_of_the_most_is_one_part(self, store: Store) -> None:
        numbers = np.arange(MAX_INSERT_ROWS + 1)
        with pytest.raises(Refused, match=r"store\.insert_too_large"):
            store.insert("fact", {"number": numbers})
        text = Coded([f"{'đ' * 400} {n}" for n in range(50)], (numbers[:-1] % 50).astype(np.uint32))
        store.insert("fact", {"number": numbers[:-1], "text": text})
        assert store.query("SELECT count() AS n, sum(number) AS s FROM fact").rows == [
            (MAX_INSERT_ROWS, MAX_INSERT_ROWS * (MAX_INSERT_ROWS - 1) // 2)
        ]
        parts = "SELECT count() AS x FROM system.parts WHERE database = currentDatabase() AND table = 'fact' AND active"
        assert store.query(parts).scalar() == 1

    @pytest.mark.parametrize("name", ["fact; DROP TABLE fact", "a.b.c", "", "Fact", "fact`", "1fact"])
    def test_a_table_name_that_is_not_plain_is_refused(self, store: Store, name: str) -> None:
        with pytest.raises(Refused, match=r"store\.name_refused"):
            store.insert(name, {"number": [1]})

    # Errors

    def test_an_error_has_its_code_and_leaves_the_store_usable(self, store: Store) -> None:
        for sql in ["SELECT * FROM nowhere", "SELEC 1", "SELECT nothing FROM fact", "SELECT throwIf(1)", _TABLE]:
            with pytest.raises(Refused, match=r"store\.statement_refused") as refused:
                store.execute(sql)
            assert "Code: " in refused.value.en
            assert refused.value.vi
            with pytest.raises(Refused):
                store.insert("nowhere", {"number": [1]})
            store.insert("fact", {"number": [1]})
        assert store.query("SELECT count() AS x FROM fact").scalar() == 5

    @pytest.mark.parametrize("rows", [1, 70_000, 1_000_000])
    def test_nothing_of_an_answer_that_broke_off_is_in_the_next_one(self, store: Store, rows: int) -> None:
        for _ in range(3):
            with pytest.raises(Refused, match=r"store\.statement_refused"):
                store.query(f"SELECT number, throwIf(number = {rows - 1}) AS x FROM system.numbers LIMIT {rows}")  # noqa: S608 — its own numbers
            assert store.query("SELECT 5 AS y").rows == [(5,)]

    # Threads

    def test_readers_beside_writers_see_whole_inserts_and_exact_totals(self, store: Store) -> None:
        inserts, rows_each, writers = 8, 2_000, 3
        batch: dict[str, Column] = {
            "number": np.arange(rows_each),
            "text": Coded(["x"], np.zeros(rows_each, dtype=np.uint32)),
        }
        done = Event()

        def write() -> None:
            for _ in range(inserts):
                store.insert("fact", batch)

        def read() -> int:
            seen = [0]
            while not done.is_set():
                count, total = store.query("SELECT count() AS n, sum(number) AS s FROM fact").rows[0]
                assert count % rows_each == 0
                assert total == count // rows_each * (rows_each * (rows_each - 1) // 2)
                assert count >= seen[-1]
                seen.append(count)
            return len(seen)

        with ThreadPoolExecutor(writers + 2) as pool:
            reading = [pool.submit(read) for _ in range(2)]
            writing = [pool.submit(write) for _ in range(writers)]
            try:
                for future in writing:
                    future.result()
            finally:
                done.set()
            assert all(future.result() > 1 for future in reading)
        assert store.query("SELECT count() AS n FROM fact").scalar() == inserts * rows_each * writers

    def test_threads_in_different_databases_do_not_meet(self, store: Store) -> None:
        names = [f"c{uuid4().hex}" for _ in range(4)]

        def fill(place: int) -> int:
            store.create_database(names[place])
            own = store.in_database(names[place])
            own.execute(_TABLE)
            for _ in range(5):
                own.insert("fact", {"number": np.full(10, place)})
            total = own.query("SELECT sum(number) AS x FROM fact").scalar()
            store.drop_database(names[place])
            return int(total)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(fill, range(4))) == [0, 50, 100, 150]
        assert store.query("SELECT count() AS x FROM fact").scalar() == 0

    # Databases

    def test_databases_are_made_listed_and_dropped(self, store: Store) -> None:
        names = sorted(f"c{uuid4().hex}" for _ in range(2))
        for name in [*names, names[0]]:
            store.create_database(name)
        listed = store.databases()
        assert [name for name in listed if name in names] == names
        assert listed == sorted(listed)
        assert not {"default", "system", "information_schema"} & set(listed)
        for name in [*names, names[0]]:
            store.drop_database(name)
        assert not set(names) & set(store.databases())

    def test_one_name_is_another_table_in_another_database(self, store: Store) -> None:
        name = f"c{uuid4().hex}"
        store.create_database(name)
        other = store.in_database(name)
        other.execute("CREATE TABLE fact (number Int64) ENGINE = MergeTree ORDER BY number")
        other.insert("fact", {"number": [7]})
        store.insert("fact", {"number": [1, 2]})
        assert other.query("SELECT sum(number) AS x FROM fact").scalar() == 7
        assert store.query("SELECT sum(number) AS x FROM fact").scalar() == 3
        store.insert(f"{name}.fact", {"number": [8]})
        assert store.query(f"SELECT sum(number) AS x FROM {name}.fact").scalar() == 15  # noqa: S608 — its own name
        store.drop_database(name)

    def test_a_database_that_was_dropped_and_made_again_is_empty(self, store: Store) -> None:
        name = f"c{uuid4().hex}"
        other = store.in_database(name)
        for _ in range(2):
            store.create_database(name)
            other.execute(_TABLE)
            other.insert("fact", {"number": [1]})
            assert other.query("SELECT count() AS x FROM fact").scalar() == 1
            store.drop_database(name)
        with pytest.raises(Refused, match=r"store\.statement_refused"):
            other.query("SELECT count() AS x FROM fact")

    @pytest.mark.parametrize("name", ["", "G1", "1g", "g-1", "g1; DROP DATABASE x", "g.1", "gế", "system", "default"])
    def test_a_database_name_that_is_not_plain_or_not_free_is_refused(self, store: Store, name: str) -> None:
        for call in (store.in_database, store.create_database, store.drop_database):
            with pytest.raises(Refused, match=r"store\.name_refused"):
                call(name)

    def test_closing_a_view_leaves_the_store_open(self, store: Store) -> None:
        store.close()
        store.close()
        assert store.query("SELECT 1 AS x").scalar() == 1
