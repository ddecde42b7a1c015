"""What looks like personal data: an e-mail address, a telephone number, a citizen's or an old identity number. Pure.

Law: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15. A citizen's number (căn cước) has 12 digits and begins with 0 (the number
of a province, 001 to 096); an old identity number (CMND) has 9; a telephone number has 10 or 11 and begins with 0, or
with 84 instead of it. People put spaces, dots, dashes, slashes and brackets in between, in few ways. Dates, amounts
(``1.234.567.890 đồng``), numbers of documents, codes of dossiers, procedures and the budget look like none of these.
"""

from __future__ import annotations

import re
import unicodedata

_AN_ADDRESS = ("địa chỉ thư điện tử", "an e-mail address")
_A_TELEPHONE = ("số điện thoại", "a telephone number")
_AN_IDENTITY = ("số căn cước hoặc CMND", "an identity number")

_DASH_MARKS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_DASHES = str.maketrans(dict.fromkeys(_DASH_MARKS, "-"))
_SUSPECT = re.compile(rf"@|\d(?:[ ._/()+{_DASH_MARKS}-]*\d){{8}}")
"""What is in every text that one of the patterns below finds: most texts have none of it."""

_AROUND_MARKS = re.compile(r" *([-_/]) *| {2,}")
_BRACKETS = re.compile(r"\((0\d{1,3})\)[ .-]?")
_COUNTRY = re.compile(r"(?<!\d)\(?(?:\+|00)84\)?[ .-]?(?:\(0\))?(?=[235789])")

