"""Which field of which fact lies in which column of which table: the one place that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cchc.log.batch import FACT_TYPES
from cchc.register.types import REGISTER_FACTS
from cchc.register.whole import first_day, last_day, text_of

Ints: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Number:
    """A number column of facts that stand as columns: the field it is read from, and what becomes of its values."""

    field: str
    of: Callable[[Ints], Ints] = lambda values: values


@dataclass(frozen=True, slots=True)
class Layout:
    """How a fact type lies in a table: column → where to read it, numbers and strings apart.

    Facts of ``cchc.log.fact_columns.COLUMNAR`` are read field by field, the others fact by fact.
    """

    table: str
    numbers: Mapping[str, Callable[[Any], int]] = field(default_factory=dict)
    strings: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnarLayout:
    """How facts that stand as columns lie in the table ``fact``: column → field, numbers and strings apart."""

    numbers: Mapping[str, Number] = field(default_factory=dict)
    strings: Mapping[str, str] = field(default_factory=dict)
    table: str = "fact"


def _yes_no(name: str) -> Number:
    return Number(name, lambda values: np.where(values != 0, 1, 2))


def _yes_no_unsaid(name: str) -> Number:
    return Number(name, lambda values: np.where(values == 0, 0, np.where(values == 1, 2, 1)))


_DUE = {"due_at": Number("due_at_ms"), "due_basis": Number("due_basis")}
_ASKED = {"procedure": "procedure_code", "field": "field_code"}
_REASON = {"note": "reason_code"}
_GROUND = {"note": "legal_ground"}
_CHANNEL = {"channel": Number("channel")}

_COLUMNAR: Mapping[str, ColumnarLayout] = {
    "dossier_submitted": ColumnarLayout({**_CHANNEL, "flag": _yes_no("filed_by_official")}, _ASKED),
    "dossier_accepted": ColumnarLayout({**_CHANNEL, **_DUE}, {**_ASKED, "party": "receiving_unit_code"}),
    "dossier_declined": ColumnarLayout({}, _REASON),
    "dossier_withdrawn": ColumnarLayout({}, _REASON),
    "financial_obligation_arose": ColumnarLayout({"value": Number("amount_vnd")}),
    "payment_made": ColumnarLayout({"value": Number("amount_vnd"), "flag": _yes_no("online")}),
    "feedback_given": ColumnarLayout({"value": Number("rating"), "flag": _yes_no("complaint_upheld")}),
    "petition_received": ColumnarLayout({"due_at": Number("due_at_ms")}, {"note": "dossier_code"}),
    "petition_answered": ColumnarLayout({"value": Number("outcome"), "flag": _yes_no_unsaid("satisfied")}),
    "supplement_requested": ColumnarLayout({"value": Number("ordinal")}, _REASON),
    "supplement_provided": ColumnarLayout(_DUE),
    "processing_suspended": ColumnarLayout({}, _GROUND),
    "processing_resumed": ColumnarLayout(_DUE, _GROUND),
    "step_recorded": ColumnarLayout(
        {"due_at": Number("due_at_ms"), "value": Number("started_at_ms")},
        {"party": "office_code", "note": "step_code"},
    ),
    "dossier_transferred": ColumnarLayout({}, {"party": "to_unit_code", **_REASON}),
    "dossier_reappointed": ColumnarLayout({**_DUE, "flag": _yes_no("apology")}, _REASON),
    "dossier_stopped": ColumnarLayout({}, _GROUND),
    "dossier_returned": ColumnarLayout({}, _REASON),
    "dossier_resolved": ColumnarLayout({"value": Number("outcome"), "flag": _yes_no_unsaid("electronic_result")}),
    "result_delivered": ColumnarLayout({"value": Number("mode")}),
    "digitisation_recorded": ColumnarLayout({"flag": _yes_no("digitised"), "value": Number("reused")}),
}

_BY_FACT: Mapping[str, Layout] = {
    "retraction": Layout("fact"),
    "unit_defined": Layout(
        "unit_fact",
        {
            "type": attrgetter("type"),
            "valid_from": attrgetter("valid_from_day"),
            "valid_to": attrgetter("valid_to_day"),
            "unconfirmed": attrgetter("unconfirmed"),
        },
        {
            "name": attrgetter("name"),
            "parent": attrgetter("parent_code"),
            "peer_group": attrgetter("peer_group"),
            "decision": attrgetter("decision"),
        },
    ),
    "procedure_defined": Layout(
        "procedure_fact",
        {
            "limit_amount": attrgetter("limit"),
            "limit_unit": attrgetter("limit_unit"),
            "online_level": attrgetter("online_level"),
            "fee": attrgetter("fee"),
            "paper_result": attrgetter("paper_result"),
            "digitisation_exempt": attrgetter("digitisation_exempt"),
            "after_15h_next_day": attrgetter("after_15h_next_day"),
            "valid_from": attrgetter("valid_from_day"),
            "valid_to": attrgetter("valid_to_day"),
            "unconfirmed": attrgetter("unconfirmed"),
        },
        {
            "field": attrgetter("field_code"),
            "name": attrgetter("name"),
            "levels": lambda f: ";".join(str(level) for level in f.levels),
            "decision": attrgetter("decision"),
        },
    ),
    "calendar_day_decided": Layout(
        "calendar_day_fact",
        {
            "day": attrgetter("day"),
            "working": attrgetter("working"),
            "known_from": attrgetter("known_from_day"),
        },
        {"name": attrgetter("name"), "decision": attrgetter("decision")},
    ),
}

_WHOLE = Layout("register_fact", {"first_day": first_day, "last_day": last_day}, {"said": text_of})

LAYOUTS: Mapping[int, Layout | ColumnarLayout] = {
    **{FACT_TYPES[name]: layout for name, layout in _COLUMNAR.items()},
    **{FACT_TYPES[name]: layout for name, layout in _BY_FACT.items()},
    **{FACT_TYPES[name]: _WHOLE for name in ("procedure_arranged", *REGISTER_FACTS)},
}
"""Fact type → its place in the store."""

DTYPES: Mapping[str, str] = {
    "fact_type": "u2",
    "log_row": "u4",
    "role": "u1",
    "channel": "u1",
    "due_basis": "u1",
    "flag": "u1",
    "type": "u1",
    "limit_unit": "u1",
    "online_level": "u1",
    "fee": "u1",
    "paper_result": "u1",
    "digitisation_exempt": "u1",
    "after_15h_next_day": "u1",
    "unconfirmed": "u1",
    "working": "u1",
    "valid_from": "i4",
    "valid_to": "i4",
    "limit_amount": "i4",
    "day": "i4",
    "known_from": "i4",
    "first_day": "i4",
    "last_day": "i4",
}
"""Width of the number columns that are not 64-bit."""

ENVELOPE_NUMBERS = ("occurred_at", "recorded_at", "id_hi", "id_lo", "replaces_hi", "replaces_lo")
"""Number columns of every table."""

FACT_TABLES = ("fact", "register_fact")
"""Tables of facts of many types. The others have the definitions of one type each."""

FACT_NUMBERS = ("fact_type", "log_offset", "log_row", "role")
"""Number columns that only ``FACT_TABLES`` have."""

FACT_STRINGS = ("source", "unit", "log_partition")
"""String columns that only ``FACT_TABLES`` have; ``subject`` is in every table."""


def tables() -> tuple[str, ...]:
    """Every table that facts lie in."""
    return tuple(sorted({layout.table for layout in LAYOUTS.values()}))


def string_columns(table: str) -> tuple[str, ...]:
    """The string columns of a table."""
    typed = (name for layout in LAYOUTS.values() if layout.table == table for name in layout.strings)
    return tuple(dict.fromkeys(("subject", *(FACT_STRINGS if table in FACT_TABLES else ()), *typed)))


def number_columns(table: str) -> tuple[str, ...]:
    """The number columns of a table."""
    typed = (name for layout in LAYOUTS.values() if layout.table == table for name in layout.numbers)
    return tuple(dict.fromkeys((*ENVELOPE_NUMBERS, *(FACT_NUMBERS if table in FACT_TABLES else ()), *typed)))
