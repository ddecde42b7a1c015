from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    DUE_BASIS_DAY,
    DUE_BASIS_INSTANT,
    DossierAccepted,
)
from cchc.api.processing.v1.processing_pb2 import DossierResolved
from cchc.log.batch import make_event
from tests.reference.dossier_fold import Known
from tests.reference.form_ii06a import form_of_facts
from tests.reference.receipt import Mode, ReceiptLog, read
from tests.unit.reference.story import FOREVER

WHOLE = (date(2010, 9, 1), date(2012, 2, 29))
WINDOWS = [
    WHOLE,
    (date(2010, 12, 15), date(2011, 3, 14)),
    (date(2011, 3, 15), date(2011, 6, 14)),
    (date(2011, 4, 1), date(2011, 6, 30)),
    (date(2011, 12, 12), date(2011, 12, 12)),
    (date(2012, 6, 1), date(2013, 6, 1)),
]


@pytest.fixture(scope="module")
def log() -> ReceiptLog:
    return read()


def facts(log: ReceiptLog, mode: Mode) -> list[Known]:
    known = []
    for dossier in log.dossiers.iter_rows(named=True):
        accepted = DossierAccepted(
            channel=CHANNEL_ONLINE_FULL if dossier["online"] else CHANNEL_IN_PERSON,
            due_at_ms=dossier["due_ms"],
            due_basis=DUE_BASIS_DAY if mode == "day" else DUE_BASIS_INSTANT,
        )
        said: list[tuple[Message, int]] = [(accepted, dossier["received_ms"])]
        if dossier["ended_ms"] is not None:
            said.append((DossierResolved(), dossier["ended_ms"]))
        for fact, at_ms in said:
            event = make_event(
                fact, source_system="receipt", subject=dossier["code"], unit_code="U", occurred_at_ms=at_ms
            )
            known.append(Known(event, at_ms))
    return known


def test_the_log_has_the_dossiers_that_its_description_names(log: ReceiptLog) -> None:
    assert log.dossiers.height == 1434
    assert log.dossiers["ended"].null_count() == 105
    assert log.dossiers["online"].sum() == 1250 + 21


@pytest.mark.parametrize(("mode", "judged"), [("day", (951, 69, 309)), ("instant", (951, 1, 377))])
def test_both_readings_of_on_time_give_the_published_counts(
    log: ReceiptLog, mode: Mode, judged: tuple[int, int, int]
) -> None:
    total = log.total(*WHOLE, mode)
    assert (total["resolved_early"], total["resolved_on_time"], total["resolved_late"]) == judged
    assert (total["received_total"], total["resolved_total"], total["pending_total"]) == (1434, 1329, 105)


def test_two_dossiers_ended_before_they_were_received(log: ReceiptLog) -> None:
    before = log.dossiers.filter(log.dossiers["ended"] < log.dossiers["received"])
    assert before["code"].to_list() == ["case-10862", "case-8267"]
    assert (before["counted"] == before["received"]).all()


def test_rows_that_disagree_about_their_dossier_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("log") / "log.csv"
    header = "case:concept:name,case:channel,case:startdate,case:deadline,case:enddate"
    row = "1,Desk,2011-01-01 00:00:00+01:00,2011-01-02 00:00:00+01:00,"
    path.write_text(f"{header}\n{row}\n{row}", encoding="utf-8")
    assert read(path).dossiers.height == 1
    path.write_text(f"{header}\n{row}\n{row.replace('Desk', 'Post')}", encoding="utf-8")
    with pytest.raises(ValueError, match="disagree"):
        read(path)


@pytest.mark.parametrize("mode", get_args(Mode))
def test_by_columns_and_by_facts_the_form_is_the_same(log: ReceiptLog, mode: Mode) -> None:
    known = facts(log, mode)
    for first, last in WINDOWS:
        answer = form_of_facts(known, first=first, last=last, as_of_ms=FOREVER)
        assert log.total(first, last, mode) == answer["total"]
        assert log.on_time(first, last, mode) == answer["on_time"]
