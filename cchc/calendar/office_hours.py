"""The hours of an office day (giờ hành chính), in which limits of working hours run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Sessions of an office day: (opening, closing) in milliseconds since local midnight, in order, apart.

    An *offset* is office time since opening: at 7:00–11:30 and 13:30–17:00, 14:30 has the offset of five and a half
    hours.
    """

    sessions: tuple[tuple[int, int], ...]

    @property
    def opening(self) -> int:
        """When the day opens, in milliseconds since local midnight."""
        return self.sessions[0][0]

    @property
    def length(self) -> int:
        """Office time of a whole day in milliseconds; eight hours by law."""
        return sum(closing - opening for opening, closing in self.sessions)

    def offset_at(self, clock: int) -> int:
        """Office time from the opening to a local clock time: it stands still outside the sessions."""
        return sum(min(max(clock - opening, 0), closing - opening) for opening, closing in self.sessions)

    def clock_at(self, offset: int) -> int:
        """The first local clock time at which the offset is reached. 0 ≤ offset ≤ ``length``."""
        for opening, closing in self.sessions:
            if offset <= closing - opening:
                return opening + offset
            offset -= closing - opening
        raise ValueError("offset is longer than an office day")
