"""Numbers, days and instants as officers read them: 1.234,56; 15/06/2026; 17:00 15/06/2026."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.numbers import format_decimal

_LOCALE = "vi_VN"


def whole(number: int) -> str:
    """1234567 → ``1.234.567``."""
    return str(format_decimal(number, format="#,##0", locale=_LOCALE))


def decimal(number: Decimal | str) -> str:
    """``"1234.5"`` → ``1.234,50``: always two decimals. Give no more than two: the number is not to be rounded here."""
    return str(format_decimal(Decimal(number), format="#,##0.00", locale=_LOCALE))


def day(it: date) -> str:
    """``15/06/2026``."""
    return f"{it:%d/%m/%Y}"


def instant(at: datetime) -> str:
    """``17:00 15/06/2026``, by the clock of the time zone that it has."""
    return f"{at:%H:%M %d/%m/%Y}"
