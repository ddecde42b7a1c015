from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict

from cchc.api.assessment.v1.assessment_pb2 import RemediationPlanIssued, RemediationTarget
from cchc.api.intake.v1.intake_pb2 import DossierAccepted, FeedbackGiven, PetitionAnswered
from cchc.api.legal_review.v1.legal_review_pb2 import DocumentListedForReview, DocumentRegistered
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import DossierReappointed, DossierResolved, DossierTransferred
from cchc.api.reference.v1.reference_pb2 import ProcedureArranged
from cchc.log.batch import FACT_FIELDS, FACT_TYPES, SCHEMA_VERSION, encode, make_event
from cchc.log.port import Position, Record
from cchc.store.migrate import SCHEMA, read_migrations
from cchc.store.port import Coded
from services.aggregator.columns import span_of
from services.aggregator.layout import (
    ENVELOPE_NUMBERS,
    FACT_NUMBERS,
    FACT_STRINGS,
    FACT_TABLES,
    LAYOUTS,
    number_columns,
    string_columns,
    tables,
)
from tests.unit.log.facts import DUE_AT, FACTS, OCCURRED_AT, REPLACED, events
from tests.unit.log.register_facts import REGISTER_FACTS

RECORDED_AT = OCCURRED_AT + 60_000

DAYS = {
    "procedure_arranged": (20_270, 20_270),
    "document_registered": (18_000, 18_010),
    "document_effect_changed": (19_000, 19_500),
    "review_plan_issued": (19_740, 19_740),
    "document_listed_for_review": (19_900, 19_900),
    "review_assigned": (19_890, 19_890),
    "recommendation_made": (19_950, 19_950),
    "list_published": (19_752, 19_752),
    "document_inspected": (19_960, 19_960),
    "inspections_counted": (19_700, 20_065),
    "enforcement_plan_issued": (19_745, 19_745),
    "enforcement_recommendation_made": (19_970, 19_970),
    "procedure_published": (20_260, 20_265),
    "procedure_publications_counted": (16_436, 18_627),
    "procedures_counted": (20_000, 20_000),
    "procedure_review_planned": (19_980, 19_980),
    "plan_issued": (20_460, 20_460),
    "task_planned": (20_600, 20_600),
    "unit_inspected": (20_500, 20_502),
    "action_required": (20_530, 20_530),
    "remediation_plan_issued": (20_480, 20_700),
    "assets_disclosed": (20_490, 20_490),
    "correspondence_counted": (19_153, 19_245),
    "quality_system_applied": (20_000, 21_000),
    "survey_held": (20_500, 20_520),
}
"""First and last day that each example names."""


def whole(name: str) -> dict[str, Any]:
    """The columns of a fact that lies whole."""
    said = MessageToDict(REGISTER_FACTS[name], preserving_proto_field_name=True)
    first, last = DAYS.get(name, (0, 0))
    columns = {"said": json.dumps(said, ensure_ascii=False, sort_keys=True), "first_day": first, "last_day": last}
    return {column: value for column, value in columns.items() if value}


