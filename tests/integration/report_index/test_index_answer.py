from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_ONLINE_FULL,
    FinancialObligationArose,
    PaymentMade,
    PetitionAnswered,
    PetitionReceived,
)
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import DigitisationRecorded, SupplementRequested
from cchc.api.reference.v1.reference_pb2 import (
    ONLINE_LEVEL_FULL,
    ONLINE_LEVEL_NONE,
    UNIT_TYPE_COMMUNE,
    UNIT_TYPE_DEPARTMENT,
    UNIT_TYPE_DISTRICT,
    UNIT_TYPE_UNSPECIFIED,
)
from cchc.calendar.vietnam_time import start_of_day_ms
from cchc.clock import FixedClock
from cchc.errors import Refused
from cchc.index import criteria_set as sets
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from services.aggregator.consume import Aggregator
from services.report.index_answer import IndexAnswer, IndexAnswers
from services.report.rendering.json_text import json_text
from tests.integration.report_index.province import (
    CLOSED,
    LATER_MS,
    PAPER,
    SINCE,
    accepted,
    answers,
    fill,
    noon,
    procedure,
    reference,
    resolved,
    said,
    simple_dossiers,
    unit,
)


def known_province() -> list[Event]:
    """X1: thirteen dossiers of every kind, and a petition. X2 and X3: five each, all in time. S1: nothing."""
    return [
        *reference(),
        *simple_dossiers("X1", on_time=8, late=2, online=4),
        accepted("X1-e1", "08-03", "08-07", procedure=PAPER, channel=CHANNEL_ONLINE_FULL),
        resolved("X1-e1", "08-06", electronic=True),
        said("X1-e1", FinancialObligationArose(amount_vnd=8_000), noon("08-03")),
        said("X1-e1", PaymentMade(online=True, amount_vnd=8_000), noon("08-04")),
        accepted("X1-e2", "08-03", "08-07", procedure=PAPER),
        resolved("X1-e2", "08-06", electronic=False),
        said("X1-e2", FinancialObligationArose(amount_vnd=8_000), noon("08-03")),
        said("X1-e2", PaymentMade(online=False, amount_vnd=8_000), noon("08-04")),
        said("X1-e2", DigitisationRecorded(digitised=True, reused=True), noon("08-03")),
        accepted("X1-e3", "08-03", "08-07", procedure=CLOSED),
        resolved("X1-e3", "08-06"),
        said("P1", PetitionReceived(dossier_code="X1-000", due_at_ms=noon("07-24")), noon("07-10")),
        said("P1", PetitionAnswered(satisfied=True), noon("07-20")),
        *simple_dossiers("X2", on_time=5),
        *simple_dossiers("X3", on_time=5),
    ]


def ask(store: Store, unit_code: str | None = None, period: str = "2026Q3", name: str = "qd766") -> IndexAnswer:
    """What the store answers once all is known."""
    return answers(store).index(name, period, LATER_MS, unit_code)


def points(answer: IndexAnswer, unit_code: str) -> dict[str, str | None]:
    """Points by criterion."""
    (found,) = [each for each in answer.as_json()["units"] if each["unit"] == unit_code]
    return {leaf["id"]: leaf["points"] for leaf in found["criteria"]}


def criterion(answer: IndexAnswer, unit_code: str, identity: str) -> dict[str, object]:
    """One criterion as the contract has it."""
    (found,) = [each for each in answer.as_json()["units"] if each["unit"] == unit_code]
    (leaf,) = [each for each in found["criteria"] if each["id"] == identity]
    return dict(leaf)


def codes(answer: IndexAnswer) -> list[str]:
    """Codes of the flags."""
    return [flag.code for flag in answer.flags]


def test_known_counts_give_exact_points(store: Store) -> None:
    fill(store, known_province())
    answer = ask(store)
    assert {identity: earned for identity, earned in points(answer, "X1").items() if earned is not None} == {
        "qd766.2_1": "16.92",  # 20 × 11/13
        "qd766.3_1": "1.67",  # 2 × (2/3) / 80 %
        "qd766.3_2": "4.00",  # both online services had a dossier online
        "qd766.3_3": "4.62",  # 6 × (5/13) / 50 %
        "qd766.3_6a": "3.00",  # 6 × 1/2
        "qd766.3_6b": "2.00",
        "qd766.3_6c": "2.00",
        "qd766.4_1": "3.00",  # 6 × 1/2
        "qd766.4_2": "0.57",  # 4 × 1/7: online and exempt dossiers are left out
        "qd766.4_3": "0.19",  # 2 × (1/13) / 80 %
        "qd766.5_2": "6.00",
        "qd766.5_3": "6.00",
        "qd766.5_4": "5.13",  # 6 × (1 − 3/13) / 90 %: two late, one complained about
    }
    first = answer.as_json()["units"][1]
    assert (first["unit"], first["name"], first["score"], first["max"], first["rank"], first["of"]) == (
        "X1",
        "Đơn vị X1",
        "55.10",
        "72.00",
        1,
        3,
    )
    assert criterion(answer, "X1", "qd766.2_1") == {
        "code": "2.1",
        "id": "qd766.2_1",
        "name": "Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn",
        "max": "20.00",
        "points": "16.92",
        "state": "scored",
        "source": "auto",
        "n": 11,
        "d": 13,
        "reason": "",
    }


