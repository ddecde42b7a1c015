"""What is wrong with a TOML file of data (a mapping, a criteria set): libraries say it in English only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Mistake(NamedTuple):
    """What is wrong, in Vietnamese and in English, without a full stop."""

    vi: str
    en: str


_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "str": "chữ trong ngoặc kép",
        "int": "số nguyên",
        "float": "số thập phân",
        "bool": "true hoặc false",
        "array": "danh sách",
        "object": "bảng",
        "null": "bỏ trống",
        "datetime": "ngày giờ",
        "date": "ngày",
        "time": "giờ",
    }
)
_PLACE = re.compile(r" - at `\$\.(.+)`$")
_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


def _types(names: str) -> str:
    return " hoặc ".join(_TYPES.get(name.strip(), "giá trị khác") for name in names.split("|"))


_SAID: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"Object missing required field `(.+?)`"), lambda said: f"thiếu mục {said[1]}"),
    (re.compile(r"Object contains unknown field `(.+?)`"), lambda said: f"không có mục nào tên là {said[1]}"),
    (
        re.compile(r"Invalid (?:enum )?value (?:'(.*?)'|(\d+))"),
        lambda said: f"không nhận giá trị “{said[1] or said[2]}”",
    ),
    (
        re.compile(r"Expected `(.+?)`, got `(.+?)`"),
        lambda said: f"cần {_types(said[1])}, không phải {_types(said[2])}",
    ),
)


def wrong_value(error: Exception) -> Mistake:
    """What msgspec says of a value that does not fit; where a reader refused it with a ``Misread``, what that says."""
    place = _PLACE.search(str(error))
    if isinstance(error.__cause__, Misread):
        where = f"mục {place[1]}: " if place else ""
        return Mistake(f"{where}{error.__cause__.mistake.vi}", str(error))
    return Mistake(in_vietnamese(str(error)), str(error))


def wrong_syntax(error: Exception) -> Mistake:
    """What tomllib says of a text that is no TOML, or a reader of its values with a ``Misread``."""
    if isinstance(error, Misread):
        return error.mistake
    return Mistake(syntax_in_vietnamese(str(error)), str(error))


class Misread(ValueError):
    """A value that cannot be read, with the reason in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.mistake = Mistake(vi, en)


def in_vietnamese(message: str) -> str:
    """What msgspec says of a value that does not fit, with its place: ``mục file.kind: không nhận giá trị “dogs”``."""
    place = _PLACE.search(message)
    where = f"mục {place[1]}: " if place else ""
    for pattern, text in _SAID:
        said = pattern.match(message)
        if said:
            return where + text(said)
    return f"{where}giá trị không hợp lệ"


def syntax_in_vietnamese(message: str) -> str:
    """What tomllib says of a text that is no TOML: the line and column from which it cannot be read."""
    place = _LINE.search(message)
    return f"sai cú pháp TOML ở dòng {place[1]}, cột {place[2]}" if place else "sai cú pháp TOML ở cuối tệp"
