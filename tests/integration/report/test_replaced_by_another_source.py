"""What another source takes back or corrects counts as taken back or corrected, and every answer says so."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import CHANNEL_IN_PERSON, DossierAccepted, PetitionReceived
from cchc.api.legal_review.v1.legal_review_pb2 import DocumentRegistered
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.v1.processing_pb2 import OUTCOME_APPROVED, DossierResolved
from cchc.calendar.periods import parse_period
from cchc.log.batch import make_event
from cchc.store.port import Store
from services.report.flag import Flag
from services.report.index_answer import IndexAnswers
from services.report.legal.form_systematisation import Years
from services.report.register_answers import RegisterAnswers
from services.report.replaced import of_the_replaced, replaced_in_dossiers
from tests.integration.report.filled import at_once, filled, unit
from tests.unit.reference.story import at

CODE = "replaced_by_another_source"
Q2 = parse_period("2026Q2")
LATER = at("2026-07-01T08:00:00")
UNITS = (unit("H01"), unit("TK", "H01"), unit("DL", "H01"), unit("XX", "H01"))
RETRACTION = Retraction()


def said(fact: Message, day: str, subject: str, by: str = "TK", source: str = "tk", **more: Any) -> Event:
    return make_event(fact, source_system=source, subject=subject, unit_code=by, occurred_at_ms=at(day), **more)


def accepted(subject: str, day: str = "2026-04-01", **more: Any) -> Event:
    return said(DossierAccepted(field_code="LV01", channel=CHANNEL_IN_PERSON), day, subject, **more)


def told(flags: Any) -> list[str]:
    return [flag.text for flag in flags if flag.code == CODE]


def text(times: str, pairs: str) -> str:
    return f"{times} lần một nguồn đính chính hoặc hủy dữ kiện do nguồn khác ghi, được tính như đã báo: {pairs}."


def test_a_dossier_that_another_unit_and_source_takes_away_is_gone_and_every_form_that_lost_it_says_so(
    store: Store,
) -> None:
    own, other = accepted("D1"), accepted("D2")
    taken = said(RETRACTION, "2026-05-01", "D1", by="DL", source="dl", replaces=own.event_id)
    forms = filled(store, [*UNITS, *at_once([own, other, taken, taken], LATER - 1_000)])

    form = forms.ii06a(Q2, LATER)

    assert form.total.received_total == 1
    expected = [text("1", "'dl' thay dữ kiện của 'tk' 1 lần (D1)")]
    assert told(form.flags) == expected
    for code, flags in {code: one.flags for code, one in forms.by_unit(Q2, LATER).items()}.items():
        assert told(flags) == ([] if code == "XX" else expected), code
        assert told(forms.ii06a(Q2, LATER, code).flags) == told(flags)
    assert told(IndexAnswers(store, lambda _: 0).index("qd766", Q2, LATER).flags) == expected


def test_the_source_that_said_it_may_take_it_back_without_a_word(store: Store) -> None:
    own = accepted("D1")
    facts = [
        own,
        accepted("D2"),
        said(RETRACTION, "2026-05-01", "D1", by="DL", source="tk", replaces=own.event_id),
        # Of another dossier: it replaces nothing.
        said(RETRACTION, "2026-05-01", "D2", by="DL", source="dl", replaces=own.event_id),
    ]
    form = filled(store, [*UNITS, *at_once(facts, LATER - 1_000)]).ii06a(Q2, LATER)

    assert form.total.received_total == 1
    assert told(form.flags) == []


def test_corrections_of_others_are_told_as_they_were_known_then_by_pairs_of_sources(store: Store) -> None:
    dossiers = [accepted(f"D{number}") for number in range(8)]
    corrected = [
        accepted(one.subject, "2026-04-02", by="DL", source="dl", replaces=one.event_id) for one in dossiers[:7]
    ]
    ended = said(DossierResolved(outcome=OUTCOME_APPROVED), "2026-04-09", "D7")
    retracted = said(RETRACTION, "2026-04-10", "D7", by="XX", source="x", replaces=ended.event_id)
    petition = said(PetitionReceived(), "2026-04-02", "P1")
    hidden = said(RETRACTION, "2026-04-10", "P1", by="XX", source="x", replaces=petition.event_id)
    forms = filled(
        store,
        [
            *UNITS,
            *at_once([*dossiers, ended, *corrected, petition, hidden], LATER - 2_000),
            *at_once([retracted], LATER - 1_000),
        ],
    )
    first = "'dl' thay dữ kiện của 'tk' 7 lần (D0, D1, D2, D3, D4, …)"

    assert told(forms.ii06a(Q2, LATER - 1_500).flags) == [text("7", first)]
    assert told(forms.ii06a(Q2, LATER).flags) == [text("8", f"{first}; 'x' thay dữ kiện của 'tk' 1 lần (D7)")]
    # The petition is in no form II.06a; the index counts it.
    index = IndexAnswers(store, lambda _: 0).index("qd766", Q2, LATER)
    assert told(index.flags) == [text("9", f"{first}; 'x' thay dữ kiện của 'tk' 2 lần (D7, P1)")]


def test_a_period_that_was_over_before_any_of_it_happened_says_nothing(store: Store) -> None:
    own = accepted("D1", "2026-06-20")
    taken = said(RETRACTION, "2026-06-21", "D1", by="DL", source="dl", replaces=own.event_id)
    filled(store, [*UNITS, *at_once([own, taken], LATER - 1_000)])

    assert replaced_in_dossiers(store, LATER, Q2.end_ms) == ()
    assert len(replaced_in_dossiers(store, LATER, parse_period("2026Q3").end_ms)) == 1


@pytest.mark.parametrize("by_correction", [False, True])
def test_the_forms_and_lists_of_a_register_say_it_too(store: Store, *, by_correction: bool) -> None:
    own = said(DocumentRegistered(number="1/QĐ"), "2026-04-01", "VB1")
    other = DocumentRegistered(number="2/QĐ") if by_correction else RETRACTION
    taken = said(other, "2026-05-01", "VB1", by="DL", source="dl", replaces=own.event_id)
    filled(store, [*UNITS, *at_once([own, taken], LATER - 1_000)])
    answers = RegisterAnswers(store, lambda _: 0)

    def flags(unit_code: str | None) -> list[list[Flag]]:
        return [
            list(answer.flags)
            for answer in (
                answers.form("legal-review", Q2, LATER, unit_code),
                answers.systematisation(Years(2019, 2026), LATER, unit_code),
                answers.listing("legal-review", LATER, unit_code),
            )
        ]

    for unit_code in (None, "TK", "DL", "H01"):
        for one in flags(unit_code):
            assert told(one) == [text("1", "'dl' thay dữ kiện của 'tk' 1 lần (VB1)")]
    assert [told(one) for one in flags("XX")] == [[], [], []]
    assert told(answers.form("II.03", Q2, LATER).flags) == []


def test_nothing_replaced_is_no_flag() -> None:
    assert list(of_the_replaced(())) == []
