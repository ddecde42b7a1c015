"""Rows: accepted whole, or rejected with every reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.api.intake.v1 import intake_pb2 as intake
from cchc.api.reference.v1 import reference_pb2 as reference
from services.intake.cells.moments import Moment
from services.intake.cells.values import Cell, CellError
from services.intake.kinds import KINDS
from services.intake.rows.canonical import (
    CalendarDayRow,
    DossierOutcome,
    DossierRow,
    ProcedureRow,
    UnitRow,
    read_calendar_day_row,
    read_dossier_row,
    read_procedure_row,
    read_unit_row,
)

# The first text of a process is slow to draw: its tables of characters are built then.
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
NOW = 1_763_780_000_000
FULL: Mapping[str, Cell] = {
    "dossier_code": "H21.65-220914-0011",
    "procedure_code": "1.012644",
    "field_code": "LV01",
    "unit_code": "H21.65",
    "receiving_unit_code": "H21.1",
    "channel": "online_full",
    "submitted_at": "13/09/2022 20:00",
    "received_at": "14/09/2022 08:30",
    "due_at": "21/09/2022",
    "resolved_at": "20/09/2022 16:00",
    "outcome": "refused",
    "delivered_at": "21/09/2022",
    "fee_due": "có",
    "fee_paid_online": "không",
    "components_digitised": "1",
    "electronic_result": "x",
    "supplement_requests": 2.0,
}


def rejected(cells: Mapping[str, Cell]) -> list[tuple[str, str]]:
    read = read_dossier_row(cells, NOW)
    assert isinstance(read, list)
    assert all(isinstance(error, CellError) and error.vi and error.en for error in read)
    return [(error.column, error.code) for error in read]


def accepted(cells: Mapping[str, Cell]) -> DossierRow:
    read = read_dossier_row(cells, NOW)
    assert isinstance(read, DossierRow), read
    return read


def test_a_full_dossier_is_read_with_every_column() -> None:
    row = accepted(FULL)
    assert (row.dossier_code, row.unit_code, row.receiving_unit_code) == ("H21.65-220914-0011", "H21.65", "H21.1")
    assert row.channel == intake.CHANNEL_ONLINE_FULL
    assert row.outcome is DossierOutcome.REFUSED
    assert row.due_at == Moment(1_663_779_599_999, is_date_only=True)
    assert (row.fee_due, row.fee_paid_online, row.components_digitised, row.electronic_result) == (
        True,
        False,
        True,
        True,
    )
    assert row.supplement_requests == 2
    assert row.due_is_instant is None


def test_every_blank_is_unknown() -> None:
    row = accepted(
        {"dossier_code": "A", "unit_code": "U", "received_at": "14/09/2022", "channel": " ", "fee_due": None}
    )
    received = Moment(1_663_088_400_000, is_date_only=True)
    assert row == DossierRow(dossier_code="A", unit_code="U", received_at=received)


def test_all_reasons_against_a_row_are_told_at_once() -> None:
    cells = {**FULL, "dossier_code": "", "channel": "mạng", "due_at": "13/25/2022", "supplement_requests": "1,5"}
    assert rejected(cells) == [
        ("dossier_code", "cell.required"),
        ("channel", "cell.not_accepted"),
        ("due_at", "cell.not_time"),
        ("supplement_requests", "cell.not_count"),
    ]


def test_a_dossier_needs_the_time_of_receipt_unless_it_was_only_submitted_or_declined() -> None:
    bare: dict[str, Cell] = {"dossier_code": "A", "unit_code": "U"}
    assert rejected(bare) == [("received_at", "row.received_at_missing")]
    assert accepted({**bare, "submitted_at": "14/09/2022"}).received_at is None
    assert accepted({**bare, "outcome": "declined", "resolved_at": "14/09/2022"}).outcome is DossierOutcome.DECLINED
    assert rejected({**bare, "received_at": "nope"}) == [("received_at", "cell.not_time")]


@pytest.mark.parametrize("outcome", ["approved", "refused", ""])
def test_a_result_needs_the_receipt_because_no_form_has_a_dossier_that_never_was_received(outcome: str) -> None:
    ended: dict[str, Cell] = {"dossier_code": "A", "unit_code": "U", "submitted_at": "13/09/2022"}
    ended |= {"resolved_at": "14/09/2022", "outcome": outcome}
    assert rejected(ended) == [("received_at", "row.received_at_missing")]
    assert accepted({**ended, "received_at": "13/09/2022"}).resolved_at is not None
    assert accepted({**ended, "outcome": "withdrawn"}).received_at is None
    assert rejected({**ended, "received_at": "nope"}) == [("received_at", "cell.not_time")]


def test_an_outcome_needs_its_time_but_a_time_needs_no_outcome() -> None:
    bare: dict[str, Cell] = {"dossier_code": "A", "unit_code": "U", "received_at": "14/09/2022"}
    assert rejected({**bare, "outcome": "approved"}) == [("resolved_at", "row.resolved_at_missing")]
    assert rejected({**bare, "outcome": "approved", "resolved_at": "nope"}) == [("resolved_at", "cell.not_time")]
    row = accepted({**bare, "resolved_at": "15/09/2022"})
    assert row.resolved_at is not None
    assert row.outcome is None


def test_a_dossier_resolved_before_it_was_received_is_accepted_for_the_fold_to_flag() -> None:
    assert accepted({**FULL, "resolved_at": "01/09/2022"}).resolved_at is not None


def test_the_zone_and_the_basis_of_the_due_time_are_the_sources() -> None:
    read = read_dossier_row(FULL, NOW, zone=timezone(timedelta(hours=1)), due_is_instant=True)
    assert isinstance(read, DossierRow)
    assert read.due_is_instant is True
    assert read.due_at == Moment(1_663_779_599_999 + 6 * 3_600_000, is_date_only=True)


def test_a_rejected_value_is_shown_with_at_most_80_characters() -> None:
    read = read_dossier_row({**FULL, "channel": "x" * 1000}, NOW)
    assert isinstance(read, list)
    assert len(read[0].value) == 80


@UNHURRIED
@given(
    st.dictionaries(
        st.sampled_from(KINDS["dossiers"].columns), st.one_of(st.none(), st.text(), st.integers(), st.floats())
    )
)
def test_no_row_makes_the_reader_raise(cells: dict[str, Cell]) -> None:
    read = read_dossier_row(cells, NOW)
    assert isinstance(read, DossierRow) or (isinstance(read, list) and read)


def test_a_unit_is_valid_from_a_day() -> None:
    cells: dict[str, Cell] = {
        "unit_code": "H21.65",
        "name": "Xã A",
        "type": "Commune",
        "valid_from": "01/07/2025",
        "decision": "1/NQ",
    }
    expected = UnitRow("H21.65", "Xã A", reference.UNIT_TYPE_COMMUNE, 20_270, decision="1/NQ")
    assert read_unit_row(cells) == expected
    one_day = read_unit_row({**cells, "valid_to": "01/07/2025"})
    assert isinstance(one_day, UnitRow)
    assert one_day.valid_to_day == one_day.valid_from_day + 1
    wrong = read_unit_row({**cells, "valid_to": "30/06/2025", "parent_code": "H21.65", "type": ""})
    assert isinstance(wrong, list)
    assert {error.code for error in wrong} == {"row.valid_to_before_from", "row.own_parent", "cell.required"}


def test_a_procedure_has_a_limit_with_its_unit_or_none() -> None:
    cells: dict[str, Cell] = {
        "procedure_code": 1.012644, "name": "Cấp giấy", "valid_from": "2025-07-01",
        "levels": "commune; province;commune", "limit": "15", "limit_unit": "working_days",
        "online_level": "full", "fee": "1", "after_15h_next_day": "0",
    }  # fmt: skip
    read = read_procedure_row(cells)
    assert isinstance(read, ProcedureRow)
    assert read.procedure_code == "1.012644"
    assert read.levels == (reference.UNIT_TYPE_COMMUNE, reference.UNIT_TYPE_PROVINCE)
    assert (read.limit, read.limit_unit) == (15, reference.LIMIT_UNIT_WORKING_DAYS)
    assert (read.fee, read.paper_result, read.after_15h_next_day) == (True, None, False)

    def codes(change: Mapping[str, Cell]) -> set[str]:
        changed = read_procedure_row({**cells, **change})
        return {error.code for error in changed} if isinstance(changed, list) else set()

    assert codes({"limit_unit": None}) == {"row.limit_unit_missing"}
    assert codes({"limit": None}) == codes({"limit": 0}) == {"row.limit_missing"}
    assert codes({"limit": None, "limit_unit": "same_day"}) == set()
    assert codes({"limit": None, "limit_unit": None}) == set()
    assert codes({"levels": "commune;xã"}) == {"cell.not_accepted"}


def test_a_calendar_day_says_since_when_it_was_known() -> None:
    cells: dict[str, Cell] = {
        "day": "02/01/2026",
        "working": "không",
        "name": "Nghỉ hoán đổi",
        "decision": "x",
        "known_from": "25/12/2025",
    }
    assert read_calendar_day_row(cells) == CalendarDayRow(
        20_455, working=False, name="Nghỉ hoán đổi", decision="x", known_from=20_447
    )
    assert isinstance(read_calendar_day_row({"day": "02/01/2026"}), list)