def test_the_answer_has_the_shape_of_the_contract(store: Store) -> None:
    fill(store, known_province())
    told = ask(store).as_json()
    assert list(told) == ["set", "period", "as_of", "status", "units", "flags"]
    assert (told["set"], told["status"], told["as_of"]) == ("qd766", "live", "2026-10-20T00:00:00+07:00")
    assert told["period"] == {"id": "2026Q3", "calendar": "calendar", "from": "2026-07-01", "to": "2026-09-30"}
    assert list(told["units"][0]) == ["unit", "name", "score", "max", "rank", "of", "criteria"]


def test_a_dossier_goes_by_its_procedure_as_it_was_on_the_day_of_receipt(store: Store) -> None:
    turn = date(2026, 8, 10)
    ended = procedure("1.000004", online=ONLINE_LEVEL_FULL, paper=True, exempt=True, until=turn)
    events = [
        *reference(),
        ended,
        procedure("1.000005", online=ONLINE_LEVEL_FULL, since=SINCE, until=turn),
        procedure("1.000005", online=ONLINE_LEVEL_FULL, paper=True, exempt=True, since=turn),
    ]
    received = (
        ("a", "08-07", "1.000004"),
        ("b", "08-07", "1.000005"),
        ("c", "08-10", "1.000005"),
        ("d", "08-07", PAPER),
    )
    for subject, day, code in received:
        events.append(accepted(subject, day, "08-20", procedure=code))
        events.append(resolved(subject, "08-12", electronic=subject == "a"))
        events.append(said(subject, DigitisationRecorded(digitised=subject == "b"), noon(day)))
    fill(store, events)
    answer = ask(store)
    # a, c and d end with a paper, one of them electronic; a and c need not be digitised, b was and d was not.
    shares = {i: criterion(answer, "X1", f"qd766.{i}") for i in ("4_1", "4_2")}
    assert {i: (it["n"], it["d"]) for i, it in shares.items()} == {"4_1": (1, 3), "4_2": (1, 2)}


def test_equal_scores_share_a_rank_and_departments_are_not_ranked_among_communes(store: Store) -> None:
    fill(store, known_province())
    places = [(each["unit"], each["score"], each["rank"], each["of"]) for each in ask(store).as_json()["units"]]
    assert places == [("S1", "12.00", 1, 1), ("X1", "55.10", 1, 3), ("X2", "39.67", 2, 3), ("X3", "39.67", 2, 3)]


def test_a_zero_denominator_follows_the_policy_of_its_criterion(store: Store) -> None:
    fill(store, known_province())
    answer = ask(store)
    payment, petitions = criterion(answer, "X2", "qd766.3_6a"), criterion(answer, "X2", "qd766.5_2")
    assert (payment["points"], payment["state"], payment["d"]) == ("0.00", "no_occurrence", 0)
    assert (petitions["points"], petitions["state"], petitions["d"]) == ("6.00", "no_occurrence", 0)


def test_a_criterion_whose_facts_nobody_says_is_not_scored_and_leaves_the_maximum(store: Store) -> None:
    fill(store, [*reference(), *simple_dossiers("X1", on_time=4)])
    answer = ask(store, "X1")
    for identity, words in (
        ("qd766.1_1", "Cơ sở dữ liệu quốc gia"),
        ("qd766.3_3", "kết quả giải quyết điện tử"),
        ("qd766.3_6a", "nghĩa vụ tài chính"),
        ("qd766.4_2", "số hóa"),
        ("qd766.5_2", "phản ánh, kiến nghị"),
    ):
        leaf = criterion(answer, "X1", identity)
        assert (leaf["points"], leaf["state"], leaf["n"], leaf["d"]) == (None, "not_scored", None, None)
        assert words in str(leaf["reason"])
    assert answer.as_json()["units"][0]["max"] == "28.00"  # 2.1, 3.1, 3.2, and fee procedures with dossiers
    assert "partly_scored" in codes(answer)


def test_nothing_known_at_all_scores_nobody(store: Store) -> None:
    fill(store, reference())
    answer = answers(store).index(sets.load("tt01-2018"), "2026Q3", LATER_MS)
    told = answer.as_json()["units"]
    assert {each["rank"] for each in told} == {None}
    assert {each["score"] for each in told} == {None}


