"""What a form must say about itself: every doubt that the reader should have, with figures (cảnh báo).

``window_neither``         the window is neither statutory nor calendar
``period_not_over``        known only up to a time before the period's end
``identity_broken``        an identity of the form does not hold
``quarantine``             facts that could not be read are not counted
``replaced_by_another_source``  facts that another source corrected or retracted than the one that said them
``no_due_date``            dossiers without a due date are in neither on time nor late
``due_derived``            due times from the procedures' limits, not from the source
``late_keyed``             results that were keyed more than a day after they came
``ended_before_received``  dossiers whose end lies before their receipt
``unconfirmed_reference``  units or procedures that were registered without a decision
``unit_not_in_force``      dossiers of units that are not in force on the period's last day: in no unit's tree, though
                           they stood below the form's unit before
``rounded_to_full``        a rate that prints as 100 % although not all are on time
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.report.flag import Flag, listed, of_the_period, of_the_quarantine, of_the_reference
from services.report.form_ii06a import FormII06a
from services.report.identities import Broken
from services.report.on_time import percent
from services.report.replaced import Replaced, of_the_replaced
from services.report.vietnamese import decimal, whole


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form's own figures do not say.

    Args:
        quarantined: entries of the quarantine as of the form's time; they belong to no unit yet.
        replaced: what another source replaced than the one that had said it, for units of the form.
        unconfirmed_units: codes of the form's units that no decision confirms.
        unconfirmed_procedures: how many procedures of the register no decision confirms.
        units_not_in_force: codes of units that dossiers name and that are not in force; for the form of a unit those
            that stood below it last.
        dossiers_not_in_force: how many dossiers are theirs; they are in the form of all units only.
    """

    quarantined: int = 0
    replaced: tuple[Replaced, ...] = ()
    unconfirmed_units: tuple[str, ...] = ()
    unconfirmed_procedures: int = 0
    units_not_in_force: tuple[str, ...] = ()
    dossiers_not_in_force: int = 0


def flags_of(form: FormII06a, broken: Sequence[Broken], around: Surroundings) -> tuple[Flag, ...]:
    """All flags of a form, in the order of this module's list; none where there is nothing to say."""
    return (
        *of_the_period(form.period, form.as_of_ms),
        *_of_identities(broken),
        *_of_the_facts(form, around),
        *_of_the_units(form, around),
        *_of_the_rates(form),
    )


def _of_identities(broken: Iterable[Broken]) -> Iterator[Flag]:
    for it in broken:
        where = "dòng tổng" if it.where == "total" else f"lĩnh vực '{it.where}'"
        yield Flag("identity_broken", f"Số liệu không khớp ở {where}: {it.vi}.")


def _of_the_facts(form: FormII06a, around: Surroundings) -> Iterator[Flag]:
    total, caveats = form.total, form.caveats
    yield from of_the_quarantine(around.quarantined)
    yield from of_the_replaced(around.replaced)
    if no_due := total.resolved_no_due + total.pending_no_due:
        handled = whole(total.resolved_total + total.pending_total)
        yield Flag(
            "no_due_date",
            f"{whole(no_due)} trên {handled} hồ sơ đã và đang giải quyết không có hạn trả; "
            "không tính là đúng hạn, cũng không tính là quá hạn.",
        )
    if caveats.due_derived:
        yield Flag(
            "due_derived",
            f"{whole(caveats.due_derived)} hồ sơ không được báo hạn trả; hạn trả tính theo thời hạn của thủ tục.",
        )
    if caveats.late_keyed:
        share = decimal(percent(caveats.late_keyed, total.resolved_total))
        yield Flag(
            "late_keyed",
            f"{whole(caveats.late_keyed)} trên {whole(total.resolved_total)} hồ sơ đã giải quyết ({share} %) "
            "được cập nhật kết quả muộn hơn một ngày.",
        )
    if caveats.ended_before_received:
        yield Flag(
            "ended_before_received",
            f"{whole(caveats.ended_before_received)} hồ sơ có thời điểm kết thúc trước thời điểm tiếp nhận; "
            "được tính vào kỳ theo thời điểm tiếp nhận.",
        )


def _of_the_units(form: FormII06a, around: Surroundings) -> Iterator[Flag]:
    yield from of_the_reference(around.unconfirmed_units, around.unconfirmed_procedures)
    if around.units_not_in_force:
        where = (
            "có trong số liệu toàn bộ, không có trong số liệu của đơn vị cấp trên nào"
            if form.unit is None
            else "trước đó trực thuộc đơn vị này, nhưng không có trong biểu này"
        )
        yield Flag(
            "unit_not_in_force",
            f"{whole(around.dossiers_not_in_force)} hồ sơ của {whole(len(around.units_not_in_force))} đơn vị "
            f"không có hiệu lực vào ngày cuối kỳ ({listed(around.units_not_in_force)}): {where}.",
        )


def _of_the_rates(form: FormII06a) -> Iterator[Flag]:
    for code, rate in form.on_time.items():
        if rate.rounded_to_full:
            yield Flag(
                "rounded_to_full",
                f"{code} in là 100,00 % do làm tròn; thực tế {whole(rate.n)} trên {whole(rate.d)} hồ sơ, "
                f"thiếu {whole(rate.d - rate.n)}.",
            )
