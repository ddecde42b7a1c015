"""Answers from the registers: the forms of legal review and of procedures, and what was said, fact by fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import epoch_day, epoch_day_at
from cchc.store.port import Store
from services.report.legal.form_ii03 import form_ii03
from services.report.legal.form_ii04 import form_ii04
from services.report.legal.form_ii07b import form_ii07b
from services.report.legal.form_review import legal_review_form
from services.report.legal.form_systematisation import Years, systematisation
from services.report.legal.procedures import ARRANGED, PUBLISHED, REVIEWED
from services.report.legal.register import LEGAL_FACTS
from services.report.legal.review_counts import Asked
from services.report.paging import Key, Page
from services.report.register_list import REGISTERS, RegisterFacts
from services.report.rendering import legal
from services.report.replaced import of_the_replaced, replaced_in_registers
from services.report.scope import Scope
from services.report.tabled import TabledAnswer

PERIODIC = ("legal-review", "II.03", "II.04", "II.07b")
"""Forms of a period."""

WITHOUT_UNIT = frozenset({"II.07b"})
"""Forms that are of all units, and of none."""

_RESTS_ON = {"legal-review": LEGAL_FACTS, "II.03": PUBLISHED, "II.04": REVIEWED, "II.07b": ARRANGED}

SYSTEMATISATION = "systematisation"
"""The form of a run of years."""


class RegisterAnswers:
    """Answers from one generation of the store.

    Every method takes ``as_of_ms`` (milliseconds UTC: as it was known then) and ``unit`` (with all below it; None =
    all), and raises Refused ``report.unknown_unit`` when no definition known at ``as_of_ms`` has the code.

    Args:
        store: in the database that the aggregator fills.
        quarantine_count: how many entries stand in quarantine, as of milliseconds UTC.
    """

    def __init__(self, store: Store, quarantine_count: Callable[[int], int]) -> None:
        self._store = store
        self._quarantine_count = quarantine_count

    def form(self, name: str, period: Period, as_of_ms: int, unit: str | None = None) -> TabledAnswer:
        """One of ``PERIODIC``. II.07b is of the whole register of procedures, which has no units."""
        asked, quarantined = Asked(period, as_of_ms), self._quarantine_count(as_of_ms)
        match name:
            case "legal-review":
                answer = legal.legal_review(legal_review_form(self._store, period, as_of_ms, unit, quarantined))
            case "II.03":
                answer = legal.ii03(form_ii03(self._store, asked, unit, quarantined))
            case "II.04":
                answer = legal.ii04(form_ii04(self._store, asked, unit, quarantined))
            case "II.07b":
                answer = legal.ii07b(form_ii07b(self._store, asked, quarantined))
            case _:
                raise ValueError(name)
        return self._told(answer, _RESTS_ON[name], as_of_ms, asked.day, unit)

    def systematisation(self, years: Years, as_of_ms: int, unit: str | None = None) -> TabledAnswer:
        """The four lists at the end of these years."""
        quarantined = self._quarantine_count(as_of_ms)
        answer = legal.systematisation(systematisation(self._store, years, as_of_ms, unit, quarantined))
        return self._told(answer, LEGAL_FACTS, as_of_ms, min(epoch_day(years.cut_off), epoch_day_at(as_of_ms)), unit)

    def listing(self, register: str, as_of_ms: int, unit: str | None = None, names: Sequence[str] = ()) -> TabledAnswer:
        """What was said in a register (a key of ``register_list.REGISTERS``); only facts of these types, or all."""
        facts, _ = RegisterFacts.load(self._store, register, as_of_ms, unit=unit, names=names)
        answer = facts.answer(self._quarantine_count(as_of_ms))
        return self._told(answer, names or REGISTERS[register], as_of_ms, epoch_day_at(as_of_ms), unit)

    def page_of_listing(
        self, register: str, as_of_ms: int, page: Page, unit: str | None = None, names: Sequence[str] = ()
    ) -> tuple[TabledAnswer, Key | None]:
        """A page of ``listing``, and where the next one begins; None where it is the last."""
        facts, last = RegisterFacts.load(self._store, register, as_of_ms, unit=unit, names=names, page=page)
        answer = facts.answer(self._quarantine_count(as_of_ms))
        return self._told(answer, names or REGISTERS[register], as_of_ms, epoch_day_at(as_of_ms), unit), last

    def _told(
        self, answer: TabledAnswer, names: Sequence[str], as_of_ms: int, day: int, unit: str | None
    ) -> TabledAnswer:
        """The answer, which says also what another source replaced among facts of these types."""
        found = replaced_in_registers(self._store, as_of_ms, names)
        units = Scope.load(self._store, as_of_ms, day, unit).units() if found and unit is not None else None
        return replace(answer, flags=(*answer.flags, *of_the_replaced(found, units)))