def test_one_unit_is_listed_alone_and_ranked_among_its_peers(store: Store) -> None:
    fill(store, known_province())
    (told,) = ask(store, "X3").as_json()["units"]
    assert (told["unit"], told["rank"], told["of"]) == ("X3", 2, 3)


def test_the_province_has_all_below_it_and_no_rank(store: Store) -> None:
    fill(store, known_province())
    answer = ask(store, "T")
    leaf = criterion(answer, "T", "qd766.2_1")
    assert (leaf["n"], leaf["d"]) == (21, 23)
    assert (answer.as_json()["units"][0]["rank"], answer.as_json()["units"][0]["of"]) == (None, 0)


def test_a_district_has_its_communes_once_and_units_without_a_peer_group_are_ranked_by_type(store: Store) -> None:
    district = [unit("H1", UNIT_TYPE_DISTRICT), *(unit(code, UNIT_TYPE_COMMUNE, parent="H1") for code in ("Y1", "Y2"))]
    fill(store, [*reference(()), *district, *simple_dossiers("Y1", 3), *simple_dossiers("Y2", 1, late=1)])
    told = {each["unit"]: each for each in ask(store).as_json()["units"]}
    leaf = criterion(ask(store), "H1", "qd766.2_1")
    assert (leaf["n"], leaf["d"]) == (4, 5)
    assert (told["Y1"]["rank"], told["Y2"]["rank"], told["Y1"]["of"], told["H1"]["of"]) == (1, 2, 2, 1)


def test_a_department_s_procedures_are_those_of_the_fields_it_has_accepted_dossiers_in(store: Store) -> None:
    of_departments = [
        procedure("2.000001", online=ONLINE_LEVEL_FULL, level=UNIT_TYPE_DEPARTMENT, field="Y-TE"),
        procedure("2.000002", online=ONLINE_LEVEL_NONE, level=UNIT_TYPE_DEPARTMENT, field="Y-TE"),
        procedure("2.000003", online=ONLINE_LEVEL_FULL, level=UNIT_TYPE_DEPARTMENT, field="XAY-DUNG"),
    ]
    before_the_period = accepted("S1-1", "03-02", "03-06", unit="S1", procedure="2.000001")
    fill(store, [*reference(), *of_departments, before_the_period])
    department, commune = (criterion(ask(store), code, "qd766.3_1") for code in ("S1", "X1"))
    assert (department["n"], department["d"]) == (1, 2)
    assert (commune["n"], commune["d"]) == (2, 3)
    assert "authority_by_field" in codes(ask(store))


def test_the_set_s_own_calendar_reads_the_period_unless_another_is_named(store: Store) -> None:
    fill(store, known_province())
    statutory = ask(store, name="tt01-2018")
    calendar = answers(store).index("tt01-2018", "2026Q3", LATER_MS, calendar="calendar")
    assert (statutory.period.first, statutory.period.last) == (date(2026, 6, 15), date(2026, 9, 14))
    assert calendar.period.last == date(2026, 9, 30)
    assert "calendar_not_of_set" in codes(calendar)
    assert "calendar_not_of_set" not in codes(statutory)


def test_the_nine_indicators_give_the_mean_of_points(store: Store) -> None:
    asked_once = said("X1-e1", SupplementRequested(ordinal=1), noon("08-04"))
    fill(store, [*known_province(), asked_once])
    earned = points(ask(store, name="tt01-2018"), "X1")
    assert earned["tt01-2018.1"] == "1.10"  # (3 × 2 + 8 × 1) / 13 = 1.08, to one decimal
    assert earned["tt01-2018.3"] == "1.90"  # (12 × 2 + 1 × 1) / 13 = 1.92
    assert earned["tt01-2018.2"] is None
    assert earned["tt01-2018.7"] is None
    assert earned["tt01-2018.8"] == "2.00"
    online = criterion(ask(store, name="tt01-2018"), "X1", "tt01-2018.9")
    assert (online["n"], online["d"]) == (2, 3)
    assert earned["tt01-2018.9"] == "2.00"  # 2 of 3 procedures online, 5 of 13 dossiers, none of them late


def test_what_the_reader_must_know_is_flagged(store: Store) -> None:
    gone = unit("X9", UNIT_TYPE_COMMUNE, until=date(2026, 8, 1))
    fill(store, [*known_province(), gone, *simple_dossiers("X9", on_time=2)])
    early = IndexAnswers(store, lambda _: 3).index("qd766", "2026Q4", LATER_MS)
    assert {"quarantine", "period_not_over"} <= set(codes(early))
    assert "3 mục dữ liệu" in next(flag.text for flag in early.flags if flag.code == "quarantine")
    third = ask(store)
    assert "2 hồ sơ" in next(flag.text for flag in third.flags if flag.code == "unit_not_in_force")
    assert "set_not_in_force" not in codes(third)


