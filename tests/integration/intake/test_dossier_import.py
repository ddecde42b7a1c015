"""Dossier files into the log, once, twice, newer, older, cut into pieces and broken off."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.errors import Unavailable
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog
from cchc.procedures.register import ProcedureRegister
from cchc.recording.checks import Asked, refusal_of
from cchc.recording.known import Known
from cchc.rights import OPERATOR
from cchc.testing.store_directory import StoreDirectory
from cchc.units.tree import UnitTree
from services.intake.facts_taken import CONTEXT
from services.intake.files.rejects import RejectedLines, write_rejects
from services.intake.mapping import canonical_mapping
from services.intake.outcome import MOST_SHOWN, Outcome
from services.intake.reading import open_table
from tests.integration.intake.desk import CellsOfRow, Desk, desk_in
from tests.reference.dossier_fold import DossierState

ROW = {
    "dossier_code": "H1",
    "unit_code": "U1",
    "procedure_code": "P1",
    "channel": "online_full",
    "received_at": "2026-03-02T08:00",
    "due_at": "2026-03-09",
    "resolved_at": "2026-03-06T10:00",
    "outcome": "approved",
    "fee_due": "1",
    "components_digitised": "1",
    "electronic_result": "1",
    "supplement_requests": "1",
}


def changed(**cells: str) -> CellsOfRow:
    return {**ROW, **cells}


def numbers(outcome: Outcome) -> tuple[int, ...]:
    return (
        *(outcome.rows, outcome.dossiers, outcome.unchanged, outcome.facts, outcome.corrections, outcome.retractions),
        *(len(outcome.registered_units), len(outcome.registered_procedures), outcome.rejected_rows),
    )


def timeless(states: dict[str, DossierState]) -> dict[str, DossierState]:
    """States without what hangs on the identities of facts."""
    return {
        code: replace(state, given_dues=tuple(replace(due, tie=0) for due in state.given_dues))
        for code, state in states.items()
    }


def test_importing_a_file_again_adds_nothing(desk: Desk) -> None:
    first = desk.dossiers(ROW, changed(dossier_code="H2"))
    assert (first.rows, first.dossiers, first.unchanged) == (2, 2, 0)
    assert first.facts == 2 * 5
    size = desk.log.head().size()
    again = desk.dossiers(ROW, changed(dossier_code="H2"))
    assert numbers(again) == (2, 2, 2, 0, 0, 0, 0, 0, 0)
    assert desk.log.head().size() == size


def test_a_newer_file_adds_only_what_is_new_and_corrects_what_changed_by_name(desk: Desk) -> None:
    desk.dossiers(changed(resolved_at="", outcome="", electronic_result=""))
    accepted = next(event for event in desk.events() if event.WhichOneof("fact") == "dossier_accepted")
    outcome = desk.dossiers(changed(due_at="2026-03-12"))
    assert (outcome.facts, outcome.corrections) == (2, 1)
    corrected, resolved = desk.events()[-2:]
    assert corrected.replaces == accepted.event_id
    assert resolved.WhichOneof("fact") == "dossier_resolved"


def test_every_kind_of_fact_comes_back_from_the_store_as_it_was_said(desk: Desk) -> None:
    full = changed(
        field_code="F9",
        receiving_unit_code="U2",
        submitted_at="2026-03-01T21:15:30",
        delivered_at="2026-03-07",
        fee_paid_online="1",
        supplement_requests="3",
    )
    rows = [
        full,
        changed(dossier_code="H2", outcome="declined", received_at="", submitted_at="2026-03-01"),
        *(
            changed(dossier_code=f"H-{word}", outcome=word, electronic_result="0", components_digitised="0")
            for word in ("refused", "returned", "withdrawn", "stopped")
        ),
    ]
    assert desk.dossiers(*rows).rejected_rows == 0
    assert numbers(desk.dossiers(*rows))[2:6] == (len(rows), 0, 0, 0)


def test_a_fee_and_a_decline_can_be_taken_back_and_said_again(desk: Desk) -> None:
    for fee in ("1", "0", "1", "0", "1"):
        desk.dossiers(changed(fee_due=fee))
        assert desk.state().obligation_arose is (fee == "1")
    for declined in (True, False, True, False):
        desk.dossiers(changed(outcome="declined" if declined else "approved"))
        assert (desk.state().declined, desk.state().accepted) == (declined, not declined)


def test_an_old_snapshot_sent_after_a_newer_one_is_told_by_its_dossiers(desk: Desk) -> None:
    old = [ROW, changed(dossier_code="H2"), changed(dossier_code="H3"), changed(dossier_code="H4")]
    new = [changed(due_at="2026-03-12", unit_code="U2"), changed(dossier_code="H2", outcome="refused"), *old[2:]]
    assert desk.dossiers(*old).went_back == 0
    assert desk.dossiers(*new).went_back == 0
    assert desk.dossiers(*old, dry_run=True, chunk_rows=1).went_back == 2
    assert desk.dossiers(*old, chunk_rows=1).went_back == 2
    assert desk.dossiers(*old).went_back == 0, "it says nothing new"
    desk.dossiers(*new)
    assert [due.due_at_ms for due in desk.state().given_dues] == [1_773_334_799_999], "the newest once more heals it"
    assert desk.dossiers(*new, changed(dossier_code="H4", due_at="2026-03-20")).went_back == 0


def test_another_sources_correction_is_not_undone_by_the_old_file(desk: Desk) -> None:
    desk.dossiers(ROW)
    accepted = next(event for event in desk.events() if event.WhichOneof("fact") == "dossier_accepted")
    correction = type(accepted)()
    correction.CopyFrom(accepted)
    correction.source_system, correction.replaces = "inspectors", accepted.event_id
    correction.dossier_accepted.due_at_ms += 86_400_000
    from cchc.log.batch import encode, identity  # noqa: PLC0415 — what only this test writes by hand

    correction.event_id = identity(correction)
    desk.log.append([encode([correction])])
    assert desk.dossiers(ROW).facts == 0
    assert [due.due_at_ms for due in desk.state().given_dues] == [correction.dossier_accepted.due_at_ms]


@pytest.mark.parametrize("chunk_rows", [1, 2, 5_000])
def test_states_of_a_dossier_in_one_file_are_taken_in_order_and_once(desk: Desk, chunk_rows: int) -> None:
    rows = [
        changed(due_at="2026-03-10", fee_due="1"),
        changed(dossier_code="H2"),
        changed(due_at="2026-03-11", fee_due="0"),
        changed(due_at="2026-03-10", fee_due="1"),
        changed(dossier_code="H2"),
        changed(due_at="2026-03-12", fee_due="0"),
    ]
    outcome = desk.dossiers(*rows, chunk_rows=chunk_rows)
    assert (outcome.rows, outcome.dossiers, outcome.unchanged) == (6, 2, 1)
    assert not desk.state().obligation_arose
    size = desk.log.head().size()
    for other in (1, 3, 5_000):
        assert numbers(desk.dossiers(*rows, chunk_rows=other)) == (6, 2, 6, 0, 0, 0, 0, 0, 0)
    assert desk.log.head().size() == size


def test_a_dry_run_appends_nothing_and_tells_the_same_numbers(desk: Desk) -> None:
    desk.dossiers(ROW)
    rows = [
        changed(due_at="2026-03-10"),
        changed(due_at="2026-03-09"),
        changed(fee_due="0"),
        changed(dossier_code="H3", unit_code="U9", procedure_code="P9"),
        changed(dossier_code="H3", unit_code="U9", procedure_code="P9", due_at="2026-03-10"),
        changed(dossier_code="H4", received_at="tomorrow"),
    ]
    before = desk.events()
    for register in (False, True):
        dry = desk.dossiers(*rows, dry_run=True, register_missing=register, chunk_rows=1)
        assert desk.events() == before
        assert dry.dry_run
    real = desk.dossiers(*rows, register_missing=True, chunk_rows=1)
    assert numbers(dry) == numbers(real)
    assert dry.rejected == real.rejected
    assert len(desk.events()) == len(before) + real.facts


def test_unknown_codes_are_rejected_each_with_its_code(desk: Desk) -> None:
    outcome = desk.dossiers(
        changed(unit_code="U8", procedure_code="P8", receiving_unit_code="U9"), changed(dossier_code="H2")
    )
    assert (outcome.dossiers, outcome.rejected_rows) == (1, 1)
    assert [(error.column, error.value, error.code) for error in outcome.rejected[2]] == [
        ("unit_code", "U8", "row.unknown_unit"),
        ("receiving_unit_code", "U9", "row.unknown_unit"),
        ("procedure_code", "P8", "row.unknown_procedure"),
    ]
    assert set(desk.states()) == {"H2"}


def test_missing_codes_are_registered_once_unconfirmed_before_the_dossiers_and_as_the_service_would(desk: Desk) -> None:
    rows = [changed(unit_code="U8", procedure_code="P8"), changed(dossier_code="H2", unit_code="U8")]
    outcome = desk.dossiers(*rows, register_missing=True)
    assert (outcome.registered_units, outcome.registered_procedures) == (["U8"], ["P8"])
    unit, procedure = desk.events()[4:6]
    assert unit.unit_defined.unconfirmed
    assert procedure.procedure_defined.unconfirmed
    known = Known(UnitTree(()), ProcedureRegister(()))
    for definition in (unit, procedure):
        assert refusal_of(definition, CONTEXT, Asked(OPERATOR, known, definition.occurred_at_ms)) is None
    again = desk.dossiers(*rows, register_missing=True)
    assert (again.facts, again.registered_units, again.registered_procedures) == (0, [], [])


def test_rejected_rows_are_rows_of_the_file_and_the_outcome_holds_the_first_of_them(desk: Desk) -> None:
    with RejectedLines() as rejected:
        outcome = desk.dossiers(*[changed(unit_code="U9")] * (MOST_SHOWN + 5), ROW, rejects=rejected)
        assert len(list(rejected)) == MOST_SHOWN + 5
    assert (outcome.rejected_rows, outcome.rejected_reasons) == (MOST_SHOWN + 5, MOST_SHOWN + 5)
    assert list(outcome.rejected) == list(range(2, MOST_SHOWN + 2))


def test_a_code_used_for_another_thing_in_one_file_is_rejected_and_corrections_are_taken(desk: Desk) -> None:
    other = changed(unit_code="U2", procedure_code="P2", received_at="2026-03-04")
    outcome = desk.dossiers(ROW, other)
    assert {line: [error.code for error in errors] for line, errors in outcome.rejected.items()} == {
        3: ["row.contradiction"]
    }
    assert (outcome.dossiers, desk.state().procedure) == (1, "P1")
    again = desk.dossiers(ROW, other)
    assert (again.facts, again.rejected_rows) == (0, 1)

    last = changed(procedure_code="P2", received_at="2026-03-01T08:00", unit_code="U2")
    mended = desk.dossiers(ROW, changed(procedure_code="P2"), last, chunk_rows=1)
    assert mended.rejected_rows == 0
    same_day = changed(procedure_code="P2", received_at="2026-03-02T09:30")
    assert desk.dossiers(ROW, changed(procedure_code=""), same_day).rejected_rows == 0


def test_a_rejects_file_is_mended_in_place_and_imported(desk: Desk, tmp_path: Path) -> None:
    file = desk.write(
        [changed(received_at="32/13/2026"), changed(dossier_code="=H2", unit_code="U9"), changed(dossier_code="H3")]
    )
    rejects = tmp_path / "rejects.csv"
    with RejectedLines() as rejected:
        outcome = desk.dossiers(file=file, rejects=rejected)
        assert (outcome.rejected_rows, outcome.dossiers) == (2, 1)
        write_rejects(rejects, open_table(file, canonical_mapping("dossiers")), rejected)
    assert desk.dossiers(file=rejects).rejected_rows == 2
    text = rejects.read_text(encoding="utf-8-sig")
    rejects.write_text(text.replace("32/13/2026", "02/03/2026 08:00").replace(",U9,", ",U2,"), encoding="utf-8-sig")
    mended = desk.dossiers(file=rejects)
    assert (mended.rejected_rows, mended.dossiers) == (0, 2)
    assert set(desk.states()) == {"H1", "=H2", "H3"}


def test_a_field_renamed_later_does_not_touch_what_was_imported(desk: Desk) -> None:
    desk.dossiers(ROW)
    assert desk.state().field == "F1"
    renamed = {"procedure_code": "P1", "name": "Thủ tục 1", "field_code": "F7", "valid_from": "2026-04-01"}
    desk.reference("procedures", [renamed])
    assert desk.dossiers(ROW).facts == 0
    desk.dossiers(changed(dossier_code="H2", received_at="2026-04-02"), changed(dossier_code="H3"))
    assert (desk.state("H2").field, desk.state("H3").field) == ("F7", "F1")


def test_an_append_that_fails_leaves_nothing_and_the_next_import_goes_on(desk: Desk) -> None:
    rows = [changed(dossier_code=f"H{number:05}") for number in range(4_000)]
    log = desk.log
    assert isinstance(log, SqliteLog)
    assert log._writer is not None
    (pages,) = log._writer.execute("PRAGMA page_count").fetchone()
    log._writer.execute(f"PRAGMA max_page_count = {pages + 40}")
    with pytest.raises(Unavailable) as refused:
        desk.dossiers(*rows, chunk_rows=1_000)
    assert refused.value.code == "log.disk_full"
    taken = len(desk.states())
    assert taken < 4_000
    assert taken % 1_000 == 0, "a chunk is taken whole or not at all"
    log._writer.execute("PRAGMA max_page_count = 1000000")
    assert desk.dossiers(*rows, chunk_rows=1_000).unchanged == taken
    assert len(desk.states()) == 4_000
    assert desk.dossiers(*rows).facts == 0


def test_the_store_may_lag_behind_the_log_when_an_import_begins(desk: Desk) -> None:
    desk.dossiers(ROW)
    records = list(desk.log.records(Prefix()))
    desk.log.append([record.payload for record in records])
    assert desk.dossiers(ROW).facts == 0


def test_when_too_many_dossiers_wait_the_state_is_the_same(desk: Desk) -> None:
    codes = [f"H{number}" for number in range(6)]
    desk.dossiers(*(changed(dossier_code=code, due_at=due) for code in codes for due in ("2026-03-10", "2026-03-12")))
    desk.dossiers(*(changed(dossier_code=code, due_at="2026-03-10") for code in codes), chunk_rows=2, most_waiting=1)
    assert len({due.due_at_ms for code in codes for due in desk.state(code).given_dues}) == 1
    assert desk.dossiers(*(changed(dossier_code=code, due_at="2026-03-10") for code in codes)).facts == 0


_TIMES = st.sampled_from(["", "2026-03-02", "2026-03-03T09:00", "03/03/2026 16:30"])
_FLAGS = st.sampled_from(["", "1", "0"])
_ROWS = st.fixed_dictionaries(
    {
        "dossier_code": st.sampled_from(["H1", "H2"]),
        "unit_code": st.sampled_from(["U1", "U2"]),
        "procedure_code": st.sampled_from(["", "P1", "P2"]),
        "channel": st.sampled_from(["", "online_full", "postal"]),
        "submitted_at": _TIMES,
        "received_at": st.sampled_from(["2026-03-02", "2026-03-04T07:45"]),
        "due_at": _TIMES,
        "resolved_at": st.sampled_from(["2026-03-05", "2026-03-06T11:00"]),
        "outcome": st.sampled_from(["", "approved", "returned", "declined"]),
        "delivered_at": _TIMES,
        "fee_due": _FLAGS,
        "fee_paid_online": _FLAGS,
        "components_digitised": _FLAGS,
        "electronic_result": _FLAGS,
        "supplement_requests": st.sampled_from(["", "0", "2"]),
    }
)
_FILES = st.lists(st.lists(_ROWS, min_size=1, max_size=6), min_size=1, max_size=3)


@given(_FILES, st.integers(1, 3))
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_files_in_any_chunks_give_one_state_and_nothing_the_second_time(
    store_directory: StoreDirectory, files: Sequence[Sequence[CellsOfRow]], chunk_rows: int
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "whole").mkdir()
        with desk_in(store_directory, folder) as desk, desk_in(store_directory, folder / "whole") as whole:
            desk.define()
            whole.define()
            for file in files:
                dry = desk.dossiers(*file, chunk_rows=chunk_rows, dry_run=True)
                assert numbers(dry) == numbers(desk.dossiers(*file, chunk_rows=chunk_rows))
                assert desk.dossiers(*file, chunk_rows=chunk_rows + 1).facts == 0
                whole.dossiers(*file)
            assert timeless(desk.states()) == timeless(whole.states())
    finally:
        shutil.rmtree(folder)
