"""Files of mappings: which columns of another system's file become which canonical ones. TOML; no programmer needed.

A mapping has these tables; every target is a canonical column of its kind and is set in one place only:

``[file]``            ``kind``; ``encoding`` and ``delimiter`` of a CSV, found when absent; ``time_zone`` of times that
                      have no offset; ``rows`` (``one_per_dossier``, ``many_per_dossier``); ``due_is_instant``
``[columns]``         target = "column of the file"
``[constants]``       target = value
``[when_present.X]``  target = value, where the canonical column X is not blank
``[derived.X]``       ``from`` = columns, ``template`` = "dept-{column}": their values as slugs; blank when one is blank
``[values.X]``        "word of the file" = "canonical word", in any case and spacing; ``"*"`` = any other word; blank
                      stays blank

``extends = "name or file"`` takes another mapping and sets anew what is said here.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from datetime import tzinfo
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from cchc.calendar.vietnam_time import VIETNAM
from cchc.errors import Refused
from cchc.toml_mistakes import in_vietnamese, syntax_in_vietnamese
from services.intake.cells.values import Cell, not_accepted
from services.intake.kinds import KINDS, Kind, KindName
from services.intake.mapping import PLACEHOLDER, Derived, TableMapping, comparable

MAX_MAPPING_BYTES = 1024 * 1024
MAX_EXTENDS = 8
_SHIPPED = re.compile(r"[a-z0-9][a-z0-9-]*")
_SECTIONS = ("columns", "constants", "derived")

Scalar = str | int | bool


class _File(msgspec.Struct, forbid_unknown_fields=True):
    kind: KindName
    encoding: str | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    time_zone: str = "Asia/Ho_Chi_Minh"
    rows: Literal["one_per_dossier", "many_per_dossier"] | None = None
    due_is_instant: bool | None = None
    register_missing: bool = False


class _Derived(msgspec.Struct, forbid_unknown_fields=True):
    sources: list[str] = msgspec.field(name="from")
    template: str


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    file: _File
    columns: dict[str, str] = {}
    constants: dict[str, Scalar] = {}
    when_present: dict[str, dict[str, Scalar]] = {}
    derived: dict[str, _Derived] = {}
    values: dict[str, dict[str, Scalar]] = {}


def load_mapping(name_or_path: str) -> TableMapping:
    """A shipped mapping by its name (``receipt``), or any other by the path of its TOML file.

    Raises:
        Refused: ``mapping.not_found``, ``mapping.invalid`` with the place that is wrong.
    """
    merged = _load(name_or_path, Path(), ())
    try:
        written = msgspec.convert(merged, _Written)
    except msgspec.ValidationError as error:
        raise _invalid(name_or_path, in_vietnamese(str(error)), str(error)) from error
    return _checked(written, name_or_path)


def shipped_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with the program."""
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in _shipped().iterdir() if item.name.endswith(".toml"))
    )


# --- reading --------------------------------------------------------------------------------------------------------


def _shipped() -> Any:  # importlib's Traversable moved between Python versions
    return files("services.intake") / "mappings"


def _load(name: str, beside: Path, extending: tuple[str, ...]) -> dict[str, Any]:
    text, place = _text_of(name, beside)
    if place in extending or len(extending) > MAX_EXTENDS:
        raise _invalid(name, "extends: nối vòng hoặc quá sâu", "extends: in a circle, or too deep")
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(name, syntax_in_vietnamese(str(error)), f"not TOML: {error}") from error
    extended = written.pop("extends", None)
    if extended is None:
        return written
    if not isinstance(extended, str):
        raise _invalid(name, "extends: cần tên hoặc đường dẫn", "extends: expected a name or a path")
    return _merged(_load(extended, Path(place).parent, (*extending, place)), written)