def text_of(answer: IndexAnswer, code: str) -> str:
    """The text of the one flag with this code."""
    (text,) = [flag.text for flag in answer.flags if flag.code == code]
    return text


def test_units_that_nobody_said_the_type_of_are_not_ranked_and_named(store: Store) -> None:
    strangers = [unit(f"L{number}", UNIT_TYPE_UNSPECIFIED, parent="") for number in range(7)]
    fill(store, [*known_province(), *strangers, *simple_dossiers("L0", on_time=1)])
    answer = ask(store)
    assert {each.unit for each in answer.units} == {"S1", "X1", "X2", "X3"}
    assert "7 đơn vị (L0, L1, L2, L3, L4, …)" in text_of(answer, "unit_without_type")
    assert "L0" in text_of(ask(store, "L0"), "unit_without_type")


def test_a_province_of_known_types_has_nobody_left_out_of_the_ranking(store: Store) -> None:
    fill(store, known_province())
    assert "unit_without_type" not in codes(ask(store))


def test_peers_who_could_not_attain_the_same_are_flagged_with_the_difference(store: Store) -> None:
    fill(store, known_province())
    left_out = tuple(
        replace_struct(leaf, zero_denominator="left_out") if leaf.id == "qd766.3_6a" else leaf
        for leaf in sets.load("qd766").leaves
    )
    by_points = replace_struct(sets.load("qd766"), leaves=left_out)
    answer = answers(store).index(by_points, "2026Q3", LATER_MS)
    assert {each["unit"]: each["max"] for each in answer.as_json()["units"]}["X2"] == "66.00"
    assert "Nhóm 'xa'" in text_of(answer, "maxima_differ")
    assert "từ 66,00 đến 72,00, chênh 6,00 điểm" in text_of(answer, "maxima_differ")
    assert "maxima_differ" in codes(answers(store).index(by_points, "2026Q3", LATER_MS, "X3"))
    assert "maxima_differ" not in codes(answers(store).index(by_points, "2026Q3", LATER_MS, "S1"))
    by_share = replace_struct(by_points, rank_by="share")
    assert "maxima_differ" not in codes(answers(store).index(by_share, "2026Q3", LATER_MS))
    assert "maxima_differ" not in codes(ask(store))


def test_a_set_outside_its_dates_is_flagged(store: Store) -> None:
    fill(store, known_province())
    assert "set_not_in_force" in codes(ask(store, period="2022Q2"))
    replaced = replace_struct(sets.load("qd766"), valid_to=date(2026, 8, 31))
    ended = answers(store).index(replaced, "2026Q3", LATER_MS)
    assert "đến 31/08/2026" in next(flag.text for flag in ended.flags if flag.code == "set_not_in_force")


@pytest.mark.parametrize(("code", "error"), [("X7", "report.unknown_unit"), ("X9", "report.unit_not_in_force")])
def test_a_unit_that_cannot_be_answered_is_refused(store: Store, code: str, error: str) -> None:
    fill(store, [*reference(), unit("X9", UNIT_TYPE_COMMUNE, until=date(2026, 8, 1))])
    with pytest.raises(Refused, match=error):
        ask(store, code)


def test_what_was_recorded_later_was_not_known_earlier(store: Store) -> None:
    late_news = said("P2", PetitionReceived(dossier_code="X2-000", due_at_ms=noon("09-01")), noon("08-15"), "X2")
    clock = FixedClock(start_of_day_ms(date(2026, 10, 1)))
    with MemoryLog(clock) as log:
        log.append([encode(known_province())])
        Aggregator(log, store).catch_up()
        before = answers(store).index("qd766", "2026Q3", start_of_day_ms(date(2026, 10, 2)))
        clock.put(start_of_day_ms(date(2026, 10, 3)))
        log.append([encode([late_news])])
        Aggregator(log, store).catch_up()
    same = answers(store).index("qd766", "2026Q3", start_of_day_ms(date(2026, 10, 2)))
    after = answers(store).index("qd766", "2026Q3", start_of_day_ms(date(2026, 10, 4)))
    assert json_text(same.as_json()) == json_text(before.as_json())
    assert points(after, "X2")["qd766.5_2"] == "0.00"


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(), batch=st.integers(1, 40), doubled=st.floats(0, 1))
def test_order_repetition_and_batches_change_nothing(
    store_directory: StoreDirectory, seed: int, batch: int, doubled: float
) -> None:
    events = known_province()
    chance = random.Random(seed)  # noqa: S311 — a shuffle, not a secret
    shuffled = [*events, *(event for event in events if chance.random() < doubled)]
    chance.shuffle(shuffled)
    told = []
    for order in (events, shuffled):
        with store_directory.database() as store:
            migrate(store, FixedClock(0))
            fill(store, order, batch=batch)
            told.append(json_text(ask(store).as_json()))
    assert told[0] == told[1]
