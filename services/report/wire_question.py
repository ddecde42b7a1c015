"""Questions as they come over the wire: periods, times, and whether whoever asks may know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cchc.api.report.v1 import report_service_pb2 as wire
from cchc.calendar.periods import Period, free_window, parse_period
from cchc.calendar.vietnam_time import day_of, epoch_day
from cchc.clock import Clock
from cchc.rights import Right, demand
from cchc.rpc.authentication import current_caller
from cchc.units.tree import UnitTree
from services.report.failures import question_unreadable


class QuestionReader:
    """Reads what questions have in common.

    Args:
        units: the unit tree of now, for rights.
        clock: what time it is.
    """

    def __init__(self, units: Callable[[], UnitTree], clock: Clock) -> None:
        self._units = units
        self._clock = clock

    def as_of_ms(self, asked_ms: int, end_ms: int | None = None) -> int:
        """The instant up to which the log is to be known, milliseconds UTC; 0 asks for now.

        Nothing is known of the future: a later instant counts only for a period that is over by now.

        Args:
            asked_ms: what was asked for.
            end_ms: the first millisecond after the period; None where no period is asked for.

        Raises:
            Refused: ``report.question_unreadable`` when it is negative.
        """
        now_ms = self._clock.now_ms()
        if asked_ms < 0:
            raise question_unreadable("as_of_ms", str(asked_ms))
        over = end_ms is not None and end_ms <= now_ms
        return now_ms if asked_ms == 0 else asked_ms if over else min(asked_ms, now_ms)

    def demand(self, unit: str, last: date | None = None) -> None:
        """Do nothing when the caller may see the figures of a unit; of all when it is empty.

        Args:
            unit: its code.
            last: the period's last day: the tree is looked at on it, or today when that is earlier.

        Raises:
            Refused: ``rights.denied``.
        """
        today = day_of(self._clock.now_ms())
        day = epoch_day(today if last is None else min(last, today))
        demand(current_caller(), Right.READ, unit or None, self._units(), day)


def period_of(asked: wire.Question, calendar: str) -> Period:
    """The period of a question: by its name in a calendar, or as a free window.

    Raises:
        Refused: ``report.question_unreadable``, and those of ``cchc.calendar.periods``.
    """
    first, last = getattr(asked, "from"), asked.to
    if bool(first or last) == bool(asked.period):
        raise question_unreadable("period", asked.period)
    if asked.period:
        return parse_period(asked.period, calendar)
    return free_window(_day("from", first), _day("to", last))


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise question_unreadable(field, text) from error
