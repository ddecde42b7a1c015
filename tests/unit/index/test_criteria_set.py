from __future__ import annotations

import datetime as dt
import re
import unicodedata
from pathlib import Path

import pytest

from cchc.errors import Refused
from cchc.index.criteria_set import Classification, CriteriaSet, ScoreClass, available, load, load_file, parse
from cchc.index.points import Points

SMALL = """
name = "xa-2026"
title = "Bộ tiêu chí cấp xã"
title_en = "Commune set"
decision = "1/QĐ-UBND"
decided_on = 2026-01-02
valid_from = 2026-01-01
valid_to = 2026-12-31
calendar = "nd09"
max = 4
decimals = 2
rank_by = "points"

[classification]
minimum_max = 4
classes = [{ at_least = "3.5", name = "Tốt", name_en = "Good" }, { at_least = 0, name = "Yếu", name_en = "Weak" }]

[[groups]]
code = "6"
id = "g6"
name = "Tài chính công"
name_en = "Public finance"
max = 4

[[leaves]]
code = "6.2"
id = "xa.6_2a"
group = "g6"
name = "Công khai tài sản công"
name_en = "Asset disclosure"
max = "2"
rule = { kind = "proportional", indicator = "a", floor = "80%" }
zero_denominator = "zero"
source = "self"
law = "1/QĐ-UBND"

[[leaves]]
code = "6.2"
id = "xa.6_2b"
group = "g6"
name = "Giải ngân"
name_en = "Disbursement"
max = 2
zero_denominator = "zero"
source = "external"
law = "1/QĐ-UBND"

[leaves.rule]
kind = "bands"

[[leaves.rule.bands]]
points = 2
all = [{ indicator = "b", at_least = "90%" }]

[[leaves.rule.bands]]
points = 1
all = [{ indicator = "b", at_least = "80%" }]
"""


def read(text: str) -> CriteriaSet:
    """The set of that text."""
    return parse(text.encode(), place="xa.toml")


def test_the_sets_that_come_along_load_and_add_up() -> None:
    assert available() == ("qd766", "tt01-2018")
    for name in available():
        criteria_set = load(name)
        assert criteria_set.name == name
        assert criteria_set.max == sum(leaf.max for leaf in criteria_set.leaves)


def test_qd766_has_its_published_group_maxima_and_period() -> None:
    criteria_set = load("qd766")

    assert [int(group.max) for group in criteria_set.groups] == [1800, 2000, 1200, 1000, 2200, 1800]
    assert (criteria_set.calendar, criteria_set.rank_by, criteria_set.decimals) == ("calendar", "points", 2)


def test_tt01_has_nine_indicators_of_two_points_at_one_decimal() -> None:
    criteria_set = load("tt01-2018")

    assert [int(leaf.max) for leaf in criteria_set.leaves] == [200] * 9
    assert (criteria_set.calendar, criteria_set.rank_by, criteria_set.decimals) == ("nd09", "share", 1)


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ("18", "Xuất sắc"),
        ("15", "Xuất sắc"),
        ("14.9", "Tốt"),
        ("12", "Tốt"),
        ("9", "Khá"),
        ("6", "Trung bình"),
        ("5.9", "Yếu"),
    ],
)
def test_tt01_classes_begin_at_their_bounds(points: str, name: str) -> None:
    classification = load("tt01-2018").classification
    assert classification is not None

    found = classification.of(Points.parse(points))

    assert found is not None
    assert name == found.name


def test_binh_duong_s_cut_lets_9025_in_and_keeps_8909_out() -> None:
    classes = (ScoreClass(Points(9000), "Xuất sắc", "Excellent"), ScoreClass(Points(0), "Khác", "Other"))
    binh_duong = Classification(minimum_max=Points(10_000), classes=classes)

    found = [binh_duong.of(Points.parse(points)) for points in ("90.25", "90", "89.99", "89.09")]

    assert [each.name for each in found if each] == ["Xuất sắc", "Xuất sắc", "Khác", "Khác"]
    assert 1 + 48 + 39 + 3 == 91


def test_a_code_may_be_printed_twice() -> None:
    assert [leaf.id for leaf in read(SMALL).leaves if leaf.code == "6.2"] == ["xa.6_2a", "xa.6_2b"]


def test_a_set_is_in_force_from_its_first_to_its_last_day() -> None:
    criteria_set = read(SMALL)

    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]

    assert [criteria_set.in_force(day) for day in days] == [False, True, True, False]
    assert load("qd766").in_force(dt.date(2099, 1, 1))


