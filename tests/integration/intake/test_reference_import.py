"""Units, procedures and decided days into the log: once, corrected, and never emptied by a blank."""

from __future__ import annotations

import pytest

from cchc.procedures.register import ProcedureRegister
from cchc.units.tree import UnitTree
from services.aggregator.quarantine import Quarantine
from services.intake.outcome import Outcome
from tests.integration.intake.desk import PROCEDURES, UNITS, CellsOfRow, Desk

EVER = 9_223_372_036_854_775_807


def test_importing_a_reference_file_again_adds_nothing(desk: Desk) -> None:
    for kind, rows in (("units", UNITS), ("procedures", PROCEDURES)):
        again = desk.reference(kind, rows)
        assert (again.rows, again.facts, again.unchanged) == (2, 0, 2)


def test_a_changed_definition_is_a_correction_and_goes_back_and_forth(desk: Desk) -> None:
    for name in ("Xã Mới", "Xã Một", "Xã Mới"):
        outcome = desk.reference("units", [{**UNITS[0], "name": name}])
        assert (outcome.facts, outcome.corrections) == (1, 1)
        unit = UnitTree.load(desk.store, EVER).on("U1", 20_000)
        assert unit is not None
        assert unit.name == name


def test_a_new_first_day_is_a_new_definition_beside_the_old_one(desk: Desk) -> None:
    outcome = desk.reference("units", [{**UNITS[0], "name": "Phường Một", "valid_from": "2026-01-01"}])
    assert (outcome.facts, outcome.corrections) == (1, 0)
    tree = UnitTree.load(desk.store, EVER)
    assert [unit.name for day in (20_453, 20_454) if (unit := tree.on("U1", day))] == ["Xã Một", "Phường Một"]


def test_blank_leaves_a_definition_as_it_was(desk: Desk) -> None:
    desk.reference(
        "units", [{**UNITS[0], "parent_code": "U2", "peer_group": "xa", "valid_to": "2030-12-31", "decision": "QĐ 1"}]
    )
    assert desk.reference("units", [UNITS[0]]).facts == 0
    flags = {"fee": "1", "paper_result": "0", "levels": "commune;department", "online_level": "full"}
    desk.reference("procedures", [{**PROCEDURES[0], **flags}])
    assert desk.reference("procedures", [PROCEDURES[0]]).facts == 0
    desk.reference("procedures", [{**PROCEDURES[0], "fee": "0", "levels": "commune"}])
    procedure = ProcedureRegister.load(desk.store, EVER).on("P1", 20_000)
    assert procedure is not None
    assert (procedure.fee, len(procedure.levels), procedure.online_level) == (False, 1, 3)


def test_a_limit_that_becomes_the_same_day_loses_its_amount(desk: Desk) -> None:
    desk.reference("procedures", [{**PROCEDURES[0], "limit": "", "limit_unit": "same_day"}])
    procedure = ProcedureRegister.load(desk.store, EVER).on("P1", 20_000)
    assert procedure is not None
    assert (procedure.limit, procedure.limit_unit) == (0, 4)


@pytest.mark.parametrize(
    ("kind", "row", "column"),
    [("units", UNITS[0], "name"), ("units", UNITS[0], "type"), ("procedures", PROCEDURES[0], "limit")],
)
def test_of_two_rows_that_contradict_each_other_the_later_is_rejected_and_names_the_line(
    desk: Desk, kind: str, row: dict[str, str], column: str
) -> None:
    other = {"name": "Khác", "type": "district", "limit": "9"}[column]
    outcome = desk.reference(kind, [row, row, {**row, column: other}])
    assert (outcome.facts, outcome.rejected_rows, outcome.unchanged) == (0, 1, 2)
    (error,) = outcome.rejected[4]
    assert (error.column, error.code) == (column, "row.contradiction")
    assert "Dòng 2" in error.vi
    assert "Line 2" in error.en


def test_rows_of_one_definition_complete_each_other_and_another_first_day_contradicts_nothing(desk: Desk) -> None:
    rows = [
        {**UNITS[0], "parent_code": "U2", "decision": "", "valid_from": ""},
        {**UNITS[0], "parent_code": "", "decision": "QĐ 2", "valid_from": ""},
        {**UNITS[0], "name": "Phường", "parent_code": "U2", "decision": "QĐ 3", "valid_from": "2026-01-01"},
    ]
    assert desk.reference("units", rows).facts == 2
    unit = UnitTree.load(desk.store, EVER).on("U1", 20_000)
    assert unit is not None
    assert (unit.parent, unit.decision) == ("U2", "QĐ 2")
    assert desk.reference("units", rows).facts == 0


def unit(code: str, parent: str, first: str = "", last: str = "") -> CellsOfRow:
    return {
        "unit_code": code,
        "name": f"Đơn vị {code}",
        "type": "commune",
        "parent_code": parent,
        "valid_from": first,
        "valid_to": last,
    }


def rejected(outcome: Outcome) -> dict[int, str]:
    return {line: errors[0].code for line, errors in outcome.rejected.items()}


def test_a_parent_may_come_later_in_the_file_or_be_defined_already(desk: Desk) -> None:
    assert rejected(desk.reference("units", [unit("A", "B"), unit("B", "U1"), unit("C", "A")])) == {}


def test_an_unknown_parent_rejects_its_row_and_all_that_hangs_on_it(desk: Desk) -> None:
    outcome = desk.reference("units", [unit("A", "B"), unit("B", "nobody"), unit("C", ""), unit("D", "C")])
    assert rejected(outcome) == {2: "row.unknown_parent", 3: "row.unknown_parent"}
    assert (outcome.facts, outcome.rejected_rows) == (2, 2)
    assert not UnitTree.load(desk.store, EVER).knows("A")


