"""Criteria sets (bộ tiêu chí, bộ chỉ số) as data: read from TOML, checked before they are used.

A new year's set is a new file; nobody programs. Codes stay as the decision prints them and may repeat; ``id`` tells
criteria apart.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from cchc.errors import Refused, system_reason
from cchc.index.points import Points, parse_percent, points_text
from cchc.index.rules import RULES, Rule, Unscored
from cchc.toml_mistakes import Misread, Mistake, wrong_syntax, wrong_value

ZeroPolicy = Literal["zero", "full", "left_out", "not_scored", "not_applicable"]
"""What a zero denominator gives: 0 points; all points; nothing, and the maximum leaves the total (it did not occur);
not scored; not applicable."""

Source = Literal["auto", "self", "appraised", "survey", "external"]
"""Where a criterion's figure comes from: facts in the log, self-assessment, appraisal, survey, another system."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How all parts are read: unknown keys are refused, defaults stay out of the fingerprint."""


class Multiplier(_Struct, frozen=True):
    """A rate that multiplies the points; ``missing`` says what to do while there is no such figure."""

    indicator: str
    missing: Literal["without", "not_scored"]
    reason: str
    reason_en: str


class Group(_Struct, frozen=True):
    """A part of the set (nhóm chỉ số, lĩnh vực) with the maximum that the decision prints.

    ``itemised_max`` is the sum of its criteria where that differs from the printed maximum; ``note`` then says why.
    """

    code: str
    id: str
    name: str
    name_en: str
    max: Points
    itemised_max: Points | None = None
    note: str = ""


class Leaf(_Struct, frozen=True):
    """A criterion that gets points (chỉ số thành phần, tiêu chí thành phần)."""

    code: str
    id: str
    name: str
    name_en: str
    max: Points
    rule: Rule
    source: Source
    law: str
    group: str = ""
    zero_denominator: ZeroPolicy | None = None
    decimals: Literal[0, 1, 2] | None = None
    multiplier: Multiplier | None = None
    note: str = ""
    note_en: str = ""

    def indicators(self) -> tuple[str, ...]:
        """The names of the indicators that it is scored from; the multiplier last."""
        return self.rule.indicators() + ((self.multiplier.indicator,) if self.multiplier else ())


class ScoreClass(_Struct, frozen=True):
    """A class (xếp loại) and the points from which it begins."""

    at_least: Points
    name: str
    name_en: str


class Classification(_Struct, frozen=True):
    """Classes, best first. A unit whose attainable maximum is below ``minimum_max`` gets none: its points mean less."""

    minimum_max: Points
    classes: tuple[ScoreClass, ...]

    def of(self, hundredths: int) -> ScoreClass | None:
        """The class of these points, whatever the maximum; None below the lowest class."""
        return next((each for each in self.classes if hundredths >= each.at_least), None)


class CriteriaSet(_Struct, frozen=True):
    """A whole set, as a decision approves it.

    Attributes:
        calendar: name of the calendar that its periods follow unless the caller says otherwise.
        decimals: decimals of a point that every criterion is rounded to, HALF_UP, before the sum.
        rank_by: ``points``, or ``share`` (points / attainable maximum) where the maximum differs from unit to unit.
        decided_on: date of the decision. ``valid_from``, ``valid_to``: first and last day in force, inclusive.
    """

    name: str
    title: str
    title_en: str
    decision: str
    decided_on: dt.date
    valid_from: dt.date
    calendar: str
    max: Points
    decimals: Literal[0, 1, 2]
    rank_by: Literal["points", "share"]
    leaves: tuple[Leaf, ...]
    valid_to: dt.date | None = None
    groups: tuple[Group, ...] = ()
    classification: Classification | None = None
    note: str = ""
    note_en: str = ""

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the content; layout, comments and the order of keys in the file do not matter."""
        return hashlib.sha256(msgspec.json.encode(self, enc_hook=str, order="sorted")).hexdigest()

    def indicators(self) -> tuple[str, ...]:
        """Names of all indicators that it needs, sorted."""
        return tuple(sorted({name for leaf in self.leaves for name in leaf.indicators()}))

    def decimals_of(self, leaf: Leaf) -> int:
        """Decimals of a point that this criterion is rounded to."""
        return self.decimals if leaf.decimals is None else leaf.decimals

    def in_force(self, day: dt.date) -> bool:
        """Whether it is in force on the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def available() -> tuple[str, ...]:
    """Names of the sets that come with the software, sorted."""
    files = resources.files("cchc.index").joinpath("sets").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def load(name: str) -> CriteriaSet:
    """A set that comes with the software.

    Raises:
        Refused: ``criteria_set.unknown``, ``criteria_set.invalid``.
    """
    if name not in available():
        names = ", ".join(available())
        raise Refused(
            "criteria_set.unknown",
            vi=f"Không có bộ tiêu chí tên “{name}”.",
            en=f'There is no criteria set named "{name}".',
            next_vi=f"Chọn một trong: {names}; hoặc chỉ ra tệp TOML của bộ tiêu chí.",
            next_en=f"Choose one of: {names}; or give the TOML file of a set.",
        )
    file = resources.files("cchc.index").joinpath("sets", f"{name}.toml")
    return parse(file.read_bytes(), place=f"{name}.toml")