def _text_of(name: str, beside: Path) -> tuple[str, str]:
    if _SHIPPED.fullmatch(name):
        item = _shipped() / f"{name}.toml"
        if item.is_file():
            return item.read_text(encoding="utf-8"), f"{name}.toml"
    path = beside / name
    try:
        if path.stat().st_size > MAX_MAPPING_BYTES:
            raise _invalid(name, "tệp lớn hơn 1 MB", "the file is larger than 1 MB")
        return path.read_text(encoding="utf-8-sig"), str(path.resolve())
    except UnicodeDecodeError as error:
        raise _invalid(name, "tệp không phải UTF-8", "the file is not UTF-8") from error
    except (OSError, ValueError) as error:
        names = ", ".join(shipped_mappings())
        raise Refused(
            "mapping.not_found",
            vi=f"Không đọc được tệp nối cột {name}.",
            en=f"The mapping {name} cannot be read.",
            next_vi=f"Ghi đường dẫn tới tệp TOML, hoặc một trong các tên có sẵn: {names}.",
            next_en=f"Give the path of a TOML file, or one of the shipped names: {names}.",
        ) from error


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The extended mapping with what the extending one says; a target that is set anew loses its old source."""
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in under.items()}
    anew = {target for section in _SECTIONS for target in _table(over, section)}
    for section in _SECTIONS:
        if isinstance(merged.get(section), dict):
            merged[section] = {key: value for key, value in merged[section].items() if key not in anew}
    for key, value in over.items():
        mergeable = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if mergeable else value
    return merged


def _table(written: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    value = written.get(section)
    return value if isinstance(value, dict) else {}


# --- checking -------------------------------------------------------------------------------------------------------


def _checked(written: _Written, name: str) -> TableMapping:
    kind = KINDS[written.file.kind]
    _check_targets(written, kind, name)
    for target, made in written.derived.items():
        _check_template(made, f"[derived.{target}]", name)
    _check_words(written, kind, name)
    if written.file.kind != "dossiers" and (written.file.rows or written.file.due_is_instant is not None):
        place = "[file] rows, due_is_instant"
        raise _invalid(name, f"{place}: chỉ dùng cho dossiers", f"{place}: only for dossiers")
    return TableMapping(
        kind=kind,
        columns=MappingProxyType(written.columns),
        constants=MappingProxyType(dict(written.constants)),
        when_present=MappingProxyType({key: MappingProxyType(dict(v)) for key, v in written.when_present.items()}),
        derived=MappingProxyType(
            {target: Derived(tuple(made.sources), made.template) for target, made in written.derived.items()}
        ),
        values=MappingProxyType({target: _words(words) for target, words in written.values.items()}),
        encoding=_encoding(written.file.encoding, name),
        delimiter=written.file.delimiter,
        zone=_zone(written.file.time_zone, name),
        many_per_dossier=written.file.rows == "many_per_dossier",
        due_is_instant=written.file.due_is_instant,
        register_missing=written.file.register_missing,
    )


def _check_targets(written: _Written, kind: Kind, name: str) -> None:
    set_in: dict[str, str] = {}
    settings = [("[columns]", list(written.columns)), ("[constants]", list(written.constants))]
    settings += [("[derived]", list(written.derived))]
    settings += [(f"[when_present.{present}]", list(to_set)) for present, to_set in written.when_present.items()]
    for place, targets in settings:
        for target in targets:
            _check_target(target, kind, place, name)
            if target in set_in:
                raise _invalid(
                    name,
                    f"{place}: cột {target} đã được đặt ở {set_in[target]}",
                    f"{place}: {target} is set already in {set_in[target]}",
                )
            set_in[target] = place
    for place, targets in (("[values]", list(written.values)), ("[when_present]", list(written.when_present))):
        for target in targets:
            _check_target(target, kind, place, name)
            if target not in written.columns and target not in written.derived:
                raise _invalid(
                    name,
                    f"{place}: cột {target} không có trong [columns] hay [derived]",
                    f"{place}: {target} is in neither [columns] nor [derived]",
                )
    unset = sorted(kind.required - set(set_in))
    if unset:
        raise _invalid(
            name, f"thiếu cột bắt buộc: {', '.join(unset)}", f"required columns are not set: {', '.join(unset)}"
        )


def _check_target(target: str, kind: Kind, place: str, name: str) -> None:
    if target not in kind.columns:
        near = get_close_matches(target, kind.columns, n=1)
        vi, en = (f"; có phải là {near[0]}?", f"; did you mean {near[0]}?") if near else ("", "")
        raise _invalid(
            name,
            f"{place}: {target} không phải cột của {kind.name}{vi}",
            f"{place}: {target} is no column of {kind.name}{en}",
        )


def _check_template(made: _Derived, place: str, name: str) -> None:
    used = PLACEHOLDER.findall(made.template)
    if not made.sources or set(used) != set(made.sources) or set("{}") & set(PLACEHOLDER.sub("", made.template)):
        raise _invalid(
            name,
            f"{place}: template phải dùng đúng các cột ghi ở from, dạng {{tên cột}}",
            f"{place}: the template must use the columns of from, all of them and no other, as {{column}}",
        )


def _check_words(written: _Written, kind: Kind, name: str) -> None:
    said = [(f"[values.{target}]", target, list(words.values())) for target, words in written.values.items()]
    said += [("[constants]", target, [word]) for target, word in written.constants.items()]
    for present, constants in written.when_present.items():
        said += [(f"[when_present.{present}]", target, [word]) for target, word in constants.items()]
    for place, target, words in said:
        accepted = kind.words.get(target, ())
        for word in words:
            if accepted and str(word).casefold() not in accepted:
                reason = not_accepted(str(word), accepted)
                raise _invalid(name, f"{place} {target}, {word}: {reason.vi}", f"{place} {target}, {word}: {reason.en}")


def _encoding(encoding: str | None, name: str) -> str | None:
    try:
        if encoding is not None:
            "".encode(encoding)  # refuses codecs that are not of text, too
            codecs.getincrementaldecoder(encoding)
    except (LookupError, UnicodeError, ValueError) as error:
        raise _invalid(
            name, f"[file] encoding: không có bảng mã {encoding}", f"[file] encoding: no codec {encoding}"
        ) from error
    return encoding


def _zone(zone: str, name: str) -> tzinfo:
    if zone == "Asia/Ho_Chi_Minh":
        return VIETNAM
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _invalid(
            name, f"[file] time_zone: không có múi giờ {zone}", f"[file] time_zone: no zone {zone}"
        ) from error


def _invalid(name: str, vi: str, en: str) -> Refused:
    return Refused(
        "mapping.invalid",
        vi=f"Tệp nối cột {name} sai: {_ended(vi)}",
        en=f"The mapping {name} is wrong: {_ended(en)}",
        next_vi="Sửa chỗ nêu trên trong tệp TOML rồi chạy lại.",
        next_en="Mend that place in the TOML file, and run it again.",
    )


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _words(words: Mapping[str, Scalar]) -> Mapping[str, Cell]:
    return MappingProxyType({comparable(word): meant for word, meant in words.items()})
