"""Texts of facts: bounded, plain, and without what looks like personal data. Pure.

Law: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15. The log keeps everything for ever, so what is personal must never enter.
What it looks like: see ``personal_data``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from cchc.recording.personal_data import may_hold_personal_data, personal_in_code, personal_in_text
from cchc.recording.refusal import Refusal, not_plain, personal_data, too_long

CODE_CHARS = 100
TEXT_CHARS = 1_000

_JOINT = "\n"
"""Between texts that are looked at together: in no text that is plain, and part of no pattern."""

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_CODE_TO_LOOK_AT = re.compile(rb".*(?:[@ (+]|0{11}).*|(?:[A-Za-z]{2}[^0]*)?0(?:[._/-]*0){8,}[._/-]*")
"""Every code that may hold personal data, with all digits alike. Within a code only an address or a citizen's number
counts, in eleven digits and 84 at least; others are all of it, or all behind two letters."""


def text_refusal(field: str, text: str) -> Refusal | None:
    """Why a free text cannot be taken, if it cannot."""
    return _shape(field, text, TEXT_CHARS) or _personal(field, personal_in_text(text))


def code_refusal(field: str, code: str) -> Refusal | None:
    """Why a code cannot be taken: a subject, the source's own id, a reason code.

    A code may have runs of digits in it; it is refused when all of it is an identity or telephone number, or when a
    citizen's number stands in it.
    """
    return _shape(field, code, CODE_CHARS) or _personal(field, personal_in_code(code))


def are_plain_codes(codes: Collection[str]) -> bool:
    """Whether all codes can be taken, found out for many at once."""
    joined = _JOINT.join(codes)
    if not joined.isascii():
        return all(code_refusal("", code) is None for code in codes)
    # Codes of one system differ in their digits: with those alike, few are left to be looked at.
    alike = joined.encode("ascii").translate(_ZEROS).split(_JOINT.encode())
    if len(alike) != len(codes):
        return not codes
    distinct = set(alike)
    together = b"|".join(distinct)
    if max(map(len, distinct)) > CODE_CHARS or not together.decode("ascii").isprintable():
        return False
    closer = set(filter(_CODE_TO_LOOK_AT.fullmatch, distinct))
    if not closer:
        return True
    return all(personal_in_code(code) is None for code, one in zip(codes, alike, strict=True) if one in closer)


def are_plain_texts(texts: Collection[str]) -> bool:
    """The same of free texts."""
    joined = _JOINT.join(texts)
    if may_hold_personal_data(joined):
        return all(text_refusal("", text) is None for text in texts)
    return not texts or (
        max(map(len, texts)) <= TEXT_CHARS
        and joined.replace(_JOINT, "").isprintable()
        and joined.count(_JOINT) == len(texts) - 1
        and unicodedata.is_normalized("NFC", joined)
    )


def _shape(field: str, text: str, most: int) -> Refusal | None:
    if len(text) > most:
        return too_long(field, len(text), most)
    if not text.isprintable() or (not text.isascii() and not unicodedata.is_normalized("NFC", text)):
        return not_plain(field)
    return None


def _personal(field: str, found: tuple[str, str] | None) -> Refusal | None:
    return None if found is None else personal_data(field, *found)
