from __future__ import annotations

from cchc.calendar.vietnam_time import DAY_MS
from tests.integration.intake.desk import NOW_MS
from tests.integration.legal.desk import RegisterDesk, flags

DOCUMENT = {
    "number": "01/2019/QĐ-UBND",
    "type": "decision",
    "unit_code": "TK",
    "issued_on": "10/01/2019",
    "in_force_from": "20/01/2019",
    "title": "Quy chế chợ",
}
REVIEW = {
    "unit_code": "TK",
    "plan_year": "2024",
    "plan_number": "03/KH-UBND",
    "plan_issued_on": "15/01/2024",
    "document_number": "01/2019/QĐ-UBND",
    "reviewed_at": "20/05/2024",
    "outcomes": "partly_expired;amend",
}


def test_a_file_again_adds_nothing_and_a_changed_cell_is_a_correction(desk: RegisterDesk) -> None:
    first = desk.take("legal-documents", DOCUMENT)
    assert (first.facts, first.corrections) == (1, 0)
    again = desk.take("legal-documents", DOCUMENT)
    assert (again.facts, again.unchanged) == (0, 1)
    changed = desk.take("legal-documents", {**DOCUMENT, "title": "Quy chế chợ xã"})
    assert (changed.facts, changed.corrections, changed.unchanged) == (1, 1, 0)
    (event,) = desk.desk.events()[-1:]
    assert event.replaces
    assert event.document_registered.title == "Quy chế chợ xã"


def test_what_a_row_leaves_blank_stays_as_it_was_said(desk: RegisterDesk) -> None:
    desk.take("legal-documents", DOCUMENT)
    bare = {"number": DOCUMENT["number"], "unit_code": "TK", "effect": "wholly_expired", "effect_from": "01/03/2023"}
    outcome = desk.take("legal-documents", bare)
    assert (outcome.facts, outcome.corrections) == (1, 0)
    lists = {one["name"]: one for one in desk.systematisation(2019, 2023)["lists"]}
    (document,) = lists["wholly_expired"]["documents"]
    assert (document["title"], document["since"]) == ("Quy chế chợ", "2023-03-01")


def test_a_dry_run_says_what_would_happen_and_appends_nothing(desk: RegisterDesk) -> None:
    before = len(desk.desk.events())
    assert desk.take("legal-reviews", REVIEW, dry_run=True).facts == 3
    assert len(desk.desk.events()) == before


def test_bad_rows_are_told_by_cell_and_the_rest_is_taken(desk: RegisterDesk) -> None:
    outcome = desk.take(
        "legal-reviews",
        REVIEW,
        {**REVIEW, "unit_code": "nowhere"},
        {**REVIEW, "outcomes": "torn"},
        {**REVIEW, "document_number": ""},
        {**REVIEW, "reviewed_at": ""},
        {"unit_code": "TK"},
        {**REVIEW, "handled_by": "9/QĐ-UBND"},
    )
    assert (outcome.facts, outcome.rejected_rows) == (3, 6)
    assert {line: [(e.column, e.code) for e in errors] for line, errors in outcome.rejected.items()} == {
        3: [("unit_code", "row.unknown_unit")],
        4: [("outcomes", "cell.not_accepted")],
        5: [("document_code", "row.document_missing")],
        6: [("reviewed_at", "row.reviewed_at_missing")],
        7: [("unit_code", "row.says_nothing")],
        8: [("recommendation", "row.recommendation_missing"), ("handled_on", "row.handled_on_missing")],
    }


def test_a_review_is_counted_by_its_class_and_its_recommendation_by_itself(desk: RegisterDesk) -> None:
    desk.take("legal-documents", DOCUMENT)
    handled = {"recommendation": "amend", "recommended_on": "25/05/2024", "handled_on": "20/09/2024"}
    desk.take("legal-reviews", {**REVIEW, **handled, "handled_by": "09/2024/QĐ-UBND"})
    half, year = desk.form("legal-review", "2024S1", unit="TK"), desk.form("legal-review", unit="TK")
    assert half["total"]["reviewed"]["partly_expired"] == year["total"]["reviewed"]["partly_expired"] == 1
    assert half["total"]["reviewed"]["amend_or_replace"] == 0
    assert half["total"]["recommendations"] == {"carried_over": 0, "made": 1, "handled": 0, "open": 1, "overdue": 0}
    assert year["total"]["recommendations"] == {"carried_over": 0, "made": 1, "handled": 1, "open": 0, "overdue": 0}
    assert "recommendation_missing" not in flags(year)
    # The register has it in force on the day of the review.
    assert "TK:01/2019/QĐ-UBND: còn hiệu lực" in flags(year)["effect_differs"]


def test_an_answer_as_of_before_the_import_knows_nothing_of_it(desk: RegisterDesk) -> None:
    desk.take("legal-reviews", REVIEW)
    then = desk.form("legal-review", as_of_ms=NOW_MS - DAY_MS)
    assert then["rows"] == []
    assert then["total"]["reviewed"]["total"] == 0
    assert desk.answers.listing("legal-review", NOW_MS - DAY_MS).as_json()["facts"] == []
    assert len(desk.answers.listing("legal-review", NOW_MS).as_json()["facts"]) == 3


