"""Figures that Vietnamese offices published: what adds up is reproduced, what does not is flagged by how much."""

from __future__ import annotations

import hashlib

from cchc.calendar.periods import free_window, parse_period
from cchc.calendar.vietnam_time import date_of
from tests.integration.legal.desk import RegisterDesk, flags

PLAN = {"unit_code": "TK", "plan_year": "2024", "plan_number": "03/KH-UBND", "plan_issued_on": "15/01/2024"}


def reviewed(outcome: str, first: int, count: int) -> list[dict[str, str]]:
    """So many documents of a plan with an outcome."""
    return [
        {**PLAN, "document_number": f"{number}/2019/QĐ-UBND", "reviewed_at": "20/05/2024", "outcomes": outcome}
        for number in range(first, first + count)
    ]


def test_tan_ky_2024_reviewed_36_documents(desk: RegisterDesk) -> None:
    rows = [*reviewed("wholly_expired", 1, 21), *reviewed("unchanged", 22, 14), *reviewed("replace", 36, 1)]
    desk.take("legal-reviews", *rows)
    form = desk.form("legal-review")
    total = form["total"]["reviewed"]
    assert {name: figure for name, figure in total.items() if figure} == {
        "total": 36,
        "wholly_expired": 21,
        "unchanged": 14,
        "amend_or_replace": 1,
    }
    assert total["abolish"] == 0
    assert total["total"] == sum(figure for name, figure in total.items() if name != "total")
    assert form["rates"]["reviewed_of_due"] == {"n": 36, "d": 36, "pct": "100.00"}
    assert form["total"]["documents"] == {"listed": 36, "due": 36, "due_reviewed": 36}


def test_do_luong_2024_proposed_12_of_347_procedures(desk: RegisterDesk) -> None:
    codes = [f"1.{number:06}" for number in range(347)]
    desk.desk.reference("procedures", [{"procedure_code": code, "name": code} for code in codes])
    rows = [
        {
            "unit_code": "DL",
            "procedure_code": code,
            "plan_number": "07/KH-UBND",
            "plan_year": "2024",
            "reviewed_at": "20/06/2024",
            "level": "district" if number < 237 else "commune",
            "simplification": "amend" if number < 12 else "",
        }
        for number, code in enumerate(codes)
    ]
    desk.take("procedure-reviews", *rows)
    form = desk.form("II.04")
    total = form["total"]
    assert (total["reviewed_total"], total["reviewed_district"], total["reviewed_commune"]) == (347, 237, 110)
    assert total["reviewed_province"] + total["reviewed_level_unsaid"] == 0
    assert total["proposed_total"] == total["proposed_amend"] == 12
    assert form["rates"]["proposed"] == {"n": 12, "d": 347, "pct": "3.46"}
    assert (total["planned"], total["planned_reviewed"]) == (347, 347)
    assert "procedure_not_registered" not in flags(form)


def test_brvt_publications_2015_to_2020_are_off_by_20(desk: RegisterDesk) -> None:
    desk.take(
        "register-facts",
        {
            "fact": "procedure_publications_counted",
            "subject": "BRVT-2015-2020",
            "unit_code": "H40",
            "first_day": "01/01/2015",
            "last_day": "31/12/2020",
            "published": "7518",
            "newly_issued": "3595",
            "amended": "977",
            "abolished": "2926",
        },
    )
    window = free_window(date_of(16_436), date_of(18_627))
    form = desk.form("II.03", window)
    assert form["printed"][0]["off_by"] == 20
    text = flags(form)["printed_not_adding_up"]
    assert "7.518" in text
    assert "7.498" in text
    assert text.endswith("chênh 20.")
    assert form["total"]["published_total"] == 0


def test_the_ministry_handled_2305_of_3960_unlawful_documents(desk: RegisterDesk) -> None:
    desk.take(
        "register-facts",
        {
            "fact": "inspections_counted",
            "subject": "BTP-2024",
            "unit_code": "H40",
            "first_day": "01/01/2024",
            "last_day": "31/12/2024",
            "inspected": "251.900",
            "unlawful": "3.960",
            "unlawful_in_content_or_authority": "528",
            "handled": "2.305",
        },
    )
    form = desk.form("legal-review")
    assert form["printed_inspections"][0]["handled_pct"] == "58.21"
    assert form["rates"]["printed_unlawful_handled"] == {"n": 2305, "d": 3960, "pct": "58.21"}
    assert "printed_not_adding_up" not in flags(form)
    assert form["total"]["inspected"]["authority"] == 0


def test_printed_inspections_whose_parts_exceed_the_whole_are_flagged(desk: RegisterDesk) -> None:
    counted = {"fact": "inspections_counted", "subject": "B", "unit_code": "TK", "last_day": "31/12/2024"}
    desk.take("register-facts", {**counted, "inspected": "10", "unlawful": "3", "handled": "4"})
    assert "4 > có dấu hiệu 3" in flags(desk.form("legal-review"))["printed_not_adding_up"]


def test_a_plan_inside_a_bundle_is_found_by_its_pages_only(desk: RegisterDesk) -> None:
    bundle = hashlib.sha256(b"Ke hoach 02-07").hexdigest()
    desk.take("legal-reviews", {**PLAN, "plan_file_sha256": bundle, "plan_documents_in_file": "6"})
    lost = desk.form("legal-review", unit="TK")
    assert lost["rows"][0]["plan"] == "inside_bundle"
    assert lost["rates"]["plans_found"] == {"n": 0, "d": 1, "pct": "0.00"}
    assert "03/KH-UBND" in flags(lost)["plan_inside_bundle"]
    before = desk.form("legal-review", unit="DL1")
    assert before["rows"][0]["plan"] == "not_found"
    desk.take(
        "register-facts",
        {
            "fact": "evidence_attached",
            "subject": "tep-1",
            "unit_code": "TK",
            "shows_code": "TK:2024:03/KH-UBND",
            "criterion_codes": "2.2.1;2.3",
            "file_sha256": bundle,
            "first_page": "7",
            "last_page": "9",
            "documents_in_file": "6",
        },
    )
    found = desk.form("legal-review", unit="TK")
    assert found["rows"][0]["plan"] == "found"
    assert found["rates"]["plans_found"] == {"n": 1, "d": 1, "pct": "100.00"}
    assert "plan_inside_bundle" not in flags(found)


def test_a_plan_of_another_year_opens_no_gate(desk: RegisterDesk) -> None:
    desk.take("legal-reviews", PLAN)
    assert desk.form("legal-review", "2024", unit="TK")["rows"][0]["plan"] == "found"
    assert desk.form("legal-review", "2023", unit="TK")["rows"][0]["plan"] == "not_found"
    assert parse_period("2024", "calendar").last.year == 2024