_MAIL = re.compile(r"[^\s@]@[^\s@]+\.\w|[^\s@] ?@ ?[^\W\d][\w-]*(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)

_TELEPHONE = re.compile(
    r"""
    (?<!\d)(?:
        0[235789]\d{8,9} | 84(?:[35789]\d{8}|2\d{9})
      | (?<!\d[._/-])(?:
            0[235789]\d{1,2} (?P<a>[ ._-]) \d{3,4} (?P=a) \d{3,4}
          | 0[235789]\d{1,2} / (?!20[0-4]\d/) \d{3,4} / \d{3,4}        # 012/2026/1234 is a document
          | 0[235789]\d [ ._-] \d{7,8}
          | 0[235789]\d\d [ ._-] (?![23]\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d)) \d{6,7}  # a number and a day, 260105
          | 0[235789]\d\d (?P<b>[ ._-]) \d\d (?P=b) \d\d (?P=b) \d\d
          | 0\ [235789]\d\d\ \d{3}\ \d{3}
        )
      | (?<![\w])(?<!\w[._/-])(?:                                        # H05.1234 is the beginning of a code
            0[35789] (?P<c>[ ._-]) (?!20[0-4]\d(?P=c)) \d{4} (?P=c) \d{4}  # 09-2026-1234 is a document
          | 0[35789] (?P<d>[ ._-]) (?!(?:[0-2]\d|3[01])(?:(?P=d)(?:[0-2]\d|3[01])){3}(?!\d))  # days or months
            \d\d (?P=d) \d\d (?P=d) \d\d (?P=d) \d\d
        )
    )(?!\d)(?![/-]\d)
    """,
    re.VERBOSE,
)

_OF_MONEY = r"(?!,?\d* ?(?:đồng|đ\b|vnđ|vnd|nghìn|ngàn|triệu|tỷ|tỉ|usd))"
_BUDGET = r"(?!\d{3}[.-](?:010|040|070|100|130|160|190|220|250|280|310|340|370|400|430)[.-]\d{3}(?!\d))"
"""Chương, loại, khoản (Thông tư 324/2016/TT-BTC): the codes of loại are these."""
_CITIZEN = re.compile(
    r"(?<!\d)(?<!\d[._/-])0(?:\d\d[ ._-]?\d{3}[ ._-]?\d{6}|\d{3}[ ._-](?!20[0-4]\d-)\d{4}[ ._-]\d{4})(?!\d)"
)
_IDENTITY = re.compile(
    rf"(?<!\d)(?:0\d{{8}}(?:\d{{3}})?(?!\d)|[1-9]\d{{8}}(?:\d{{3}})?(?!\d){_OF_MONEY})"
    rf"|(?<!\d)(?<!\d[._-]){_BUDGET}"
    rf"(?:0\d\d([ ._-])\d{{3}}\1\d{{3}}(?:\1\d{{3}})?(?!\d)"
    # Dots in a number that does not begin with 0 are those of an amount.
    rf"|[1-9]\d\d([ _-])\d{{3}}\2\d{{3}}(?:\2\d{{3}})?(?!\d)(?!\2?\d){_OF_MONEY})",
    re.IGNORECASE,
)
_IDENTITY_NAMES = ("cmnd", "cmtnd", "cmt", "cccd", "căn cước", "chứng minh", "định danh")
_NAMED_IDENTITY = re.compile(
    rf"(?:{'|'.join(_IDENTITY_NAMES)})"
    r"[^\d\n]{0,20}\d{3}[ ._-]?\d{3}[ ._-]?\d{3}(?:[ ._-]?\d{3})?(?!\d)" + _OF_MONEY,
    re.IGNORECASE,
)

_CITIZEN_IN_CODE = re.compile(r"(?<!\d)0\d{11}(?!\d)")
_PREFIX = re.compile(r"([^\W\d_]{2,})[ :._/#-]*(?=[\d+(])")
_DOSSIER_PREFIXES = frozenset({"hs", "mhs", "id"})
_UUID = re.compile(r"[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}", re.IGNORECASE)


def may_hold_personal_data(text: str) -> bool:
    """Whether a text has to be looked at; it may be several, with line breaks between them."""
    return _SUSPECT.search(text) is not None or not (text.isascii() or unicodedata.is_normalized("NFKC", text))


def personal_in_text(text: str) -> tuple[str, str] | None:
    """What personal data a free text looks like, in Vietnamese and English; None when it looks like none."""
    if not may_hold_personal_data(text):
        return None
    tidy = _tidy(text)
    if "@" in tidy and _MAIL.search(tidy):
        return _AN_ADDRESS
    if _TELEPHONE.search(tidy):
        return _A_TELEPHONE
    is_identity = (
        _CITIZEN.search(tidy) or _IDENTITY.search(tidy) or (_names_an_identity(tidy) and _NAMED_IDENTITY.search(tidy))
    )
    return _AN_IDENTITY if is_identity else None


def personal_in_code(code: str) -> tuple[str, str] | None:
    """The same of a code, which may have runs of digits in it.

    All of it must be a number, or all after a prefix of letters, two at least (``TK-0912345678``): behind a dossier's
    prefix (``HS``, ``MHS``, ``ID``) a number is the source's own. A citizen's number is found wherever it stands.
    """
    if _UUID.fullmatch(code) or not may_hold_personal_data(code):
        return None
    tidy = _tidy(code)
    if "@" in tidy and _MAIL.search(tidy):
        return _AN_ADDRESS
    prefix = _PREFIX.match(tidy)
    number = tidy if prefix is None or prefix[1].casefold() in _DOSSIER_PREFIXES else tidy[prefix.end() :]
    if _TELEPHONE.fullmatch(number):
        return _A_TELEPHONE
    # Codes of twelve digits that do not begin with 0 are codes.
    is_identity = (
        _CITIZEN_IN_CODE.search(tidy)
        or _CITIZEN.fullmatch(number)
        or (_IDENTITY.fullmatch(tidy) and not re.fullmatch(r"[1-9]\d{11}", tidy))
        or _NAMED_IDENTITY.fullmatch(tidy)
    )
    return _AN_IDENTITY if is_identity else None


def _names_an_identity(text: str) -> bool:
    small = text.lower()
    return any(name in small for name in _IDENTITY_NAMES)


def _tidy(text: str) -> str:
    """The text with one spelling of each number: plain digits and dashes, no brackets, 0 instead of +84."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    if " -" in text or "- " in text or " /" in text or "/ " in text or " _" in text or "_ " in text or "  " in text:
        text = _AROUND_MARKS.sub(lambda found: found[1] or " ", text)
    if "84" in text:
        text = _COUNTRY.sub("0", text)
    return _BRACKETS.sub(r"\1 ", text) if "(" in text else text
