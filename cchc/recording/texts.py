"""Texts of facts: bounded, plain, and without what looks like personal data. Pure.

Law: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15. The log keeps everything for ever, so what is personal must never enter.
What it looks like: a citizen's number (12 digits, căn cước), an old identity number (9 digits, CMND), a telephone
number, an e-mail address. Dossier codes (``H21.65-220914-0011``, ``00352112000539``) look like none of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from cchc.recording.refusal import Refusal, not_plain, personal_data, too_long

CODE_CHARS = 100
TEXT_CHARS = 1_000

_JOINT = "\n"
"""Between texts that are looked at together: in no text that is plain, and part of no pattern."""

_MAIL = re.compile(r"[^\s@]@[^\s@]+\.\w")
_DIGITS = re.compile(r"(?<!\d)(?:\d{9}|\d{12})(?!\d)")
_SPACED = re.compile(r"(?<!\d)\d{3}([ .-])\d{3}\1\d{3}(?:\1\d{3})?(?![\d])")
_TELEPHONE = re.compile(
    r"(?<!\d)(?:(?:\+|00)84[ .-]?|0)(?:[235789]\d{8,9}|[235789]\d{1,2}([ .-])\d{3,4}\1\d{3,4})(?!\d)"
)
_CITIZEN_IN_CODE = re.compile(r"(?<!\d)0\d{11}(?!\d)")
_OLD_IDENTITY = re.compile(r"\d{9}")
_SUSPECT = re.compile(r"@|\d{3}[ .-]?\d{3}")
"""What is in every text that one of the patterns above finds: most texts have none of it."""
_SUSPECT_CODE = re.compile(r"@|\d{9}|\d([ .-])\d{3,4}\1\d{3}")
"""The same of codes."""


_AN_ADDRESS = ("địa chỉ thư điện tử", "an e-mail address")
_A_TELEPHONE = ("số điện thoại", "a telephone number")
_AN_IDENTITY = ("số căn cước hoặc CMND", "an identity number")

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_TEXT_SHAPES = (b"@", b"000000", *(b"000" + mark + b"000" for mark in (b" ", b".", b"-")))
_CODE_SHAPES = (
    *(b"@", b"000000000"),
    *(b"0" + mark + digits + mark + b"000" for mark in (b" ", b".", b"-") for digits in (b"000", b"0000")),
)
"""What the two expressions above look for, with all digits alike: to find a constant in bytes is many times faster."""


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
    """Whether all codes can be taken, found out for many at once; False also where only a closer look can tell."""
    return _are_plain(codes, CODE_CHARS, _CODE_SHAPES, _SUSPECT_CODE)


def are_plain_texts(texts: Collection[str]) -> bool:
    """The same of free texts."""
    return _are_plain(texts, TEXT_CHARS, _TEXT_SHAPES, _SUSPECT)


def _are_plain(texts: Collection[str], most: int, shapes: Collection[bytes], expression: re.Pattern[str]) -> bool:
    joined = _JOINT.join(texts)
    if not joined.isascii():
        return (
            max(map(len, texts)) <= most
            and joined.replace(_JOINT, "").isprintable()
            and joined.count(_JOINT) == len(texts) - 1
            and unicodedata.is_normalized("NFC", joined)
            and expression.search(joined) is None
        )
    # Codes of one system differ in their digits: with those alike, few are left to be looked at.
    alike = joined.encode("ascii").translate(_ZEROS).split(_JOINT.encode())
    if len(alike) != len(texts):
        return not texts
    distinct = set(alike)
    together = b"|".join(distinct)
    return (
        max(map(len, distinct)) <= most
        and together.decode("ascii").isprintable()
        and not any(shape in together for shape in shapes)
    )


def _shape(field: str, text: str, most: int) -> Refusal | None:
    if len(text) > most:
        return too_long(field, len(text), most)
    if not text.isprintable() or (not text.isascii() and not unicodedata.is_normalized("NFC", text)):
        return not_plain(field)
    return None


def personal_in_text(text: str) -> tuple[str, str] | None:
    """What personal data a free text looks like, in Vietnamese and English; None when it looks like none."""
    if not _SUSPECT.search(text):
        return None
    if _MAIL.search(text):
        return _AN_ADDRESS
    if _TELEPHONE.search(text):
        return _A_TELEPHONE
    return _AN_IDENTITY if _DIGITS.search(text) or _SPACED.search(text) else None


def personal_in_code(code: str) -> tuple[str, str] | None:
    """The same of a code, which may have runs of digits in it."""
    if not _SUSPECT_CODE.search(code):
        return None
    if _MAIL.search(code):
        return _AN_ADDRESS
    if _TELEPHONE.fullmatch(code):
        return _A_TELEPHONE
    # A citizen's number begins with the number of a province, from 001 to 096: other codes of twelve digits are codes.
    is_identity = _OLD_IDENTITY.fullmatch(code) or _SPACED.fullmatch(code) or _CITIZEN_IN_CODE.search(code)
    return _AN_IDENTITY if is_identity else None


def _personal(field: str, found: tuple[str, str] | None) -> Refusal | None:
    return None if found is None else personal_data(field, *found)