TYPED: dict[str, tuple[str, dict[str, Any]]] = {
    "retraction": ("fact", {}),
    "unit_defined": (
        "unit_fact",
        {
            "name": "Xã Đông Á",
            "type": 4,
            "parent": "H01",
            "peer_group": "xa",
            "valid_from": 20_270,
            "valid_to": 20_635,
            "decision": "123/QĐ-UBND",
            "unconfirmed": 1,
        },
    ),
    "procedure_defined": (
        "procedure_fact",
        {
            "field": "LV01",
            "name": "Đăng ký khai sinh",
            "levels": "2;4",
            "limit_amount": 3,
            "limit_unit": 3,
            "online_level": 3,
            "fee": 1,
            "paper_result": 1,
            "digitisation_exempt": 1,
            "after_15h_next_day": 1,
            "valid_from": 20_270,
            "valid_to": 20_635,
            "decision": "456/QĐ-UBND",
            "unconfirmed": 1,
        },
    ),
    "calendar_day_decided": (
        "calendar_day_fact",
        {"day": 20_463, "working": 1, "name": "Làm bù", "decision": "789/TB-VPCP", "known_from": 20_447},
    ),
    "dossier_submitted": ("fact", {"procedure": "1.000001", "field": "LV01", "channel": 1, "flag": 1}),
    "dossier_accepted": (
        "fact",
        {
            "procedure": "1.000001",
            "field": "LV01",
            "channel": 4,
            "party": "H01.2",
            "due_at": DUE_AT,
            "due_basis": 2,
        },
    ),
    "dossier_declined": ("fact", {"note": "TC01"}),
    "dossier_withdrawn": ("fact", {"note": "RUT"}),
    "financial_obligation_arose": ("fact", {"value": 12_345_678_901}),
    "payment_made": ("fact", {"value": 50_000, "flag": 1}),
    "feedback_given": ("fact", {"value": 5, "flag": 1}),
    "petition_received": ("fact", {"note": "H01.1-260105-0001", "due_at": DUE_AT}),
    "petition_answered": ("fact", {"value": 1, "flag": 1}),
    "supplement_requested": ("fact", {"value": 2, "note": "BS02"}),
    "supplement_provided": ("fact", {"due_at": DUE_AT, "due_basis": 1}),
    "processing_suspended": ("fact", {"note": "Điều 9"}),
    "processing_resumed": ("fact", {"due_at": DUE_AT, "due_basis": 1, "note": "Điều 10"}),
    "step_recorded": (
        "fact",
        {"note": "THAM-DINH", "party": "P01", "value": OCCURRED_AT - 7_200_000, "due_at": DUE_AT},
    ),
    "dossier_transferred": ("fact", {"party": "H01.3", "note": "CHUYEN"}),
    "dossier_reappointed": ("fact", {"due_at": DUE_AT, "due_basis": 2, "flag": 1, "note": "XL01"}),
    "dossier_stopped": ("fact", {"note": "Điều 11"}),
    "dossier_returned": ("fact", {"note": "TRA"}),
    "dossier_resolved": ("fact", {"value": 2, "flag": 1}),
    "result_delivered": ("fact", {"value": 3}),
    "digitisation_recorded": ("fact", {"flag": 1, "value": 1}),
    **{name: ("register_fact", whole(name)) for name in REGISTER_FACTS},
}
"""Where each example of ``tests.unit.log.facts`` lies: its table, and its columns that are not empty."""

SUBJECT_SAYS_IT = {("unit_defined", "unit_code"), ("procedure_defined", "procedure_code")}
"""Fields that repeat the subject and have no column of their own."""


def record(*recorded: Event, partition: str = "p0", offset: int = 0) -> Record:
    return Record(Position(partition, offset), RECORDED_AT + offset, encode(recorded))