def test_units_in_a_circle_are_rejected_and_named(desk: Desk) -> None:
    outcome = desk.reference("units", [unit("A", "B"), unit("B", "C"), unit("C", "A"), unit("D", "A"), unit("E", "U1")])
    circle, below = "row.circular_parents", "row.unknown_parent"
    assert rejected(outcome) == {2: circle, 3: circle, 4: circle, 5: below}
    assert "A → B → C → A" in outcome.rejected[2][0].vi
    assert outcome.facts == 1


def test_a_circle_with_what_is_defined_already_is_rejected_and_the_definition_stays(desk: Desk) -> None:
    assert desk.reference("units", [unit("A", "U1"), unit("B", "A")]).facts == 2
    assert rejected(desk.reference("units", [unit("A", "B")])) == {2: "row.circular_parents"}
    stands = UnitTree.load(desk.store, EVER).on("A", 20_000)
    assert stands is not None
    assert stands.parent == "U1"


def test_two_units_may_change_places_in_time_but_not_on_one_day(desk: Desk) -> None:
    before, after = ("2020-01-01", "2024-12-31"), ("2025-01-01", "")
    apart = [unit("A", "", *before), unit("B", "A", *before), unit("A", "B", *after), unit("B", "", *after)]
    assert rejected(desk.reference("units", apart)) == {}
    overlapping = [unit("X", "", *before), unit("Y", "X", "2020-01-01"), unit("X", "Y", *after)]
    assert set(rejected(desk.reference("units", overlapping)).values()) == {"row.circular_parents"}


@pytest.mark.parametrize("kind", ["units", "procedures"])
def test_the_first_of_january_1970_is_a_day_like_any_other(desk: Desk, kind: str) -> None:
    row = dict((UNITS if kind == "units" else PROCEDURES)[0])
    assert desk.reference(kind, [{**row, "name": "Cũ", "valid_from": "01/01/1970"}]).facts == 1
    known = UnitTree if kind == "units" else ProcedureRegister
    code = row["unit_code" if kind == "units" else "procedure_code"]
    old, new = (known.load(desk.store, EVER).on(code, day) for day in (0, 20_000))
    assert old is not None
    assert new is not None
    assert (old.name, old.valid_from, new.name) == ("Cũ", 0, row["name"])
    assert desk.reference(kind, [{**row, "name": "Cũ", "valid_from": "01/01/1970"}]).facts == 0


def test_a_last_day_that_a_fact_cannot_say_is_refused_and_not_taken_for_none(desk: Desk) -> None:
    outcome = desk.reference(
        "units", [unit("A", "", "1960-01-01", "1969-12-31"), unit("B", "", "1960-01-01", "1969-12-30")]
    )
    assert rejected(outcome) == {2: "row.valid_to_not_kept"}
    assert UnitTree.load(desk.store, EVER).on("B", 100) is None


def test_a_definition_from_before_anything_is_reported_is_not_set_aside(desk: Desk) -> None:
    rows = [{"unit_code": "U7", "name": "Tỉnh", "type": "province", "valid_from": "1976-07-02"}]
    assert desk.reference("units", rows).facts == 1
    assert Quarantine(desk.store).count() == 0
    assert UnitTree.load(desk.store, EVER).knows("U7")
    assert desk.reference("units", rows).facts == 0


def test_a_registered_code_is_confirmed_by_its_definition(desk: Desk) -> None:
    dossier = {"dossier_code": "H1", "unit_code": "U8", "procedure_code": "P8", "received_at": "2026-03-02"}
    desk.dossiers(dossier, register_missing=True)
    outcome = desk.reference("units", [{"unit_code": "U8", "name": "Xã Tám", "type": "commune"}])
    assert (outcome.facts, outcome.corrections) == (1, 1)
    unit = UnitTree.load(desk.store, EVER).on("U8", 20_000)
    assert unit is not None
    assert (unit.name, unit.unconfirmed) == ("Xã Tám", False)
    desk.reference("procedures", [{"procedure_code": "P8", "name": "Thủ tục 8", "field_code": "F8"}])
    assert desk.dossiers(dossier).corrections == 1
    assert desk.state().field == "F8"


@pytest.mark.parametrize("kind", ["units", "procedures"])
def test_a_dry_run_defines_nothing(desk: Desk, kind: str) -> None:
    before = desk.log.head()
    rows = [{**(UNITS if kind == "units" else PROCEDURES)[0], "name": "Khác"}]
    assert desk.reference(kind, rows, dry_run=True).facts == 1
    assert desk.log.head() == before


def test_decided_days_are_taken_once_and_corrected(desk: Desk) -> None:
    day = {"day": "2026-05-02", "working": "1", "name": "Làm bù", "known_from": "2026-04-20"}
    assert desk.reference("calendar-days", [day]).facts == 1
    assert desk.reference("calendar-days", [day]).facts == 0
    outcome = desk.reference("calendar-days", [{**day, "working": "0"}])
    assert (outcome.facts, outcome.corrections) == (1, 1)


def test_a_rejected_row_leaves_the_others_in(desk: Desk) -> None:
    outcome = desk.reference("units", [{**UNITS[0], "name": ""}, {**UNITS[1], "name": "Xã Hai mới"}])
    assert (outcome.facts, outcome.rejected_rows, outcome.unchanged) == (1, 1, 0)
    assert [error.column for error in outcome.rejected[2]] == ["name"]