def test_the_register_of_assessment_is_listed_by_unit_and_type(desk: RegisterDesk) -> None:
    desk.take(
        "register-facts",
        {"fact": "task_planned", "subject": "T1", "unit_code": "DL1", "title": "Rà soát", "due_day": "30/06/2024"},
        {"fact": "task_done", "subject": "T1", "unit_code": "DL1", "occurred_at": "20/06/2024", "document_number": "4"},
        {"fact": "survey_held", "subject": "S1", "unit_code": "TK", "sent": "300", "returned": "287"},
    )
    below = desk.answers.listing("assessment", NOW_MS, "DL").as_json()["facts"]
    assert [(one["fact"], one["subject"], one["unit"]) for one in below] == [
        ("task_planned", "T1", "DL1"),
        ("task_done", "T1", "DL1"),
    ]
    (survey,) = desk.answers.listing("assessment", NOW_MS, names=("survey_held",)).as_json()["facts"]
    assert survey["said"] == {"sent": 300, "returned": 287}
    assert survey["source"] == "legal"


def test_ii07b_counts_procedures_by_level_and_how_they_are_handled(desk: RegisterDesk) -> None:
    rows = [
        {"procedure_code": "P1", "name": "1", "field_code": "A", "levels": "commune", "one_stop": "1"},
        {"procedure_code": "P2", "name": "2", "field_code": "A", "levels": "department;commune"},
        {"procedure_code": "P3", "name": "3", "field_code": "B", "levels": "district", "internal_process": "1"},
        {"procedure_code": "P4", "name": "4", "field_code": "B"},
    ]
    assert desk.desk.reference("procedures", rows).facts == 6
    assert desk.desk.reference("procedures", rows).facts == 0
    form = desk.form("II.07b", "2024")
    a, b = form["rows"]
    assert [a[f"procedures_{level}"] for level in ("total", "province", "district", "commune")] == [3, 1, 0, 2]
    assert [a[f"one_stop_{level}"] for level in ("total", "commune")] == [1, 1]
    assert [b[f"internal_{level}"] for level in ("total", "district")] == [1, 1]
    total = form["total"]
    for group in ("procedures", "one_stop", "internal"):
        assert total[f"{group}_total"] == sum(
            total[f"{group}_{level}"] for level in ("province", "district", "commune")
        )
    told = flags(form)
    assert "P4" in told["level_unsaid"]
    assert "P2" in told["several_levels"]
    assert "P3" in told["internal_outside_one_stop"]
    # Taken in at the one-stop since: a correction of how it is handled, not of the procedure.
    changed = desk.desk.reference("procedures", [{**rows[2], "one_stop": "1"}])
    assert (changed.facts, changed.corrections, changed.unchanged) == (1, 1, 0)
    assert desk.form("II.07b", "2024")["total"]["one_stop_district"] == 1


def test_a_procedure_is_public_in_time_within_five_working_days(desk: RegisterDesk) -> None:
    desk.desk.reference("procedures", [{"procedure_code": f"P{n}", "name": str(n)} for n in range(4)])
    # 2024-03-01 is a Friday: five working days later is Friday the 8th.
    decided = {"fact": "procedure_published", "unit_code": "H40", "decided_day": "01/03/2024", "change": "new"}
    desk.take(
        "register-facts",
        {**decided, "subject": "P0", "public_day": "08/03/2024"},
        {**decided, "subject": "P1", "public_day": "09/03/2024"},
        {**decided, "subject": "P2"},
    )
    total = desk.form("II.03", "2024")["total"]
    assert (total["published_total"], total["new"]) == (3, 3)
    assert (total["public_in_time"], total["public_late"], total["public_overdue"]) == (1, 1, 1)
    assert "P2" in flags(desk.form("II.03", "2024"))["not_public"]


def test_lists_of_a_systematisation_and_when_they_were_published(desk: RegisterDesk) -> None:
    desk.take(
        "legal-documents",
        {
            **DOCUMENT,
            "number": "old",
            "issued_on": "01/01/2015",
            "effect": "wholly_expired",
            "effect_from": "01/01/2018",
        },
        {**DOCUMENT, "number": "gone", "effect": "wholly_expired", "effect_from": "31/12/2023"},
        {**DOCUMENT, "number": "later", "effect": "wholly_expired", "effect_from": "01/01/2024"},
        {**DOCUMENT, "number": "part", "effect": "partly_suspended", "effect_from": "01/06/2022"},
        {**DOCUMENT, "number": "new", "issued_on": "01/02/2024"},
    )
    listed = {"fact": "list_published", "unit_code": "TK", "first_year": "2019", "last_year": "2023"}
    desk.take(
        "register-facts",
        {**listed, "subject": "1", "kind": "systematised_all", "decided_day": "31/01/2024", "documents": "3"},
        {
            **listed,
            "subject": "2",
            "kind": "systematised_wholly_expired",
            "decided_day": "01/02/2024",
            "documents": "2",
        },
    )
    answer = desk.systematisation(2019, 2023)
    lists = {one["name"]: one for one in answer["lists"]}
    assert {name: [one["number"] for one in it["documents"]] for name, it in lists.items()} == {
        "all": ["gone", "later", "part"],
        "wholly_expired": ["gone"],
        "partly_expired": ["part"],
        "to_be_changed": [],
    }
    assert [one["in_time"] for one in lists["all"]["publications"]] == [True]
    told = flags(answer)
    assert "hạn 31/01/2024" in told["list_published_late"]
    assert "in 2 văn bản, danh mục có 1" in told["list_count_differs"]
    assert "list_not_published" in told
