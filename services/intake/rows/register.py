"""Rows of register files: legal documents, their reviews, reviews of procedures, and any fact of a register.

A row is one or more facts (``services.intake.rows.register_facts``), accepted whole or not at all. What it leaves
blank is unknown, never zero or no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from cchc.register.types import REGISTER_FACTS
from services.intake.cells.moments import Moment, read_past_moment
from services.intake.cells.row_reading import RowReading
from services.intake.cells.values import Cell, CellError, read_choice, read_code
from services.intake.rows.register_columns import fact_named, read_fact, reader_of
from services.intake.rows.register_facts import RegisterFact

ANY_FACT: Mapping[str, str] = MappingProxyType({name: name for name in REGISTER_FACTS})
"""Words of the column ``fact`` in a file of any facts."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """The facts that one row says; at least one."""

    facts: tuple[RegisterFact, ...]


class _Register:
    """Takes the facts of one row from its cells."""

    def __init__(self, cells: Mapping[str, Cell], now_ms: int) -> None:
        self.reading = RowReading(cells)
        self._now_ms = now_ms
        self.unit_code = self.reading.need("unit_code", read_code, "")

    def code(self, column: str) -> str:
        """A code, or an empty text."""
        return self.reading.take(column, read_code) or ""

    def moment(self, column: str) -> int | None:
        """When something happened, milliseconds UTC; a bare date is the start of its day."""
        read = partial(read_past_moment, now_ms=self._now_ms)
        moment: Moment | None = self.reading.take(column, read)
        return None if moment is None else moment.at_ms

    def fact(self, name: str, subject: str, columns: Mapping[str, str], at_ms: int | None = None) -> RegisterFact:
        """A fact whose fields (paths) stand in these columns; ``said`` are those that are not blank."""
        fact, said = fact_named(name), set[str]()
        for path, column in columns.items():
            self._set(fact, path.split("."), column, said)
        return RegisterFact(subject, self.unit_code, fact, at_ms, frozenset(said))

    def _set(self, fact: Any, path: list[str], column: str, said: set[str]) -> None:
        part = fact
        for step in path[:-1]:
            part = getattr(part, step)
        described = part.DESCRIPTOR.fields_by_name[path[-1]]
        value = self.reading.take(column, reader_of(described))
        if value is None:
            return
        said.add(path[0])
        if described.is_repeated:
            getattr(part, path[-1]).extend(value)
        else:
            setattr(part, path[-1], value)

    def row(self, facts: Iterator[RegisterFact]) -> RegisterRow | list[CellError]:
        """The row, or every reason against it."""
        found = tuple(facts)
        if not found and not self.reading.errors:
            self.reading.object(
                "unit_code", "row.says_nothing", "Dòng không có thông tin nào để ghi.", "The row says nothing."
            )
        return list(dict.fromkeys(self.reading.errors)) or RegisterRow(found)


def read_document_row(cells: Mapping[str, Cell], now_ms: int) -> RegisterRow | list[CellError]:
    """A legal document, and one effect of it where the row names one. Without a code it is its unit and number."""
    row = _Register(cells, now_ms)
    return row.row(_document(row))


def _document(row: _Register) -> Iterator[RegisterFact]:
    number = row.reading.need("number", read_code, "")
    code = row.code("document_code") or document_code(row.unit_code, number)
    columns = {
        "number": "number",
        "type": "type",
        "issuer_body": "issuer_body",
        "issuer_level": "issuer_level",
        "issuer_unit_code": "unit_code",
        "issued_day": "issued_on",
        "in_force_from_day": "in_force_from",
        "title": "title",
        "field_code": "field_code",
    }
    yield row.fact("document_registered", code, columns)
    effect = row.fact(
        "document_effect_changed",
        code,
        {
            "effect": "effect",
            "from_day": "effect_from",
            "until_day": "effect_until",
            "by_document_number": "effect_by",
            "provisions": "effect_provisions",
        },
    )
    if "effect" in effect.said and "from_day" not in effect.said:
        row.reading.object(
            "effect_from",
            "row.effect_from_missing",
            "Cần ngày bắt đầu của tình trạng hiệu lực.",
            "Expected since when.",
        )
    if "effect" in effect.said:
        yield effect
    elif effect.said:
        row.reading.object(
            "effect", "row.effect_missing", "Cần tình trạng hiệu lực (effect).", "Expected the effect itself."
        )


def document_code(unit_code: str, number: str) -> str:
    """The code of a document that its source does not give one: whose it is, and its number."""
    return f"{unit_code}:{number}"


def plan_code(unit_code: str, year: int, number: str) -> str:
    """The code of a plan that its source does not give one; numbers begin anew each year."""
    return f"{unit_code}:{year}:{number}"


def read_review_row(cells: Mapping[str, Cell], now_ms: int) -> RegisterRow | list[CellError]:
    """A plan of review, a document in it, its review, and what was recommended and done: as far as the row says it."""
    row = _Register(cells, now_ms)
    return row.row(_review(row))


_PLAN = {
    "year": "plan_year",
    "number": "plan_number",
    "issued_day": "plan_issued_on",
    "file.file_sha256": "plan_file_sha256",
    "file.first_page": "plan_first_page",
    "file.last_page": "plan_last_page",
    "file.documents_in_file": "plan_documents_in_file",
}


def _review(row: _Register) -> Iterator[RegisterFact]:
    plan = row.fact("review_plan_issued", row.code("plan_code"), _PLAN)
    code = plan.subject
    said: Any = plan.fact
    if plan.said:
        _need_all(row, {"year": "plan_year", "number": "plan_number"}, plan.said)
        code = code or plan_code(row.unit_code, said.year, said.number)
        yield RegisterFact(code, row.unit_code, plan.fact, None, plan.said)
    number = row.code("document_number")
    document = row.code("document_code") or (
        document_code(row.code("issuer_unit_code") or row.unit_code, number) if number else ""
    )
    if not document:
        _refuse_without_document(row)
        return
    if code:
        yield _under(code, row.fact("document_listed_for_review", document, {"due_day": "due_on"}))
    if row.code("assigned_unit_code"):
        assigned = row.fact("review_assigned", document, {"to_unit_code": "assigned_unit_code", "due_day": "due_on"})
        yield _under(code, assigned)
    yield from _reviewed(row, document, code)


def _reviewed(row: _Register, document: str, plan: str) -> Iterator[RegisterFact]:
    at_ms = row.moment("reviewed_at")
    columns = {"outcomes": "outcomes", "legal_ground": "legal_ground"}
    review = row.fact("document_reviewed", document, columns, at_ms)
    if at_ms is not None:
        yield _under(plan, review)
    elif review.said and not row.reading.failed("reviewed_at"):
        row.reading.object(
            "reviewed_at",
            "row.reviewed_at_missing",
            "Có kết quả thì cần ngày rà soát.",
            "Expected when it was reviewed.",
        )
    yield from _recommended(row, document, plan, at_ms)


def _recommended(row: _Register, document: str, plan: str, reviewed_ms: int | None) -> Iterator[RegisterFact]:
    columns = {"kind": "recommendation", "to_unit_code": "to_unit_code", "due_day": "recommendation_due_on"}
    made_ms = row.moment("recommended_on")
    made = row.fact("recommendation_made", "", columns, made_ms if made_ms is not None else reviewed_ms)
    handled_ms = row.moment("handled_on")
    handled = row.fact("recommendation_handled", "", {"by_document_number": "handled_by"}, handled_ms)
    fact: Any = made.fact
    code = row.code("recommendation_code") or f"{plan or document}#{document}#{fact.kind}"
    if "kind" in made.said:
        fact.document_code, fact.plan_code = document, plan
        yield RegisterFact(code, row.unit_code, fact, made.occurred_at_ms, made.said | {"document_code", "plan_code"})
    elif made.said or handled.said or handled_ms is not None:
        row.reading.object(
            "recommendation", "row.recommendation_missing", "Cần nội dung kiến nghị.", "Expected what is recommended."
        )
    if handled_ms is not None:
        yield RegisterFact(code, row.unit_code, handled.fact, handled_ms, handled.said)
    elif handled.said and not row.reading.failed("handled_on"):
        row.reading.object(
            "handled_on", "row.handled_on_missing", "Có văn bản xử lý thì cần ngày xử lý.", "Expected when."
        )


def _under(plan: str, it: RegisterFact) -> RegisterFact:
    """The fact with the plan that it is under."""
    fact: Any = it.fact
    fact.plan_code = plan
    return RegisterFact(it.subject, it.unit_code, fact, it.occurred_at_ms, it.said | {"plan_code"})


def _refuse_without_document(row: _Register) -> None:
    for column in ("due_on", "assigned_unit_code", "reviewed_at", "outcomes", "recommendation", "handled_on"):
        if row.code(column):
            row.reading.object(
                "document_code",
                "row.document_missing",
                "Cần mã hoặc số của văn bản (document_code, document_number).",
                "Expected the document's code or number (document_code, document_number).",
            )
            return


def _need_all(row: _Register, fields: Mapping[str, str], said: frozenset[str]) -> None:
    for name, column in fields.items():
        if name not in said and not row.reading.failed(column):
            row.reading.object(column, "cell.required", "Không được để trống cột này.", "This column may not be blank.")


def read_procedure_review_row(cells: Mapping[str, Cell], now_ms: int) -> RegisterRow | list[CellError]:
    """A procedure in a plan of review, its review, what was proposed and approved: as far as the row says it."""
    row = _Register(cells, now_ms)
    procedure = row.reading.need("procedure_code", read_code, "")
    return row.row(_procedure_review(row, procedure))


def _procedure_review(row: _Register, procedure: str) -> Iterator[RegisterFact]:
    plan = {"plan_number": "plan_number"}
    planned = row.fact("procedure_review_planned", procedure, {**plan, "year": "plan_year", "due_day": "due_on"})
    if "year" in planned.said:
        yield planned
    if (reviewed_ms := row.moment("reviewed_at")) is not None:
        yield row.fact("procedure_reviewed", procedure, {**plan, "level": "level"}, reviewed_ms)
    costs = {"minutes_before": "minutes_before", "cost_before_vnd": "cost_before"}
    after = {"minutes_after": "minutes_after", "cost_after_vnd": "cost_after"}
    if row.code("simplification"):
        at_ms = row.moment("proposed_at")
        columns = {**plan, **costs, **after, "simplification": "simplification"}
        name = "procedure_simplification_proposed"
        yield row.fact(name, procedure, columns, reviewed_ms if at_ms is None else at_ms)
    if (approved_ms := row.moment("approved_at")) is not None:
        approved_after = {"minutes_after": "approved_minutes_after", "cost_after_vnd": "approved_cost_after"}
        columns = {**plan, **costs, **approved_after, "decision_number": "approval_decision"}
        yield row.fact("procedure_simplification_approved", procedure, columns, approved_ms)


def read_any_row(cells: Mapping[str, Cell], now_ms: int) -> RegisterRow | list[CellError]:
    """Any fact of a register, by its name, its subject, and the fields that the contract gives it."""
    row = _Register(cells, now_ms)
    return row.row(_any(row))


def _any(row: _Register) -> Iterator[RegisterFact]:
    name = row.reading.need("fact", lambda cell: read_choice(cell, ANY_FACT), "")
    subject = row.reading.need("subject", read_code, "")
    at_ms = row.moment("occurred_at")
    if name:
        fact, said = read_fact(name, row.reading)
        yield RegisterFact(subject, row.unit_code, fact, at_ms, said)


READERS: Mapping[str, Callable[[Mapping[str, Cell], int], RegisterRow | list[CellError]]] = MappingProxyType(
    {
        "legal-documents": read_document_row,
        "legal-reviews": read_review_row,
        "procedure-reviews": read_procedure_review_row,
        "register-facts": read_any_row,
    }
)
"""Kind of file → how a row of it is read."""
