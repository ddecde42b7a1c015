"""Forms and indices on the wire (báo cáo): a question in, the answer of the command line out.

The messages have the shape of the JSON answers, field by field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cchc.api.report.v1 import report_service_pb2 as wire
from cchc.calendar.periods import DEFAULT_CALENDAR
from cchc.clock import Clock
from cchc.index.criteria_set import load
from cchc.rpc.calls import Handler, ServicerContext
from cchc.rpc.deadlines import still_wanted
from cchc.store.live import asked_of_live
from cchc.store.port import Store
from cchc.units.tree import UnitTree
from services.report.form_answer import FormAnswers
from services.report.index_answer import IndexAnswers
from services.report.kept_answers import KeptAnswers
from services.report.register_calls import RegisterCalls
from services.report.wire_answer import handler, message_of
from services.report.wire_question import QuestionReader, period_of

DEFAULT_SET = "qd766"


class ReportServicer:
    """Answers questions about periods.

    Args:
        store: the live generation of the store.
        quarantine_count: how many entries stand in quarantine, as of milliseconds UTC.
        units: the unit tree of now, for rights.
        clock: what time it is.
    """

    name: str = wire.DESCRIPTOR.services_by_name["ReportService"].full_name

    def __init__(
        self,
        store: Callable[[], Store],
        quarantine_count: Callable[[int], int],
        units: Callable[[], UnitTree],
        clock: Clock,
    ) -> None:
        self._store = store
        self._quarantine_count = quarantine_count
        self._questions = QuestionReader(units, clock)
        self._registers = RegisterCalls(store, quarantine_count, self._questions, KeptAnswers(clock))

    def handlers(self) -> dict[str, Handler]:
        """Method name → gRPC's handler."""
        return {
            "GetFormII06a": handler(self._form, wire.GetFormII06aRequest, wire.GetFormII06aResponse),
            "GetIndex": handler(self._index, wire.GetIndexRequest, wire.GetIndexResponse),
            **self._registers.handlers(),
        }

    def _form(self, request: wire.GetFormII06aRequest, context: ServicerContext) -> wire.GetFormII06aResponse:
        asked = request.question
        period = period_of(asked, asked.calendar or DEFAULT_CALENDAR)
        as_of_ms = self._questions.as_of_ms(asked.as_of_ms, period.end_ms)
        self._questions.demand(asked.unit, period.last)
        still_wanted(context)

        def answer(store: Store) -> dict[str, Any]:
            return FormAnswers(store, self._quarantine_count).ii06a(period, as_of_ms, asked.unit or None).as_json()

        return message_of(asked_of_live(self._store, answer), wire.GetFormII06aResponse())

    def _index(self, request: wire.GetIndexRequest, context: ServicerContext) -> wire.GetIndexResponse:
        asked = request.question
        criteria = load(request.set or DEFAULT_SET)
        period = period_of(asked, asked.calendar or criteria.calendar)
        as_of_ms = self._questions.as_of_ms(asked.as_of_ms, period.end_ms)
        self._questions.demand(asked.unit, period.last)
        still_wanted(context)

        def answer(store: Store) -> dict[str, Any]:
            answers = IndexAnswers(store, self._quarantine_count)
            return answers.index(criteria, period, as_of_ms, asked.unit or None).as_json()

        return message_of(asked_of_live(self._store, answer), wire.GetIndexResponse())
