"""The failures of taking a log in, each with its code, what happened and what to do next."""

from __future__ import annotations

from cchc.errors import Corrupt, Unavailable
from cchc.log.port import Position, Prefix

_NEXT_VI = "Nếu nhật ký này đúng là bản cần dùng, chạy `cchc rebuild`; nếu không, đặt lại đúng nhật ký."
_NEXT_EN = "If this log is the right one, run `cchc rebuild`; if not, put the right one back."


def ahead_of_log(position: Prefix, head: Prefix) -> Corrupt:
    """The store holds more than the log: a shorter one was put in its place."""
    return Corrupt(
        "store.ahead_of_log",
        vi=f"Kho số liệu đã đọc {position.size()} lô, nhật ký chỉ có {head.size()}: nhật ký đã bị thay.",
        en=f"The store has read {position.size()} batches, the log has {head.size()}: it was replaced.",
        next_vi="Đặt lại đúng nhật ký. Nếu nhật ký ngắn hơn này đúng là bản cần dùng: `cchc rebuild --shorter-log`.",
        next_en="Put the right log back. If this shorter one is the right one: `cchc rebuild --shorter-log`.",
    )


def other_log(position: Position) -> Corrupt:
    """The log has another batch at this position than the one that the store took in."""
    return Corrupt(
        "store.other_log",
        vi=f"Lô {position.offset} ({position.partition}) của nhật ký không phải là lô mà kho số liệu đã đọc: "
        "nhật ký đã bị thay.",
        en=f"Batch {position.offset} ({position.partition}) of the log is not the one that the store has read: "
        "the log was replaced.",
        next_vi=_NEXT_VI,
        next_en=_NEXT_EN,
    )


def rebuilt_elsewhere() -> Unavailable:
    """Another rebuild of the same store began after this one, or with it."""
    return Unavailable(
        "store.rebuilt_elsewhere",
        vi="Một lệnh `cchc rebuild` khác đang dựng lại cùng kho số liệu này; lệnh này dừng, kho đang dùng không đổi.",
        en="Another `cchc rebuild` of this store began later; this one ends, and the live store is as it was.",
        next_vi="Chờ lệnh kia xong; chỉ chạy lại nếu lệnh kia bị ngắt.",
        next_en="Wait for the other one; run this again only if that was interrupted.",
    )
