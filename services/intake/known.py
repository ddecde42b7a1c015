"""What the store knows of dossiers and definitions, as the snapshots of a source are compared with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.processing.v1.processing_pb2 import (
    DigitisationRecorded,
    DossierResolved,
    DossierReturned,
    DossierStopped,
    ResultDelivered,
    SupplementRequested,
)
from cchc.log.batch import FACT_FIELDS, IDENTITY_BYTES
from cchc.store.port import Store
from services.intake.facts import SLOTS
from services.intake.snapshot import Said

_NOT_SAID, _YES = 0, 1
"""How the store's column ``flag`` says that a thing was not said, and yes; 2 is no."""

_SQL = """
SELECT subject, fact_type, occurred_at, hex(id_hi), hex(id_lo), hex(replaces_hi), hex(replaces_lo), source, unit,
       procedure, field, channel, due_at, due_basis, party, value, flag, note
FROM fact WHERE subject IN (SELECT arrayJoin({subjects:Array(String)}))"""


class KnownFacts:
    """Facts of dossiers in the store, by subject.

    It knows what the aggregator has taken in: the caller lets it catch up with the log first.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def source_is_new(self, source_system: str) -> bool:
        """Whether nothing was ever said by this source: then there is nothing to compare with."""
        sql = "SELECT count() FROM fact WHERE source = {source:String}"
        return int(self._store.query(sql, {"source": source_system}).scalar()) == 0

    def of(self, subjects: Sequence[str], source_system: str) -> dict[str, list[Said]]:
        """Everything that is known of these dossiers, dead or live. Cost: one index range a subject."""
        known: dict[str, list[Said]] = {}
        if subjects:
            for row in self._store.query(_SQL, {"subjects": list(subjects)}).rows:
                known.setdefault(row[0], []).append(_said(row, source_system))
        return known


def _said(row: tuple[Any, ...], source_system: str) -> Said:
    _, fact_type, occurred_at, id_hi, id_lo, replaces_hi, replaces_lo, source, unit = row[:9]
    own = source == source_system and fact_type in SLOTS
    return Said(
        event_id=_identity(id_hi, id_lo),
        source_system=source,
        fact_type=fact_type,
        fact=_FACTS[FACT_FIELDS[fact_type]](_Columns(*row[9:])) if own else None,
        unit_code=unit,
        occurred_at_ms=occurred_at,
        replaces=_identity(replaces_hi, replaces_lo).lstrip(b"\0") and _identity(replaces_hi, replaces_lo),
    )


def _identity(high: str, low: str) -> bytes:
    # hex() leaves out leading zeros.
    return bytes.fromhex(high.zfill(IDENTITY_BYTES) + low.zfill(IDENTITY_BYTES))


class _Columns(NamedTuple):
    """The columns of a fact, as the aggregator laid it out."""

    procedure: str
    field: str
    channel: Any
    due_at: int
    due_basis: Any
    party: str
    value: Any
    flag: int
    note: str


def _resolved(columns: _Columns) -> DossierResolved:
    resolved = DossierResolved(outcome=columns.value)
    if columns.flag != _NOT_SAID:
        resolved.electronic_result = columns.flag == _YES
    return resolved


_FACTS: Mapping[str, Callable[[_Columns], Message]] = {
    "dossier_submitted": lambda c: DossierSubmitted(
        procedure_code=c.procedure, field_code=c.field, channel=c.channel, filed_by_official=c.flag == _YES
    ),
    "dossier_accepted": lambda c: DossierAccepted(
        procedure_code=c.procedure,
        field_code=c.field,
        channel=c.channel,
        receiving_unit_code=c.party,
        due_at_ms=c.due_at,
        due_basis=c.due_basis,
    ),
    "dossier_declined": lambda c: DossierDeclined(reason_code=c.note),
    "dossier_resolved": _resolved,
    "dossier_returned": lambda c: DossierReturned(reason_code=c.note),
    "dossier_withdrawn": lambda c: DossierWithdrawn(reason_code=c.note),
    "dossier_stopped": lambda c: DossierStopped(legal_ground=c.note),
    "result_delivered": lambda c: ResultDelivered(mode=c.value),
    "financial_obligation_arose": lambda c: FinancialObligationArose(amount_vnd=c.value),
    "payment_made": lambda c: PaymentMade(online=c.flag == _YES, amount_vnd=c.value),
    "digitisation_recorded": lambda c: DigitisationRecorded(digitised=c.flag == _YES, reused=c.value == 1),
    "supplement_requested": lambda c: SupplementRequested(ordinal=c.value, reason_code=c.note),
}
"""Fact type by name → the typed fact that a source said, from its columns. One entry for every type in ``SLOTS``."""
