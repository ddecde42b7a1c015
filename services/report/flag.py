"""A flag (cảnh báo): what the reader of an answer must know; and those that every answer raises alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import clock_at
from services.report.vietnamese import day, instant, whole


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that the reader must know (cảnh báo): a stable code and a Vietnamese text with figures."""

    code: str
    text: str


def about(code: str, text: str, named: Iterable[str]) -> Iterator[Flag]:
    """A flag that counts and names what it is about, each once; nothing where there is nothing."""
    names = sorted(set(named))
    if names:
        yield Flag(code, f"{whole(len(names))} {text}: {listed(names, most=20)}.")


def of_the_period(period: Period, as_of_ms: int) -> Iterator[Flag]:
    """A window that is no reporting period, and a period that was not over at ``as_of_ms`` (milliseconds UTC)."""
    if not period.is_statutory_or_calendar:
        yield Flag(
            "window_neither",
            f"Khoảng {span(period)} không phải kỳ báo cáo theo Nghị định 09/2019/NĐ-CP, cũng không phải kỳ dương lịch.",
        )
    if as_of_ms < period.end_ms:
        yield Flag(
            "period_not_over",
            f"Kỳ {span(period)} chưa kết thúc: số liệu tính theo những gì đã biết đến {instant(clock_at(as_of_ms))}.",
        )


def of_the_quarantine(entries: int) -> Iterator[Flag]:
    """How many entries stand in quarantine, where there are any."""
    if entries:
        yield Flag("quarantine", f"{whole(entries)} mục dữ liệu đang bị cách ly vì không đọc được, chưa được tính.")


def of_the_reference(units: Sequence[str], procedures: int) -> Iterator[Flag]:
    """Codes of units, and how many procedures, that no decision confirms."""
    told = [f"{whole(len(units))} đơn vị ({listed(units)})"] if units else []
    told += [f"{whole(procedures)} thủ tục trong danh mục"] if procedures else []
    if told:
        yield Flag("unconfirmed_reference", f"{' và '.join(told)} được đăng ký tạm, chưa có quyết định xác nhận.")


def span(period: Period) -> str:
    """``15/06/2026–14/09/2026``."""
    return f"{day(period.first)}–{day(period.last)}"


def listed(codes: Sequence[str], most: int = 5) -> str:
    """The first few codes, with an ellipsis where there are more."""
    told = ", ".join(code or "(trống)" for code in codes[:most])
    return told if len(codes) <= most else f"{told}, …"