@pytest.mark.parametrize(
    ("written", "instead", "place"),
    [
        ('id = "xa.6_2b"', 'id = "xa.6_2a"', '"xa.6_2a" is used 2 times'),
        ('max = "2"', 'max = "1.5"', "groups (g6): its criteria add up to 3.50, declared are 4.00"),
        ("max = 4\ndecimals", "max = 5\ndecimals", "max: the parts add up to 4.00, declared are 5.00"),
        ('max = "2"', "max = 2.0", "2.0 is a float"),
        ('max = "2"', 'max = "2,0"', "$.leaves[0].max"),
        ('max = "2"', "max = true", "$.leaves[0].max"),
        ('floor = "80%"', 'flor = "80%"', "unknown field `flor` - at `$.leaves[0].rule`"),
        ('floor = "80%"', 'floor = "180%"', "leaves[0] (xa.6_2a): floor"),
        ('floor = "80%"', "floor = 80", "$.leaves[0].rule.floor"),
        ('kind = "proportional"', 'kind = "magic"', "(rules: proportional, target"),
        ('at_least = "80%"', 'at_least = "95%"', "leaves[1] (xa.6_2b): thresholds of b must not rise"),
        ("points = 1", "points = 3", "leaves[1] (xa.6_2b): points of a band"),
        ('{ indicator = "b", at_least = "80%" }', '{ indicator = "b" }', "one of at_least, n_at_least, n_at_most"),
        ('group = "g6"\nname = "Giải', 'group = "g7"\nname = "Giải', 'group "g7" is not one'),
        ('zero_denominator = "zero"\nsource = "self"', 'source = "self"', "zero_denominator must say"),
        ('zero_denominator = "zero"', 'zero_denominator = "nil"', "$.leaves[0].zero_denominator"),
        ("valid_to = 2026-12-31", "valid_to = 2025-12-31", "valid_to: 2025-12-31 is before valid_from"),
        ("valid_to = 2026-12-31", 'valid_to = "soon"', "$.valid_to"),
        ('at_least = "3.5"', 'at_least = "4.5"', "classification: a bound lies above"),
        ("{ at_least = 0,", "{ at_least = 4,", "classification: classes must stand in order"),
        ("decimals = 2", "decimals = 2\ncolour = 1", "unknown field `colour`"),
        ("decimals = 2", "decimals = 3", "$.decimals"),
        ('max = "2"', 'max = "2"\ndecimals = 0\n', None),
        ('name = "xa-2026"', 'name = "Xã 2026"', 'name: "Xã 2026" must be'),
        ('name = "xa-2026"', "name = ", "(at line 2"),
    ],
)
def test_what_is_wrong_with_a_set_is_refused_with_its_place(written: str, instead: str, place: str | None) -> None:
    assert written in SMALL
    text = SMALL.replace(written, instead, 1)
    if place is None:
        assert read(text).decimals_of(read(text).leaves[0]) == 0
        return

    with pytest.raises(Refused) as refused:
        read(text)

    assert refused.value.code == "criteria_set.invalid"
    assert place in refused.value.en
    assert "xa.toml" in refused.value.vi
    told = refused.value.vi.removeprefix("Bộ tiêu chí xa.toml chưa hợp lệ: ")
    assert not told.isascii(), "it is not said in Vietnamese"
    assert re.search(r"\b(?:must|is|are|not|Expected|Invalid|Object|unknown|above)\b", told) is None
    where = re.search(r"\$\.([\w\[\].]+)|leaves\[\d\]|groups \(g6\)|valid_to|classification", place)
    assert where is None or (where[1] or where[0]).rstrip(".") in told


def test_all_problems_are_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read(SMALL.replace('floor = "80%"', 'floor = "180%"').replace("points = 1", "points = 3"))

    assert "leaves[0]" in refused.value.en
    assert "leaves[1]" in refused.value.en


def test_criteria_that_do_not_add_up_to_their_group_may_say_so_with_a_note() -> None:
    honest = SMALL.replace('max = "2"', 'max = "1.5"').replace(
        "max = 4\n\n[[leaves]]", 'max = 4\nitemised_max = "3.5"\n{}\n[[leaves]]'
    )

    assert read(honest.replace("{}", 'note = "0,5 điểm không có chi tiết"')).max == 400
    with pytest.raises(Refused, match="itemised_max needs a note"):
        read(honest.replace("{}", ""))


def test_points_finer_than_the_rounding_are_refused() -> None:
    finer = SMALL.replace('max = "2"', 'max = "1.55"\ndecimals = 1').replace(
        "max = 4\n\n[[leaves]]", 'max = "3.55"\n\n[[leaves]]'
    )

    with pytest.raises(Refused, match="more decimals"):
        read(finer.replace("max = 4\ndecimals", 'max = "3.55"\ndecimals'))


def test_the_fingerprint_is_of_the_content_not_of_the_layout() -> None:
    layout = "# a remark\n" + unicodedata.normalize("NFD", SMALL).replace('max = "2"', "max   =   2")

    assert read(SMALL).fingerprint() == read(layout).fingerprint()
    assert read(SMALL).fingerprint() != read(SMALL.replace('"80%"', '"81%"', 1)).fingerprint()
    assert read(SMALL).fingerprint() != read(SMALL.replace("Giải ngân", "Giải ngân vốn")).fingerprint()


def test_a_set_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused, match=r"criteria_set\.unknown") as refused:
        load("../qd766")

    assert "qd766, tt01-2018" in refused.value.next_vi


def test_a_file_of_one_s_own_is_read_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "xa.toml"
    file.write_text(SMALL, encoding="utf-8")

    assert load_file(file).indicators() == ("a", "b")
    with pytest.raises(Refused, match=r"criteria_set\.unreadable"):
        load_file(tmp_path / "none.toml")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match=r"criteria_set\.invalid"):
        load_file(file)