def rows(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table's columns as plain values."""
    plain = {
        name: [column.values[code] for code in column.codes] if isinstance(column, Coded) else column.tolist()
        for name, column in columns.items()
    }
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def row_of(event: Event) -> tuple[str, dict[str, Any]]:
    """The one row of a batch of one event, and its table."""
    ((table, columns),) = span_of([record(event)]).tables.items()
    (row,) = rows(columns)
    return table, row


def test_every_fact_type_has_a_place_and_an_example() -> None:
    assert {FACT_FIELDS[number] for number in LAYOUTS} == FACT_TYPES.keys() == TYPED.keys() == FACTS.keys()


@pytest.mark.parametrize("name", TYPED)
def test_the_fields_of_a_fact_lie_in_their_columns_and_all_others_are_empty(name: str) -> None:
    event = events()[name]
    table, row = row_of(event)
    envelope = {"subject", *ENVELOPE_NUMBERS, *FACT_NUMBERS, *FACT_STRINGS}
    expected_table, expected = TYPED[name]
    assert table == expected_table
    assert {column: value for column, value in row.items() if column not in envelope and value} == expected


@pytest.mark.parametrize("name", sorted(TYPED))
def test_no_field_of_a_fact_is_lost(name: str) -> None:
    whole = row_of(events()[name])
    for field in FACTS[name].DESCRIPTOR.fields:
        fact = type(FACTS[name])()
        fact.CopyFrom(FACTS[name])
        fact.ClearField(field.name)
        if (name, field.name) == ("dossier_transferred", "to_unit_code"):
            # Without a unit it would be set aside.
            fact.MergeFrom(DossierTransferred(to_unit_code="H01.another"))
        event = Event()
        event.CopyFrom(events()[name])
        getattr(event, name).CopyFrom(fact)
        assert (row_of(event) == whole) == ((name, field.name) in SUBJECT_SAYS_IT), field.name


@pytest.mark.parametrize("name", [*TYPED, "correction"])
def test_the_envelope_lies_in_its_columns(name: str) -> None:
    event = events()[name]
    table, row = row_of(event)
    replaced = REPLACED if event.replaces else bytes(16)
    expected = {
        "subject": "H01.1-260105-0001",
        "occurred_at": OCCURRED_AT,
        "recorded_at": RECORDED_AT,
        "id_hi": int.from_bytes(event.event_id[:8], "big"),
        "id_lo": int.from_bytes(event.event_id[8:], "big"),
        "replaces_hi": int.from_bytes(replaced[:8], "big"),
        "replaces_lo": int.from_bytes(replaced[8:], "big"),
    }
    if table in FACT_TABLES:
        expected |= {
            "fact_type": FACT_TYPES[event.WhichOneof("fact") or ""],
            "source": "mot-cua",
            "unit": "H01.1",
            "role": 2,
            "log_partition": "p0",
            "log_offset": 0,
            "log_row": 0,
        }
    assert {column: row[column] for column in expected} == expected


@pytest.mark.parametrize("table", tables())
def test_columns_are_those_of_the_schema_and_as_wide(table: str) -> None:
    (create,) = (
        statement
        for migration in read_migrations(SCHEMA)
        for statement in migration.statements
        if statement.startswith(f"CREATE TABLE IF NOT EXISTS {table} (")
    )
    # What the store works out by itself (DEFAULT) is not laid out.
    plain = create.replace("LowCardinality(String)", "String")
    declared = dict(re.findall(r"^    (\w+) (String|U?Int\d+)\b(?! DEFAULT)", plain, re.MULTILINE))
    columns = span_of([record(*events().values())]).tables[table]
    laid = {
        name: "string" if isinstance(column, Coded) else str(getattr(column, "dtype", None))
        for name, column in columns.items()
    }
    assert laid == {name: kind.lower() for name, kind in declared.items()}
    assert laid.keys() == {*number_columns(table), *string_columns(table)}


def test_strings_travel_as_codes_of_a_dictionary() -> None:
    accepted = [
        make_event(
            DossierAccepted(procedure_code=f"P{number % 2}"),
            source_system="mot-cua",
            subject=f"DS-{number}",
            unit_code="H01",
            occurred_at_ms=OCCURRED_AT,
        )
        for number in range(10)
    ]
    columns = span_of([record(*accepted[:5]), record(*accepted[5:], offset=1)]).tables["fact"]
    for name in string_columns("fact"):
        column = columns[name]
        assert isinstance(column, Coded), name
        assert column.codes.dtype == np.uint32
        assert len(column.codes) == 10
    procedures = columns["procedure"]
    assert isinstance(procedures, Coded)
    assert sorted(procedures.values) == ["", "P0", "P1"]
    assert [row["procedure"] for row in rows(columns)] == [f"P{number % 2}" for number in range(10)]


@pytest.mark.parametrize(
    ("fact", "flag"),
    [
        (DossierResolved(), 0),
        (DossierResolved(electronic_result=True), 1),
        (DossierResolved(electronic_result=False), 2),
        (PetitionAnswered(), 0),
        (PetitionAnswered(satisfied=False), 2),
        (FeedbackGiven(), 2),
        (DossierReappointed(), 2),
    ],
)
def test_yes_no_and_not_said_are_three_values(fact: Any, flag: int) -> None:
    event = make_event(fact, source_system="s", subject="DS", unit_code="U", occurred_at_ms=OCCURRED_AT)
    _, row = row_of(event)
    assert row["flag"] == flag


def test_facts_of_all_types_in_one_batch_do_not_mix() -> None:
    together = list(events().values())
    tables_together = span_of([record(*together)]).tables
    alone = [row_of(event) for event in together]
    for table in tables():
        expected = [dict(row) for place, row in alone if place == table]
        found = rows(tables_together[table])
        if table in FACT_TABLES:
            for row in (*expected, *found):
                row.pop("log_row")
        assert found == expected


def test_batches_of_several_partitions_keep_their_places() -> None:
    first, second, third = (events()[name] for name in ("dossier_accepted", "dossier_resolved", "dossier_returned"))
    span = span_of(
        [record(first, second, partition="b", offset=7), record(third, partition="a", offset=2), record(partition="c")]
    )
    assert [
        (row["log_partition"], row["log_offset"], row["log_row"], row["fact_type"], row["recorded_at"])
        for row in rows(span.tables["fact"])
    ] == [
        ("b", 7, 0, FACT_TYPES["dossier_accepted"], RECORDED_AT + 7),
        ("b", 7, 1, FACT_TYPES["dossier_resolved"], RECORDED_AT + 7),
        ("a", 2, 0, FACT_TYPES["dossier_returned"], RECORDED_AT + 2),
    ]
    assert span.events == 3


def test_a_batch_that_does_not_fit_together_leaves_no_trace() -> None:
    good = record(events()["dossier_accepted"])
    broken = Record(Position("p0", 1), RECORDED_AT, record(*events().values()).payload[:-3])
    span = span_of([broken, good])
    assert span.events == 1
    assert [entry.reason for entry in span.quarantined] == ["undecodable_batch"]
    assert {name: rows(columns) for name, columns in span.tables.items()} == {
        name: rows(columns) for name, columns in span_of([good]).tables.items()
    }


def test_a_batch_that_was_cut_short_is_set_aside_whole_wherever_it_was_cut() -> None:
    payload = encode(events().values())
    version_only = len(encode([]))
    for end in range(version_only + 1, len(payload)):
        span = span_of([Record(Position("p0", 0), RECORDED_AT, payload[:end])])
        assert ([aside.row for aside in span.quarantined], span.events) == ([-1], 0), end


def test_nothing_gives_nothing() -> None:
    for records in ([], [record()], [record(), record(offset=1)]):
        span = span_of(records)
        assert not any(len(rows(columns)) for columns in span.tables.values())
        assert (list(span.quarantined), span.events) == ([], 0)


def test_a_row_that_is_set_aside_leaves_the_others_in_their_order() -> None:
    numbered = [
        make_event(
            DossierAccepted(due_at_ms=DUE_AT + number),
            source_system="s",
            subject=f"DS-{number}" if number != 3 else " ",
            unit_code="U",
            occurred_at_ms=OCCURRED_AT,
        )
        for number in range(6)
    ]
    span = span_of([record(*numbered)])
    assert [(row["subject"], row["due_at"] - DUE_AT, row["log_row"]) for row in rows(span.tables["fact"])] == [
        (f"DS-{number}", number, number) for number in range(6) if number != 3
    ]
    (aside,) = span.quarantined
    assert (aside.partition, aside.offset, aside.row, aside.reason) == ("p0", 0, 3, "no_subject")
    assert Event.FromString(aside.content) == numbered[3]
    assert numbered[3].schema_version == SCHEMA_VERSION
    assert span.events == 5


def test_a_fact_of_a_register_names_a_unit_and_sane_days() -> None:
    last, beyond = 47_846, 47_847
    facts = {
        "ok": DocumentListedForReview(plan_code="KH", due_day=last),
        "beyond": DocumentListedForReview(plan_code="KH", due_day=beyond),
        "ancient": DocumentRegistered(issued_day=-8_888, in_force_from_day=20_000),
        "old": DocumentRegistered(issued_day=-8_887),
        "nested": RemediationPlanIssued(targets=[RemediationTarget(due_day=beyond)]),
        "nobody": DocumentListedForReview(plan_code="KH"),
        "definition": ProcedureArranged(procedure_code="definition", one_stop=False),
    }
    unitless = {"nobody", "definition"}
    said = [
        make_event(
            fact,
            source_system="s",
            subject=subject,
            unit_code="" if subject in unitless else "U",
            occurred_at_ms=OCCURRED_AT,
        )
        for subject, fact in facts.items()
    ]
    span = span_of([record(*said)])
    assert [row["subject"] for row in rows(span.tables["register_fact"])] == ["ok", "old", "definition"]
    assert {Event.FromString(entry.content).subject: entry.reason for entry in span.quarantined} == {
        "beyond": "impossible_day",
        "ancient": "impossible_day",
        "nested": "impossible_day",
        "nobody": "no_unit",
    }
