"""An answer as tables: what every rendering of registers and small forms starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from cchc.calendar.vietnam_time import clock_at, date_of
from services.report.flag import Flag
from services.report.on_time import Rate

Cell: TypeAlias = str | int | None
"""A text, a whole number, or nothing. Percentages are texts with two decimals and a decimal point."""


def iso_day(since_1970: int) -> str | None:
    """``2026-06-15`` for days since 1970-01-01; None for 0, which nobody said."""
    return date_of(since_1970).isoformat() if since_1970 else None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in CSV, its heading for officers, and its number in the official form where it has one."""

    key: str
    heading: str
    kind: Literal["text", "count", "percent"] = "count"
    number: str = ""


@dataclass(frozen=True, slots=True)
class Tabled:
    """One table; a row names its cells by column keys, and what it does not name is blank."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    total: Mapping[str, Cell] | None = None


@dataclass(frozen=True, slots=True)
class NamedRate:
    """A ratio with what it divides by what."""

    name: str
    vi: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class TabledAnswer:
    """Tables under a title and lines that say what they are of, rates, flags; and the same for machines.

    ``as_of_ms``: up to when the log is known, milliseconds UTC.
    """

    form: str
    title: str
    lines: Sequence[str]
    as_of_ms: int
    tables: Sequence[Tabled]
    told: Mapping[str, Any]
    """The answer as JSON, without ``form``, ``as_of`` and ``flags``, which all answers have."""
    rates: Sequence[NamedRate] = ()
    flags: Sequence[Flag] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer, ready for JSON."""
        as_of = clock_at(self.as_of_ms).isoformat(timespec="milliseconds" if self.as_of_ms % 1000 else "seconds")
        rates = {one.name: {"n": one.rate.n, "d": one.rate.d, "pct": one.rate.pct} for one in self.rates}
        flags = [{"code": flag.code, "text": flag.text} for flag in self.flags]
        return {"form": self.form, **self.told, "as_of": as_of, "rates": rates, "flags": flags}
