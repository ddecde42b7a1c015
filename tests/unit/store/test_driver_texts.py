"""A column of texts as it goes over ClickHouse's native protocol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from clickhouse_driver.bufferedwriter import CompressedBufferedWriter
from hypothesis import given
from hypothesis import strategies as st

from cchc.store.port import Coded
from cchc.store.server.driver_texts import Texts
from cchc.store.server.driver_writer import ColumnWriter

_SHORT = st.text(max_size=40)
_LONG = st.integers(100, 20_000).map(lambda size: "đ" * size)
_TEXTS = st.lists(st.one_of(_SHORT, st.just(""), st.just("a\0b"), _LONG), min_size=1, max_size=30)


class _Kept:
    """Where a writer writes to."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, part: bytes) -> None:
        self.content += part


def _as_the_driver_writes(texts: Sequence[str]) -> bytes:
    kept = _Kept()
    writer = CompressedBufferedWriter(kept, 1_000)
    writer.write_strings([text.encode() for text in texts])
    writer.flush()
    return kept.content


def _as_written(texts: Texts) -> bytes:
    kept = _Kept()
    writer = ColumnWriter(kept, 1_000)
    writer.write_strings(texts.tolist())
    writer.flush()
    return kept.content


@given(_TEXTS)
def test_texts_are_the_bytes_that_the_driver_writes_one_by_one(texts: list[str]) -> None:
    assert _as_written(Texts.of(texts)) == _as_the_driver_writes(texts)


@given(_TEXTS, st.lists(st.integers(0, 10**6), max_size=200), st.integers(0, 200))
def test_coded_texts_and_a_part_of_them_too(texts: list[str], drawn: list[int], start: int) -> None:
    codes = np.array([one % len(texts) for one in drawn], dtype=np.uint32)
    coded = Texts.of(Coded(texts, codes))
    rows = [texts[code] for code in codes]
    assert _as_written(coded) == _as_the_driver_writes(rows)
    assert _as_written(coded[start:]) == _as_the_driver_writes(rows[start:])
    assert len(coded) == len(rows)


def test_lists_of_bytes_are_written_as_ever() -> None:
    kept = _Kept()
    writer = ColumnWriter(kept, 1_000)
    writer.write_strings([b"one", b""])
    writer.flush()
    assert kept.content == b"\3one\0"


def test_what_has_no_bytes_in_utf8_and_what_is_no_text_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        Texts.of(["\ud800"])
    with pytest.raises(TypeError):
        Texts.of(["a", None])  # type: ignore[list-item]  # that is the point


def test_a_code_beyond_the_texts_is_refused() -> None:
    with pytest.raises(IndexError):
        Texts.of(Coded(["a"], np.array([1], dtype=np.uint8))).tolist()
