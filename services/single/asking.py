"""What the officer types, read into periods, days and instants."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cchc.calendar.periods import DEFAULT_CALENDAR, Period, free_window, parse_period
from cchc.calendar.vietnam_time import VIETNAM, date_of
from cchc.clock import Clock
from cchc.errors import Refused
from cchc.index.criteria_set import CriteriaSet, load, load_file
from services.intake.values import Moment, Unreadable, read_day, read_due_moment

FORMS = ("II.06a",)


def check_form_name(name: str) -> None:
    """Refuse a form that is not one of ``FORMS``."""
    if name.casefold() not in {known.casefold() for known in FORMS}:
        raise Refused(
            "form.unknown",
            vi=f"Không có biểu “{name}”.",
            en=f"There is no form {name!r}.",
            next_vi=f"Chọn một trong: {', '.join(FORMS)}.",
            next_en=f"Choose one of: {', '.join(FORMS)}.",
        )


def criteria_of(name: str) -> CriteriaSet:
    """A criteria set by its name, or from a TOML file of one's own. Errors as ``cchc.index.criteria_set``."""
    is_file = name.endswith(".toml") or len(Path(name).parts) > 1
    return load_file(Path(name)) if is_file else load(name)


def period_of(period: str | None, calendar: str | None, first: str | None, last: str | None) -> Period:
    """The period that was asked for: by its name and calendar, or as a free window.

    Raises:
        Refused: ``period.missing``, ``period.two_ways``, and those of ``cchc.calendar.periods``.
    """
    if first is not None or last is not None:
        if period is not None or calendar is not None:
            raise _two_ways()
        if first is None or last is None:
            raise _missing()
        return free_window(day_of_text(first), day_of_text(last))
    if period is None:
        raise _missing()
    return parse_period(period, calendar or DEFAULT_CALENDAR)


def day_of_text(text: str) -> date:
    """A day as ``YYYY-MM-DD`` or ``dd/mm/yyyy``. Refused ``day.unreadable`` otherwise."""
    day = read_day(text)
    if day is None:
        raise _unreadable("day.unreadable", text, "Không được để trống.", "It may not be blank.")
    if isinstance(day, Unreadable):
        raise _unreadable("day.unreadable", text, day.vi, day.en)
    return date_of(day)


def as_of_ms(text: str | None, clock: Clock, period: Period) -> int:
    """The instant up to which the log is to be known, in milliseconds UTC: now, or what was typed.

    A bare date means the end of that day in Vietnam. Refused ``as_of.unreadable`` otherwise. Nothing is known of the
    future: a later instant is taken as it stands only for a period that is over by now, where it changes nothing.
    """
    now_ms = clock.now_ms()
    if text is None:
        return now_ms
    moment = read_due_moment(text, zone=VIETNAM)
    if not isinstance(moment, Moment):
        vi, en = "Cần một thời điểm có thật, từ năm 1990 đến năm 2100.", "A real moment from 1990 to 2100 is needed."
        raise _unreadable("as_of.unreadable", text, vi, en)
    return moment.at_ms if moment.at_ms <= now_ms or period.end_ms <= now_ms else now_ms


def _unreadable(code: str, text: str, vi: str, en: str) -> Refused:
    return Refused(
        code,
        vi=f"Không đọc được “{text}”. {vi}",
        en=f"Cannot read {text!r}. {en}",
        next_vi="Ghi như 2026-03-14, 14/03/2026 hoặc 2026-03-14T23:59:59+07:00.",
        next_en="Write it like 2026-03-14, 14/03/2026 or 2026-03-14T23:59:59+07:00.",
    )


def _missing() -> Refused:
    return Refused(
        "period.missing",
        vi="Chưa chọn kỳ.",
        en="No period was chosen.",
        next_vi="Thêm --period 2026Q3, hoặc cả --from và --to.",
        next_en="Add --period 2026Q3, or both --from and --to.",
    )


def _two_ways() -> Refused:
    return Refused(
        "period.two_ways",
        vi="Vừa có --period hoặc --calendar, vừa có --from/--to.",
        en="Both --period or --calendar and --from/--to were given.",
        next_vi="Chỉ dùng một cách chọn kỳ.",
        next_en="Choose the period in one way only.",
    )
