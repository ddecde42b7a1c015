"""What the officer types, read into periods, days and instants."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from cchc.calendar.periods import DEFAULT_CALENDAR, Period, free_window, parse_period
from cchc.calendar.vietnam_time import VIETNAM, date_of
from cchc.clock import Clock
from cchc.errors import Refused
from cchc.index.criteria_set import CriteriaSet, load, load_file
from services.intake.cells.moments import Moment, read_day, read_due_moment
from services.intake.cells.values import Unreadable
from services.report import failures
from services.report.legal.form_systematisation import Years
from services.report.register_answers import PERIODIC, SYSTEMATISATION, WITHOUT_UNIT

FORMS = ("II.06a", *PERIODIC, SYSTEMATISATION)
_YEARS = re.compile(r"((?:19|20)\d\d)(?:\s*[-–]\s*((?:19|20)\d\d))?")


def form_name(name: str) -> str:
    """The form's own name, whatever the case. Refused ``form.unknown`` when it is not one of ``FORMS``."""
    found = next((known for known in FORMS if known.casefold() == name.casefold()), None)
    if found is None:
        raise Refused(
            "form.unknown",
            vi=f"Không có biểu “{name}”.",
            en=f"There is no form {name!r}.",
            next_vi=f"Chọn một trong: {', '.join(FORMS)}.",
            next_en=f"Choose one of: {', '.join(FORMS)}.",
        )
    return found


def check_options_of_form(name: str, *, years: str | None, unit: str | None) -> None:
    """Refuse what a form has no use for. Refused ``form.years``, ``form.no_unit``."""
    if (years is not None) != (name == SYSTEMATISATION):
        raise Refused(
            "form.years",
            vi=f"Biểu {name} " + ("cần --years." if years is None else "không dùng --years."),
            en=f"The form {name} " + ("needs --years." if years is None else "takes no --years."),
            next_vi="Hệ thống hóa văn bản: --years 2019-2023; các biểu khác: --period 2026Q3.",
            next_en="For a systematisation: --years 2019-2023; for other forms: --period 2026Q3.",
        )
    if unit is not None and name in WITHOUT_UNIT:
        raise failures.no_unit(name)


def years_of(text: str) -> Years:
    """Years as ``2019-2023``. Refused ``form.years_unreadable`` otherwise."""
    found = _YEARS.fullmatch(text.strip())
    if found is None:
        raise failures.years_unreadable(text)
    return Years.between(int(found[1]), int(found[2] or found[1]))


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


def known_at_ms(text: str | None, clock: Clock) -> int:
    """As ``as_of_ms``, where no period is asked for: never later than now."""
    now_ms = clock.now_ms()
    return now_ms if text is None else min(now_ms, _moment(text).at_ms)


def as_of_ms(text: str | None, clock: Clock, period: Period | Years) -> int:
    """The instant up to which the log is to be known, in milliseconds UTC: now, or what was typed.

    A bare date means the end of that day in Vietnam. Refused ``as_of.unreadable`` otherwise. Nothing is known of the
    future: a later instant is taken as it stands only for a period that is over by now, where it changes nothing.
    """
    now_ms = clock.now_ms()
    if text is None:
        return now_ms
    moment = _moment(text)
    return moment.at_ms if moment.at_ms <= now_ms or period.end_ms <= now_ms else now_ms


def _moment(text: str) -> Moment:
    moment = read_due_moment(text, zone=VIETNAM)
    if not isinstance(moment, Moment):
        vi, en = "Cần một thời điểm có thật, từ năm 1990 đến năm 2100.", "A real moment from 1990 to 2100 is needed."
        raise _unreadable("as_of.unreadable", text, vi, en)
    return moment


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
