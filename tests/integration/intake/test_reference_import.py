"""Units, procedures and decided days into the log: once, corrected, and never emptied by a blank."""

from __future__ import annotations

import pytest

from cchc.procedures.register import ProcedureRegister
from cchc.units.tree import UnitTree
from services.aggregator.quarantine import Quarantine
from tests.integration.intake.desk import PROCEDURES, UNITS, Desk

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


def test_of_several_rows_of_one_definition_the_last_counts_and_comes_again_as_nothing(desk: Desk) -> None:
    rows = [{**UNITS[0], "name": "Sai"}, {**UNITS[0], "name": "Đúng"}]
    assert desk.reference("units", rows).facts == 1
    assert desk.reference("units", rows).facts == 0


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
