"""Periods that figures are for (kỳ báo cáo): month, quarter, half-year, nine months, year, or a free window.

Names: ``202609`` (tháng), ``2026Q3`` (quý), ``2026S1`` (6 tháng), ``2026M9`` (9 tháng), ``2026`` (năm); officers' own
ways to write them are read too. Both days of a period belong to it, and are days of Asia/Ho_Chi_Minh.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from cchc.calendar.vietnam_time import day_of, epoch_day, start_of_day_ms
from cchc.calendar.windows import PeriodKind, WindowCalendar, window_calendar, window_calendars
from cchc.errors import Refused

FREE = "free"
"""Calendar of a free window (khoảng ngày bất kỳ)."""

DEFAULT_CALENDAR = "nd09"
"""The statutory one."""

ACCEPTED_FORMS = (
    "2026Q3, 2026-Q3, Q3/2026, Quý III/2026, 202609, 2026-09, 09/2026, Tháng 9/2026, 2026, Năm 2026, "
    "2026S1, S1/2026, 6 tháng đầu năm 2026, 2026M9, M9/2026, 9 tháng đầu năm 2026"
)
"""What ``parse_period`` reads, by example."""

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_HALF = {"đầu": 1, "cuối": 2}
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_SPACES = re.compile(r"\s+")
_IDS = {
    PeriodKind.MONTH: "{year:04}{ordinal:02}",
    PeriodKind.QUARTER: "{year:04}Q{ordinal}",
    PeriodKind.HALF: "{year:04}S{ordinal}",
    PeriodKind.NINE_MONTHS: "{year:04}M9",
    PeriodKind.YEAR: "{year:04}",
}
# Matched against the whole text without spaces, in lower case. ``n`` is the ordinal; without it, it is 1.
_FORMS = tuple(
    (re.compile(form), kind)
    for kind, forms in {
        PeriodKind.YEAR: ("(?:năm|nam)?(?P<y>(?:19|20)[0-9]{2})",),
        PeriodKind.QUARTER: (
            "(?P<y>(?:19|20)[0-9]{2})-?q(?P<n>[1-4])",
            "(?:quý|quí|quy|qui|q)(?P<n>[1-4]|i{1,3}|iv)(?:[/-]|năm|nam)(?P<y>(?:19|20)[0-9]{2})",
        ),
        PeriodKind.MONTH: (
            "(?P<y>(?:19|20)[0-9]{2})(?P<n>0[1-9]|1[0-2])",
            "(?P<y>(?:19|20)[0-9]{2})-(?P<n>0?[1-9]|1[0-2])",
            "(?:tháng|thang)?(?P<n>0?[1-9]|1[0-2])[/-](?P<y>(?:19|20)[0-9]{2})",
            "(?:tháng|thang)(?P<n>0?[1-9]|1[0-2])(?:năm|nam)(?P<y>(?:19|20)[0-9]{2})",
        ),
        PeriodKind.HALF: (
            "(?P<y>(?:19|20)[0-9]{2})-?s(?P<n>[12])",
            "s(?P<n>[12])[/-](?P<y>(?:19|20)[0-9]{2})",
            "0?6tháng(?P<n>đầu|cuối)năm(?P<y>(?:19|20)[0-9]{2})",
        ),
        PeriodKind.NINE_MONTHS: (
            "(?P<y>(?:19|20)[0-9]{2})-?m9",
            "m9[/-](?P<y>(?:19|20)[0-9]{2})",
            "0?9tháng(?:đầu)?năm(?P<y>(?:19|20)[0-9]{2})",
        ),
    }.items()
    for form in forms
)


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days. Build it with ``parse_period``, ``containing`` or ``free_window``.

    Args:
        id: canonical name, None for a free window.
        calendar: name of its calendar, ``free`` for a free window.
        first: first day.
        last: last day, included.
    """

    id: str | None
    calendar: str
    first: date
    last: date

    @property
    def start_ms(self) -> int:
        """Its first millisecond, UTC."""
        return start_of_day_ms(self.first)

    @property
    def end_ms(self) -> int:
        """The first millisecond after it, UTC."""
        return start_of_day_ms(epoch_day(self.last) + 1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def is_statutory_or_calendar(self) -> bool:
        """Whether its days are those of a statutory or civil period, by whatever name; if not, it is flagged."""
        return any(
            calendar.window(kind, *calendar.place(kind, self.first)) == (self.first, self.last)
            for calendar in window_calendars().values()
            if calendar.recognised
            for kind in calendar.kinds
        )

    def as_json(self) -> dict[str, str | None]:
        """The period for JSON, as every answer has it; ``from`` and ``to`` are inclusive dates."""
        return {
            "id": self.id,
            "calendar": self.calendar,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
        }

    def previous(self) -> Period:
        """The period that ends on the day before this one begins.

        Of the same kind, so that 2026Q1 gives 2025Q4. Nine months, whose years leave a gap, and a free
        window give the free window of as many days.
        """
        read = None if self.id is None else _read(self.id)
        if read is None or read[0] is PeriodKind.NINE_MONTHS:
            return free_window(self.first - timedelta(days=self.days), self.first - timedelta(days=1))
        kind, year, ordinal = read
        before = year * kind.per_year + ordinal - 2
        return _named(window_calendar(self.calendar), kind, before // kind.per_year, before % kind.per_year + 1)


def parse_period(text: str, calendar: str = DEFAULT_CALENDAR) -> Period:
    """Read the name of a period of the years 1900 to 2099, in any of ``ACCEPTED_FORMS``.

    Upper and lower case, spaces, composed and decomposed Vietnamese letters and any dash make no difference.

    Raises:
        Refused: ``period.unreadable``, ``period.unknown_calendar``, ``period.not_in_calendar``.
    """
    read = _read(text)
    if read is None:
        raise Refused(
            "period.unreadable",
            vi=f"Không hiểu kỳ báo cáo '{text}'.",
            en=f"'{text}' is not a period.",
            next_vi=f"Viết theo một trong các mẫu: {ACCEPTED_FORMS}; hoặc dùng khoảng ngày bất kỳ (--from, --to).",
            next_en=f"Write it like one of: {ACCEPTED_FORMS}; or give a free window with --from and --to.",
        )
    return _named(window_calendar(calendar), *read)


def free_window(first: date, last: date) -> Period:
    """The days from first to last, both included.

    Raises:
        Refused: ``period.reversed`` when last lies before first.
    """
    if last < first:
        raise Refused(
            "period.reversed",
            vi=f"Ngày đầu {first:%d/%m/%Y} sau ngày cuối {last:%d/%m/%Y}.",
            en=f"The first day, {first.isoformat()}, lies after the last, {last.isoformat()}.",
            next_vi="Đổi chỗ hai ngày: --from là ngày đầu, --to là ngày cuối (tính cả hai ngày).",
            next_en="Swap them: --from is the first day and --to the last, both included.",
        )
    return Period(None, FREE, first, last)


def containing(ms: int, kind: PeriodKind, calendar: str = DEFAULT_CALENDAR) -> Period:
    """The month, quarter, half-year or year of a calendar to which an instant (milliseconds UTC) belongs.

    Raises:
        Refused: ``period.unknown_calendar``, ``period.not_in_calendar``; ``period.leaves_gaps`` for nine months, in
            which not every instant lies.
    """
    if kind is PeriodKind.NINE_MONTHS:
        raise Refused(
            "period.leaves_gaps",
            vi="Kỳ 9 tháng không phủ hết năm, nên một thời điểm có thể không thuộc kỳ nào.",
            en="Nine months do not fill the year, so an instant may belong to none.",
            next_vi="Dùng tháng, quý, 6 tháng hoặc năm.",
            next_en="Use a month, quarter, half-year or year.",
        )
    cut = window_calendar(calendar)
    return _named(cut, kind, *cut.place(kind, day_of(ms)))


def _named(calendar: WindowCalendar, kind: PeriodKind, year: int, ordinal: int) -> Period:
    first, last = calendar.window(kind, year, ordinal)
    return Period(_IDS[kind].format(year=year, ordinal=ordinal), calendar.name, first, last)


def _read(text: str) -> tuple[PeriodKind, int, int] | None:
    """Kind, year and ordinal of a name; None when it is not one."""
    plain = _DASHES.sub("-", _SPACES.sub("", unicodedata.normalize("NFKC", text).casefold()))
    for form, kind in _FORMS:
        if found := form.fullmatch(plain):
            return kind, int(found["y"]), _ordinal(found.groupdict().get("n"))
    return None


def _ordinal(text: str | None) -> int:
    if text is None:
        return 1
    return _ROMAN.get(text) or _HALF.get(text) or int(text)
