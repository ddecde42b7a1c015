"""Forms and indices on the wire (báo cáo): a question in, the answer of ``form_answer`` or ``index_answer`` out.

The messages have the shape of the JSON answers, field by field.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from cchc.api.report.v1 import report_service_pb2 as wire
from cchc.calendar.periods import DEFAULT_CALENDAR, Period, free_window, parse_period
from cchc.calendar.vietnam_time import day_of, epoch_day
from cchc.clock import Clock
from cchc.errors import Refused
from cchc.index.criteria_set import load
from cchc.rights import Right, demand
from cchc.rpc.authentication import current_caller
from cchc.rpc.calls import Handler, ServicerContext
from cchc.rpc.deadlines import still_wanted
from cchc.store.live import asked_of_live
from cchc.store.port import Store
from cchc.units.tree import UnitTree
from services.report.form_answer import FormAnswers
from services.report.index_answer import IndexAnswers

DEFAULT_SET = "qd766"

Answer = TypeVar("Answer", bound=Message)


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
        self._units = units
        self._clock = clock

    def handlers(self) -> dict[str, Handler]:
        """Method name → gRPC's handler."""
        return {
            "GetFormII06a": _handler(self._form, wire.GetFormII06aRequest, wire.GetFormII06aResponse),
            "GetIndex": _handler(self._index, wire.GetIndexRequest, wire.GetIndexResponse),
        }

    def _form(self, request: wire.GetFormII06aRequest, context: ServicerContext) -> wire.GetFormII06aResponse:
        asked = request.question
        period = period_of(asked, asked.calendar or DEFAULT_CALENDAR)
        as_of_ms = self._as_of_ms(asked, period)
        self._demand(asked.unit, period)
        still_wanted(context)

        def answer(store: Store) -> dict[str, Any]:
            return FormAnswers(store, self._quarantine_count).ii06a(period, as_of_ms, asked.unit or None).as_json()

        return _message(asked_of_live(self._store, answer), wire.GetFormII06aResponse())

    def _index(self, request: wire.GetIndexRequest, context: ServicerContext) -> wire.GetIndexResponse:
        asked = request.question
        criteria = load(request.set or DEFAULT_SET)
        period = period_of(asked, asked.calendar or criteria.calendar)
        as_of_ms = self._as_of_ms(asked, period)
        self._demand(asked.unit, period)
        still_wanted(context)

        def answer(store: Store) -> dict[str, Any]:
            answers = IndexAnswers(store, self._quarantine_count)
            return answers.index(criteria, period, as_of_ms, asked.unit or None).as_json()

        return _message(asked_of_live(self._store, answer), wire.GetIndexResponse())

    def _as_of_ms(self, asked: wire.Question, period: Period) -> int:
        """Nothing is known of the future: a later instant counts only for a period that is over by now."""
        now_ms = self._clock.now_ms()
        if asked.as_of_ms == 0:
            return now_ms
        if asked.as_of_ms < 0:
            raise _unreadable("as_of_ms", str(asked.as_of_ms))
        return asked.as_of_ms if asked.as_of_ms <= now_ms or period.end_ms <= now_ms else now_ms

    def _demand(self, unit: str, period: Period) -> None:
        day = epoch_day(min(period.last, day_of(self._clock.now_ms())))
        demand(current_caller(), Right.READ, unit or None, self._units(), day)


def period_of(asked: wire.Question, calendar: str) -> Period:
    """The period of a question: by its name in a calendar, or as a free window.

    Raises:
        Refused: ``report.question_unreadable``, and those of ``cchc.calendar.periods``.
    """
    first, last = getattr(asked, "from"), asked.to
    if bool(first or last) == bool(asked.period):
        raise _unreadable("period", asked.period)
    if asked.period:
        return parse_period(asked.period, calendar)
    return free_window(_day("from", first), _day("to", last))


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable(field, text) from error


def _unreadable(field: str, text: str) -> Refused:
    return Refused(
        "report.question_unreadable",
        vi=f"Không đọc được {field} “{text}”: cần tên kỳ, hoặc cả hai ngày đầu và cuối.",
        en=f"Cannot read {field} {text!r}: a period's name is needed, or both its first and its last day.",
        next_vi="Gửi period như 2026Q3, hoặc from và to như 2026-03-15; không gửi cả hai.",
        next_en="Send a period like 2026Q3, or from and to like 2026-03-15; not both.",
    )


def _handler(answer: Callable[[Any, ServicerContext], Message], request: Any, response: Any) -> Handler:
    return grpc.unary_unary_rpc_method_handler(
        answer, request_deserializer=request.FromString, response_serializer=response.SerializeToString
    )


def _message(said: dict[str, Any], answer: Answer) -> Answer:
    """The JSON answer as its message; null is unset."""
    ParseDict(said, answer, ignore_unknown_fields=True)
    return answer
