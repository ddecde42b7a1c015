"""Office time (giờ hành chính) as SQL: the twin of ``cchc.calendar.office_hours`` for many dossiers at once."""

from __future__ import annotations

from itertools import accumulate

from cchc.calendar.office_hours import OfficeHours


def offset_at(hours: OfficeHours, clock: str) -> str:
    """SQL: office time from the opening to a local clock time (milliseconds since midnight); see ``OfficeHours``."""
    passed = (f"least(greatest({clock} - {opening}, 0), {closing - opening})" for opening, closing in hours.sessions)
    return f"({' + '.join(passed)})"


def clock_at(hours: OfficeHours, offset: str) -> str:
    """SQL: the first local clock time at which the offset, 1 … ``hours.length``, is reached."""
    ends = list(accumulate(closing - opening for opening, closing in hours.sessions))
    cases = [
        (end, f"{offset} + {opening - begin}")
        for (opening, _), begin, end in zip(hours.sessions, [0, *ends], ends, strict=False)
    ]
    earlier = ", ".join(f"{offset} <= {end}, {clock}" for end, clock in cases[:-1])
    # A lone session leaves nothing to choose between, and multiIf takes no lone argument.
    return f"multiIf({earlier}, {cases[-1][1]})" if earlier else f"({cases[-1][1]})"
