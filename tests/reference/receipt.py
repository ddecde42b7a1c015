"""Form II.06a of the real log in ``services/intake/samples/receipt.csv.gz``, straight from the file, by columns.

Shares nothing with the dossier fold, not even the reference one: no facts, no states, only the five columns of the
file that say a dossier. One dossier per case; received = ``case:startdate``, due = ``case:deadline``, resolved =
``case:enddate`` (empty = open). Nothing in it is returned, withdrawn, stopped or declined, and all have a due time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl

SAMPLE = Path(__file__).parents[2] / "services" / "intake" / "samples" / "receipt.csv.gz"
"""The log, compressed, where the product keeps it."""

ONLINE = ("Internet", "e-mail")
"""Channels that count as online; Desk, Post and Intern are direct."""

VIETNAM = "Asia/Ho_Chi_Minh"

Mode = Literal["day", "instant"]
"""What the due time binds to: the end of its day, or the millisecond (limits in hours)."""


@dataclass(frozen=True, slots=True)
class ReceiptLog:
    """The dossiers of the log, times in Asia/Ho_Chi_Minh.

    Columns: ``code``, ``online``, ``received``, ``due``, ``ended`` (null = open), ``counted`` (the end, not before the
    receipt); and ``received_ms``, ``due_ms``, ``ended_ms`` in milliseconds since 1970-01-01T00:00:00Z.
    """

    dossiers: pl.DataFrame

    def total(self, first: date, last: date, mode: Mode) -> dict[str, Any]:
        """The total row of the form, every column of it, judged at the end of the period.

        Args:
            first: first day of the period, of Asia/Ho_Chi_Minh.
            last: last day of the period, inclusive.
            mode: what the due times bind to.
        """
        figures = self._in_period(first, last, mode)
        sums = {name: int(figures[name].sum()) for name in figures.columns if not name.startswith("D5")}
        none: dict[str, Any] = {"field": None, "outside": {"returned": 0, "withdrawn": 0, "stopped": 0}, "declined": 0}
        return {**none, **sums, "resolved_no_due": 0, "pending_no_due": 0}

    def on_time(self, first: date, last: date, mode: Mode) -> dict[str, dict[str, Any]]:
        """D1…D5 of the same period, as the form prints them."""
        figures = self._in_period(first, last, mode)
        row = {name: int(figures[name].sum()) for name in figures.columns}
        received, resolved, pending = row["received_total"], row["resolved_total"], row["pending_total"]
        in_time = row["resolved_early"] + row["resolved_on_time"]
        return {
            "D1": _ratio(in_time, resolved),
            "D2": _ratio(in_time, received),
            "D3": _ratio(in_time + row["pending_in_time"], resolved + pending),
            "D4": _ratio(received - row["resolved_late"] - row["pending_overdue"], received),
            "D5": _ratio(row["D5_n"], row["D5_d"]),
        }

    def _in_period(self, first: date, last: date, mode: Mode) -> pl.DataFrame:
        """One row a dossier, one boolean a column of the form."""
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
        received, due, ended, counted = pl.col("received"), pl.col("due"), pl.col("ended"), pl.col("counted")
        due_day, end_day = due.dt.date(), ended.dt.date()
        here = (received < end) & (ended.is_null() | (counted >= start))
        resolved = here & ended.is_not_null() & (counted < end)
        pending = here & (ended.is_null() | (counted >= end))
        early = ended.is_not_null() & (end_day < due_day)
        if mode == "day":
            on_time = ended.is_not_null() & (end_day == due_day)
            overdue = due_day <= last
        else:
            on_time = ended.is_not_null() & ~early & (ended <= due)
            overdue = due <= end
        falls_due = (received < end) & due_day.is_between(first, last)
        columns = {
            "received_total": here,
            "received_online": here & (received >= start) & pl.col("online"),
            "received_direct": here & (received >= start) & ~pl.col("online"),
            "carried_over": here & (received < start),
            "resolved_total": resolved,
            "resolved_early": resolved & early,
            "resolved_on_time": resolved & on_time,
            "resolved_late": resolved & ~early & ~on_time,
            "pending_total": pending,
            "pending_in_time": pending & ~overdue,
            "pending_overdue": pending & overdue,
            "D5_d": falls_due,
            "D5_n": falls_due & (early | on_time),
        }
        return self.dossiers.select(**{name: column.fill_null(value=False) for name, column in columns.items()})


def read(path: Path = SAMPLE) -> ReceiptLog:
    """Read the log, plain or compressed.

    Raises:
        ValueError: when two rows of a case say different things of the dossier, or a dossier lacks what all must have.
    """
    said = ["case:concept:name", "case:channel", "case:startdate", "case:deadline", "case:enddate"]
    rows = pl.read_csv(path, columns=said, infer_schema=False).select(said)
    cases = rows.unique()
    if cases["case:concept:name"].n_unique() != cases.height:
        raise ValueError("rows of one case disagree about its dossier")
    if cases.select(said[:4]).null_count().sum_horizontal().item():
        raise ValueError("a dossier lacks its code, channel, receipt or due time")
    dossiers = cases.select(
        code=pl.col("case:concept:name"),
        online=pl.col("case:channel").is_in(ONLINE),
        received=_time("case:startdate"),
        due=_time("case:deadline"),
        ended=_time("case:enddate"),
    )
    counted = pl.when(pl.col("ended").is_not_null()).then(pl.max_horizontal("ended", "received"))
    milliseconds = [pl.col(name).dt.epoch("ms").alias(f"{name}_ms") for name in ("received", "due", "ended")]
    return ReceiptLog(dossiers.with_columns(*milliseconds, counted=counted).sort("code"))


def _time(column: str) -> pl.Expr:
    """Some have a fraction of a second, some do not; each carries its own offset."""
    text = pl.col(column)
    fraction = text.str.contains(".", literal=True)
    whole = (
        pl.when(text.is_not_null() & ~fraction)
        .then(text)
        .str.to_datetime("%Y-%m-%d %H:%M:%S%:z", time_unit="ms", time_zone="UTC")
    )
    split = pl.when(fraction).then(text).str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", time_unit="ms", time_zone="UTC")
    return pl.coalesce(whole, split).dt.convert_time_zone(VIETNAM)


def _midnight(day: date) -> pl.Expr:
    return pl.lit(day).cast(pl.Datetime("ms")).dt.replace_time_zone(VIETNAM)


def _ratio(n: int, d: int) -> dict[str, Any]:
    percent = None if d == 0 else str((Decimal(n) * 100 / Decimal(d)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    return {"n": n, "d": d, "pct": percent}