def load_file(path: Path) -> CriteriaSet:
    """A set from a file of one's own.

    Raises:
        Refused: ``criteria_set.unreadable``, ``criteria_set.invalid``.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(
            "criteria_set.unreadable",
            vi=f"Không đọc được tệp {path}: {system_reason(error)}.",
            en=f"Cannot read {path}: {error.strerror}.",
            next_vi="Kiểm tra đường dẫn và quyền đọc tệp.",
            next_en="Check the path and the right to read it.",
        ) from error
    return parse(content, place=path.name)


def parse(content: bytes, *, place: str) -> CriteriaSet:
    """A set from TOML bytes (UTF-8, any Unicode normal form); ``place`` names them in errors.

    Raises:
        Refused: ``criteria_set.invalid``, with all problems that the check found and where they are.
    """
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8"))
        document = tomllib.loads(text, parse_float=_refuse_float)
    except UnicodeDecodeError as error:
        raise _invalid(place, [Mistake("tệp không phải UTF-8", "the file is not UTF-8")]) from error
    except ValueError as error:
        raise _invalid(place, [wrong_syntax(error)]) from error
    try:
        criteria_set = msgspec.convert(document, CriteriaSet, dec_hook=_read)
    except msgspec.ValidationError as error:
        raise _invalid(place, [_with_rules(wrong_value(error))]) from error
    if problems := list(_problems(criteria_set)):
        raise _invalid(place, problems)
    return criteria_set


def _refuse_float(written: str) -> NoReturn:
    raise Misread(
        f'{written} là số thập phân; ghi "{written}" trong ngoặc kép để giữ đúng từng chữ số',
        f'{written} is a float; write "{written}" in quotes, so that it stays exact',
    )


def _read(kind: type, written: object) -> object:
    if kind is Points and isinstance(written, int | str):
        return Points.parse(written)
    if kind is Fraction:
        return parse_percent(written)
    raise Misread(f"không đọc được {written!r} ở đây", f"{written!r} cannot be read here")


def _problems(criteria_set: CriteriaSet) -> Iterator[Mistake]:
    yield from _name_problems(criteria_set)
    yield from _date_problems(criteria_set)
    for place, leaf in enumerate(criteria_set.leaves):
        for problem in _leaf_problems(criteria_set, leaf):
            where = f"leaves[{place}] ({leaf.id}): "
            yield Mistake(where + problem.vi, where + problem.en)
    yield from _sum_problems(criteria_set)
    if criteria_set.classification:
        yield from _class_problems(criteria_set.classification, criteria_set.max)


def _name_problems(criteria_set: CriteriaSet) -> Iterator[Mistake]:
    for field, value in (("name", criteria_set.name), ("calendar", criteria_set.calendar)):
        if not _ID.fullmatch(value):
            yield _not_a_name(f'{field}: "{value}"')
    ids = [group.id for group in criteria_set.groups] + [leaf.id for leaf in criteria_set.leaves]
    for name, times in Counter(ids).items():
        if times > 1:
            yield Mistake(
                f'id "{name}" được dùng {times} lần; mã (code) có thể trùng, id thì không',
                f'id "{name}" is used {times} times; codes may repeat, ids may not',
            )
        if not _ID.fullmatch(name):
            yield _not_a_name(f'id "{name}"')
    if not criteria_set.leaves:
        yield Mistake("leaves: không có tiêu chí nào", "leaves: there is no criterion")


def _date_problems(criteria_set: CriteriaSet) -> Iterator[Mistake]:
    if criteria_set.valid_to is not None and criteria_set.valid_to < criteria_set.valid_from:
        yield Mistake(
            f"valid_to: {criteria_set.valid_to} trước valid_from {criteria_set.valid_from}",
            f"valid_to: {criteria_set.valid_to} is before valid_from {criteria_set.valid_from}",
        )


def _leaf_problems(criteria_set: CriteriaSet, leaf: Leaf) -> Iterator[Mistake]:
    yield from leaf.rule.problems(leaf.max)
    groups = {group.id for group in criteria_set.groups}
    if bool(groups) != bool(leaf.group) or (leaf.group and leaf.group not in groups):
        yield Mistake(
            f'group "{leaf.group}" không phải nhóm nào của bộ', f'group "{leaf.group}" is not one of the set\'s groups'
        )
    if (leaf.zero_denominator is None) != isinstance(leaf.rule, Unscored):
        yield Mistake(
            "zero_denominator phải nói mẫu số bằng 0 thì tính thế nào (chỉ với quy tắc cho điểm)",
            "zero_denominator must say what a zero denominator gives (and only for a rule that gives points)",
        )
    if leaf.multiplier and isinstance(leaf.rule, Unscored):
        yield Mistake(
            "multiplier: tiêu chí không có điểm thì không có gì để nhân",
            "multiplier: a criterion without points has nothing to multiply",
        )
    if leaf.max % 10 ** (2 - criteria_set.decimals_of(leaf)):
        yield Mistake(
            "max có nhiều chữ số thập phân hơn mức làm tròn điểm",
            "max has more decimals than the points are rounded to",
        )
    if not all(leaf.indicators()):
        yield Mistake("một chỉ tiêu có tên trống", "an indicator has an empty name")


def _sum_problems(criteria_set: CriteriaSet) -> Iterator[Mistake]:
    for group in criteria_set.groups:
        itemised = sum(leaf.max for leaf in criteria_set.leaves if leaf.group == group.id)
        declared = group.max if group.itemised_max is None else group.itemised_max
        if itemised != declared:
            sums = points_text(itemised), points_text(declared)
            yield Mistake(
                f"groups ({group.id}): các tiêu chí cộng lại được {sums[0]}, khai báo là {sums[1]}",
                f"groups ({group.id}): its criteria add up to {sums[0]}, declared are {sums[1]}",
            )
        if group.itemised_max is not None and not group.note:
            yield Mistake(
                f"groups ({group.id}): itemised_max cần note nói vì sao khác",
                f"groups ({group.id}): itemised_max needs a note that says why it differs",
            )
    parts = criteria_set.groups or criteria_set.leaves
    total = sum(part.max for part in parts)
    if total != criteria_set.max:
        sums = points_text(total), points_text(criteria_set.max)
        yield Mistake(
            f"max: các phần cộng lại được {sums[0]}, khai báo là {sums[1]}",
            f"max: the parts add up to {sums[0]}, declared are {sums[1]}",
        )


def _class_problems(classification: Classification, maximum: Points) -> Iterator[Mistake]:
    begins = [each.at_least for each in classification.classes]
    if begins != sorted(set(begins), reverse=True) or not begins:
        yield Mistake(
            "classification: các loại phải xếp từ cao xuống và khác nhau",
            "classification: classes must stand in order, highest first, and differ",
        )
    if any(begin > maximum for begin in begins) or classification.minimum_max > maximum:
        yield Mistake(
            "classification: có mức cao hơn điểm tối đa của bộ",
            "classification: a bound lies above the set's maximum",
        )


def _not_a_name(what: str) -> Mistake:
    return Mistake(
        f"{what} chỉ được gồm chữ thường không dấu, chữ số, dấu chấm, gạch nối",
        f"{what} must be lower-case letters, digits, dots, dashes",
    )


def _with_rules(mistake: Mistake) -> Mistake:
    """The mistake with the rules that there are, where it is about which rule it is."""
    if "rule.kind" not in mistake.en:
        return mistake
    names = ", ".join(RULES)
    return Mistake(f"{mistake.vi} (các quy tắc: {names})", f"{mistake.en} (rules: {names})")


def _invalid(place: str, mistakes: Sequence[Mistake]) -> Refused:
    return Refused(
        "criteria_set.invalid",
        vi=f"Bộ tiêu chí {place} chưa hợp lệ: {'; '.join(mistake.vi for mistake in mistakes)}.",
        en=f"The criteria set {place} is not valid: {'; '.join(mistake.en for mistake in mistakes)}.",
        next_vi="Sửa tệp ở chỗ đã nêu rồi nạp lại; chưa có gì thay đổi.",
        next_en="Correct the file at the place named and load it again; nothing has changed.",
    )
