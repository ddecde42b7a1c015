"""What is new in a snapshot: only that, whatever came before and however often it comes again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import CHANNEL_IN_PERSON, CHANNEL_ONLINE_FULL, DossierAccepted
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.v1.processing_pb2 import DossierResolved
from cchc.log.batch import fact_of, fact_type, make_event
from services.intake.cells.moments import Moment
from services.intake.facts import claims_of
from services.intake.rows.canonical import DossierOutcome, DossierRow
from services.intake.snapshot import Dossier, Said
from tests.reference.dossier_fold import DossierState, Known, fold

BASE_MS = 1_760_000_000_000
OWN, OTHER = "one-stop", "inspectors"


def at(hour: int, *, is_date_only: bool = False) -> Moment:
    return Moment(BASE_MS + hour * 3_600_000, is_date_only)


ROW = DossierRow(
    "H1",
    "U1",
    procedure_code="P1",
    received_at=at(1),
    due_at=at(50),
    resolved_at=at(9),
    outcome=DossierOutcome.APPROVED,
)


@dataclass
class Source:
    """A source that imports files of one dossier, and the log that they go to."""

    name: str = OWN
    log: list[Event] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def imports(self, *rows: DossierRow) -> list[Event]:
        """Import a file with these rows; returns what it added."""
        dossier = Dossier("H1", self.name, [self._said(event) for event in reversed(self.log)])
        added = [
            event
            for row in rows
            for event in dossier.add(claims_of(row, self.fields.get(row.procedure_code or "", "")), row.unit_code)
        ]
        added += dossier.settle()
        self.log.extend(added)
        return added

    def state(self) -> DossierState:
        return fold([Known(event, 0) for event in self.log], as_of_ms=0)["H1"]

    def _said(self, event: Event) -> Said:
        fact = fact_of(event)
        known = fact if event.source_system == self.name else None
        return Said(
            event.event_id,
            event.source_system,
            fact_type(fact),
            known,
            event.unit_code,
            event.occurred_at_ms,
            event.replaces,
        )


def facts_of(events: Iterable[Event]) -> list[str | None]:
    return [event.WhichOneof("fact") for event in events]


def said_by_another(fact: Any, replaces: bytes, hour: int) -> Event:
    return make_event(
        fact, source_system=OTHER, subject="H1", unit_code="U1", occurred_at_ms=at(hour).at_ms, replaces=replaces
    )


# --- one thing at a time --------------------------------------------------------------------------------------------


def test_importing_a_file_again_adds_nothing() -> None:
    source = Source()
    assert facts_of(source.imports(ROW)) == ["dossier_accepted", "dossier_resolved"]
    assert source.imports(ROW) == []


def test_a_newer_snapshot_adds_only_what_is_new() -> None:
    source = Source()
    source.imports(replace(ROW, resolved_at=None, outcome=None))
    (resolved,) = source.imports(ROW)
    assert resolved.WhichOneof("fact") == "dossier_resolved"
    assert resolved.replaces == b""


def test_a_changed_attribute_is_a_correction_that_names_what_it_replaces() -> None:
    source = Source()
    accepted, _ = source.imports(ROW)
    (corrected,) = source.imports(replace(ROW, due_at=at(60)))
    assert corrected.replaces == accepted.event_id
    assert corrected.replaces_reason == "snapshot"
    assert corrected.dossier_accepted.due_at_ms == at(60).at_ms
    assert corrected.dossier_accepted.procedure_code == "P1"


def test_a_value_that_goes_back_and_forth_is_followed_every_time() -> None:
    source, values = Source(), (at(50), at(60))
    for turn in range(8):
        assert len(source.imports(replace(ROW, due_at=values[turn % 2]))) == (2 if turn == 0 else 1)
        assert [due.due_at_ms for due in source.state().given_dues] == [values[turn % 2].at_ms]
    assert len({event.event_id for event in source.log}) == len(source.log)


def test_a_fee_is_said_taken_back_and_said_again() -> None:
    source = Source()
    for turn, (due, kind) in enumerate(
        [
            (True, "financial_obligation_arose"),
            (False, "retraction"),
            (True, "financial_obligation_arose"),
            (False, "retraction"),
            (True, "financial_obligation_arose"),
        ]
    ):
        added = source.imports(replace(ROW, fee_due=due))
        assert kind in facts_of(added), turn
        assert source.state().obligation_arose is due
        assert source.imports(replace(ROW, fee_due=due)) == []


def test_blank_leaves_alone_what_was_said() -> None:
    full = replace(
        ROW,
        channel=CHANNEL_ONLINE_FULL,
        submitted_at=at(0),
        field_code="F",
        receiving_unit_code="U2",
        delivered_at=at(10),
        fee_due=True,
        fee_paid_online=True,
        components_digitised=True,
        electronic_result=True,
        supplement_requests=2,
    )
    source = Source()
    source.imports(full)
    assert source.imports(DossierRow("H1", "U1", received_at=at(1))) == []
    assert source.imports(DossierRow("H1", "U1", received_at=at(1), resolved_at=at(9))) == []


def test_a_result_that_the_file_does_not_name_leaves_a_return_a_return_and_may_move_it() -> None:
    source = Source()
    source.imports(replace(ROW, outcome=DossierOutcome.RETURNED))
    assert source.imports(replace(ROW, outcome=None)) == []
    source.imports(replace(ROW, outcome=None, resolved_at=at(20)))
    assert (source.state().end, source.state().ended_at_ms) == ("returned", at(20).at_ms)
    source.imports(ROW)
    assert source.state().end == "resolved"


def test_a_due_day_that_becomes_a_due_hour_is_not_left_a_day() -> None:
    source = Source()
    source.imports(replace(ROW, due_at=at(48, is_date_only=True)))
    source.imports(replace(ROW, due_at=at(50)))
    assert [(due.due_at_ms, due.basis) for due in source.state().given_dues] == [(at(50).at_ms, 0)]


def test_digitised_becomes_not_digitised() -> None:
    source = Source()
    source.imports(replace(ROW, components_digitised=True))
    source.imports(replace(ROW, components_digitised=False))
    assert source.state().digitised is False


def test_fewer_supplement_requests_take_the_last_ones_back() -> None:
    source = Source()
    for count in (3, 1, 2, 0, 3):
        source.imports(replace(ROW, supplement_requests=count))
        assert source.state().supplement_requests == count


def test_declined_and_accepted_take_each_others_place() -> None:
    accepted = replace(ROW, resolved_at=None, outcome=None)
    declined = replace(ROW, resolved_at=at(3), outcome=DossierOutcome.DECLINED)
    source = Source()
    for row in (declined, accepted, declined, accepted):
        source.imports(row)
        assert (source.state().declined, source.state().accepted) == (row is declined, row is accepted)
        assert source.imports(row) == []


def test_another_unit_is_a_correction_of_the_acceptance_alone() -> None:
    source = Source()
    source.imports(ROW)
    assert facts_of(source.imports(replace(ROW, unit_code="U2"))) == ["dossier_accepted"]
    assert source.state().unit == "U2"


def test_a_field_that_only_the_procedure_names_is_assumed_once_and_stays() -> None:
    source = Source(fields={"P1": "F1", "P2": "F2"})
    source.imports(ROW)
    assert source.state().field == "F1"
    source.fields["P1"] = "renamed"
    assert source.imports(ROW) == []
    source.imports(replace(ROW, procedure_code="P2"))
    assert source.state().field == "F2"
    source.imports(replace(ROW, procedure_code="P2", field_code="said"))
    assert source.imports(replace(ROW, procedure_code="P2")) == []
    assert source.state().field == "said"


# --- other sources --------------------------------------------------------------------------------------------------


def test_another_sources_correction_is_not_undone_by_the_old_file() -> None:
    source = Source()
    source.imports(replace(ROW, due_at=at(40)))
    _, corrected = source.log[0], source.imports(ROW)[0]
    source.log.append(
        said_by_another(DossierAccepted(procedure_code="P1", due_at_ms=at(70).at_ms), corrected.event_id, 1)
    )
    assert source.imports(ROW) == []
    assert source.imports(replace(ROW, due_at=at(40))) == [], "nor by a file that is older still"
    assert [due.due_at_ms for due in source.state().given_dues] == [at(70).at_ms]


def test_another_sources_retraction_is_not_undone_by_the_old_file() -> None:
    source = Source()
    obligation = source.imports(replace(ROW, fee_due=True))[1]
    source.log.append(said_by_another(Retraction(), obligation.event_id, 1))
    assert source.imports(replace(ROW, fee_due=True)) == []
    assert not source.state().obligation_arose


def test_what_the_source_says_anew_after_a_correction_by_another_is_said() -> None:
    source = Source()
    accepted, _ = source.imports(ROW)
    source.log.append(said_by_another(DossierAccepted(procedure_code="P1"), accepted.event_id, 1))
    assert facts_of(source.imports(replace(ROW, received_at=at(2)))) == ["dossier_accepted"]


def test_facts_of_other_sources_are_never_replaced() -> None:
    source = Source(log=[said_by_another(DossierResolved(), b"", 9)])
    added = source.imports(ROW)
    assert facts_of(added) == ["dossier_accepted", "dossier_resolved"]
    assert all(event.replaces == b"" for event in added)


# --- several states in one file -------------------------------------------------------------------------------------


def test_a_file_that_changes_its_mind_adds_nothing_when_it_comes_again() -> None:
    wrong, right = replace(ROW, due_at=at(40), fee_due=True), replace(ROW, due_at=at(60), fee_due=False)
    source = Source()
    assert source.imports(wrong, right, wrong, right)
    assert source.imports(wrong, right, wrong, right) == []
    assert source.imports(right) == []
    assert [due.due_at_ms for due in source.state().given_dues] == [at(60).at_ms]
    assert not source.state().obligation_arose


def test_a_row_that_stands_twice_in_a_file_is_said_once() -> None:
    source = Source()
    assert facts_of(source.imports(ROW, ROW, ROW)) == ["dossier_accepted", "dossier_resolved"]


# --- any files whatever ---------------------------------------------------------------------------------------------

_MOMENTS = st.integers(0, 3).map(at)
_ROWS = st.builds(
    DossierRow,
    dossier_code=st.just("H1"),
    unit_code=st.sampled_from(["U1", "U2"]),
    procedure_code=st.sampled_from([None, "P1", "P2"]),
    field_code=st.sampled_from([None, "F1", "F2"]),
    receiving_unit_code=st.sampled_from([None, "U3"]),
    channel=st.sampled_from([None, CHANNEL_IN_PERSON, CHANNEL_ONLINE_FULL]),
    submitted_at=st.none() | _MOMENTS,
    received_at=st.none() | _MOMENTS,
    due_at=st.none() | st.builds(at, st.integers(4, 6), is_date_only=st.booleans()),
    resolved_at=st.none() | _MOMENTS,
    outcome=st.none() | st.sampled_from(list(DossierOutcome)),
    delivered_at=st.none() | _MOMENTS,
    fee_due=st.sampled_from([None, True, False]),
    fee_paid_online=st.sampled_from([None, True, False]),
    components_digitised=st.sampled_from([None, True, False]),
    electronic_result=st.sampled_from([None, True, False]),
    supplement_requests=st.sampled_from([None, 0, 1, 3]),
).filter(
    lambda row: (
        (row.received_at or row.submitted_at or row.outcome is DossierOutcome.DECLINED)
        and (row.outcome is None or row.resolved_at is not None)
    )
)
_FILES = st.lists(st.lists(_ROWS, min_size=1, max_size=4), min_size=1, max_size=4)


@given(_FILES)
@settings(max_examples=300, deadline=None)
def test_the_state_is_what_the_rows_say_one_over_the_other(files: Sequence[Sequence[DossierRow]]) -> None:
    source = Source()
    for file in files:
        source.imports(*file)
    expected = _Expected()
    for row in (row for file in files for row in file):
        expected.take(row)
    assert expected.agrees_with(source.state() if source.log else None)


@given(_FILES)
@settings(max_examples=300, deadline=None)
def test_a_file_that_was_just_imported_adds_nothing(files: Sequence[Sequence[DossierRow]]) -> None:
    source = Source()
    for file in files:
        source.imports(*file)
        assert source.imports(*file) == []
        assert source.imports(file[-1]) == [], "nor does its last row alone"


@given(_FILES, st.data())
@settings(max_examples=200, deadline=None)
def test_an_import_that_broke_off_and_was_run_again_gives_the_same_state(
    files: Sequence[Sequence[DossierRow]], data: st.DataObject
) -> None:
    whole, broken = Source(), Source()
    for file in files:
        whole.imports(*file)
        dossier = Dossier("H1", OWN, [broken._said(event) for event in broken.log])
        for row in file[: data.draw(st.integers(0, len(file)))]:
            broken.log.extend(dossier.add(claims_of(row), row.unit_code))
        broken.imports(*file)
    assert _timeless(whole) == _timeless(broken)


def _timeless(source: Source) -> DossierState | None:
    """The state without what hangs on the identities of facts."""
    if not source.log:
        return None
    state = source.state()
    return replace(state, given_dues=tuple(replace(due, tie=0) for due in state.given_dues))


@dataclass
class _Expected:
    """The rows of a dossier, one over the other, in the plainest words: blank leaves alone."""

    entry: dict[str, Any] | None = None
    submitted_at: int | None = None
    submitted_is_guessed: bool = True
    end: dict[str, Any] | None = None
    delivered_at: int | None = None
    obligation: bool = False
    paid: bool = False
    digitised: bool | None = None
    supplements: int = 0

    def take(self, row: DossierRow) -> None:
        declined = row.outcome is DossierOutcome.DECLINED
        self._submit(row, declined=declined)
        if declined:
            self.entry = {"kind": "declined", "at": row.resolved_at, "unit": row.unit_code}
        else:
            self._accept(row)
            self._finish(row)
        self.delivered_at = row.delivered_at.at_ms if row.delivered_at else self.delivered_at
        self.obligation = self.obligation if row.fee_due is None else row.fee_due
        self.paid = self.paid if row.fee_paid_online is None else row.fee_paid_online
        self.digitised = self.digitised if row.components_digitised is None else row.components_digitised
        self.supplements = self.supplements if row.supplement_requests is None else row.supplement_requests

    def _submit(self, row: DossierRow, *, declined: bool) -> None:
        if row.submitted_at:
            self.submitted_at = row.submitted_at.at_ms
        elif declined and self.submitted_at is None:
            guessed = row.received_at or row.resolved_at
            assert guessed is not None
            self.submitted_at = guessed.at_ms

    def _accept(self, row: DossierRow) -> None:
        before = self.entry if self.entry is not None and self.entry["kind"] == "accepted" else None
        if row.received_at is None:
            return
        said = {
            "at": row.received_at,
            "procedure": row.procedure_code,
            "field": row.field_code,
            "channel": row.channel,
            "receiving": row.receiving_unit_code,
            "due": row.due_at,
        }
        kept = before or {}
        self.entry = {
            "kind": "accepted",
            "unit": row.unit_code,
            **{name: kept.get(name) if value is None else value for name, value in said.items()},
        }

    def _finish(self, row: DossierRow) -> None:
        before = self.end or {}
        if row.resolved_at is None:
            return
        kind = {None: None, DossierOutcome.APPROVED: "resolved", DossierOutcome.REFUSED: "resolved"}.get(
            row.outcome, row.outcome.value if row.outcome else None
        )
        if kind is None and row.electronic_result is not None:
            # Whether a result is electronic is said of results only.
            kind = "resolved"
        kind = kind or before.get("kind", "resolved")
        outcome = {DossierOutcome.APPROVED: 1, DossierOutcome.REFUSED: 2}.get(row.outcome, 0) if row.outcome else 0
        same = before if before.get("kind") == kind else {}
        electronic = row.electronic_result if row.electronic_result is not None else same.get("electronic")
        self.end = {
            "kind": kind,
            "at": row.resolved_at,
            "outcome": outcome or same.get("outcome", 0),
            "electronic": electronic if kind == "resolved" else None,
        }

    def agrees_with(self, state: DossierState | None) -> bool:
        if state is None:
            return self.entry is None and self.submitted_at is None and self.end is None
        self._check_entry(state)
        end = self.end or {"kind": None, "at": None, "outcome": 0, "electronic": None}
        assert state.end == end["kind"]
        assert state.ended_at_ms == (end["at"].at_ms if end["at"] else None)
        assert (state.outcome, state.electronic_result) == (end["outcome"], end["electronic"])
        assert (state.submitted_at_ms, state.delivered_at_ms) == (self.submitted_at, self.delivered_at)
        assert (state.obligation_arose, state.paid_online) == (self.obligation, self.paid)
        assert (state.digitised, state.supplement_requests) == (self.digitised, self.supplements)
        return True

    def _check_entry(self, state: DossierState) -> None:
        entry = self.entry or {"kind": None}
        assert (state.accepted, state.declined) == (entry["kind"] == "accepted", entry["kind"] == "declined")
        if entry["kind"] == "declined":
            assert (state.declined_at_ms, state.declined_unit) == (entry["at"].at_ms, entry["unit"])
        if entry["kind"] == "accepted":
            due = entry["due"]
            assert state.received_at_ms == entry["at"].at_ms
            assert (state.procedure, state.field) == (entry["procedure"] or "", entry["field"] or "")
            assert (state.channel, state.receiving_unit) == (entry["channel"] or 0, entry["receiving"] or "")
            assert state.unit == entry["unit"]
            assert [(given.due_at_ms, given.basis) for given in state.given_dues] == (
                [(due.at_ms, 1 if due.is_date_only else 0)] if due else []
            )
