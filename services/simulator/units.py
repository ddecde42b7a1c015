"""The synthetic province, its departments and communes, and how well each of them works.

All names are made up of syllables that are usual in Vietnamese place names; the province code H99 belongs to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from cchc.api.reference.v1.reference_pb2 import (
    UNIT_TYPE_COMMUNE,
    UNIT_TYPE_DEPARTMENT,
    UNIT_TYPE_PROVINCE,
    UnitDefined,
)
from services.simulator.dice import Dice
from services.simulator.plan import Plan

PROVINCE_CODE = "H99"
PROVINCE_NAME = "Tỉnh An Bình (mô phỏng)"
DECISION = "Quyết định số 01/QĐ-UBND (mô phỏng)"

DEPARTMENTS: tuple[tuple[str, str], ...] = (
    ("05", "Sở Xây dựng"),
    ("06", "Sở Nông nghiệp và Môi trường"),
    ("03", "Sở Tư pháp"),
    ("04", "Sở Tài chính"),
    ("08", "Sở Y tế"),
    ("02", "Sở Nội vụ"),
    ("09", "Sở Giáo dục và Đào tạo"),
    ("07", "Sở Công Thương"),
    ("10", "Sở Văn hóa, Thể thao và Du lịch"),
    ("15", "Văn phòng Đăng ký đất đai"),
    ("11", "Sở Khoa học và Công nghệ"),
    ("14", "Ban Quản lý các khu công nghiệp"),
    ("12", "Sở Dân tộc và Tôn giáo"),
    ("13", "Sở Ngoại vụ"),
)
"""Code suffix and name; a plan with n departments has the first n."""

_FIRST_SYLLABLES = (
    *("An", "Bình", "Tân", "Phú", "Long", "Vĩnh", "Thạnh", "Hòa", "Mỹ", "Đông", "Tây", "Nam", "Bắc", "Xuân"),
    *(
        "Quảng",
        "Hưng",
        "Thanh",
        "Yên",
        "Đức",
        "Cẩm",
        "Diên",
        "Nghĩa",
        "Sơn",
        "Trường",
        "Hải",
        "Kim",
        "Ngọc",
        "Liên",
        "Đại",
        "Minh",
    ),
)
_SECOND_SYLLABLES = (
    *("Ân", "Tâm", "Lộc", "Mai", "Thành", "Thịnh", "Cát", "Giang", "Trung", "Lâm", "Khánh", "Châu", "Định"),
    *(
        "Phong",
        "Tiến",
        "Khương",
        "Thủy",
        "Khê",
        "Trạch",
        "Điền",
        "Lương",
        "Phước",
        "Quang",
        "Thọ",
        "Xuyên",
        "Ninh",
        "Tường",
    ),
)
_FIRST_COMMUNE = 101


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that handles dossiers, and its ways in permille.

    Args:
        code: agency id, as ``H99.101``.
        name: in Vietnamese.
        type: a ``UnitType`` of the contract.
        suffix: last group of the code.
        volume: how much it receives, in permille of a usual unit of its type.
        late: results that come after the due time.
        on_due_day: results in time that come on the due day and not before it.
        online: dossiers filed online at the start of the period, where the procedure is fully online.
        online_gain: what that grows by until the end of the period.
        filed_for: online dossiers that an official files for the applicant.
        digitised: dossiers whose components are digitised.
        electronic: results with a signed electronic version.
        paid_online: payments made online.
        keyed_late: dossiers that are served first and keyed hours or days later.
        satisfied: ratings of 4 or 5.
    """

    code: str
    name: str
    type: int
    suffix: str
    volume: int
    late: int
    on_due_day: int
    online: int
    online_gain: int
    filed_for: int
    digitised: int
    electronic: int
    paid_online: int
    keyed_late: int
    satisfied: int

    def defined(self, valid_from_day: int) -> UnitDefined:
        """The fact that defines it, from this day (days since 1970-01-01) on."""
        commune = self.type == UNIT_TYPE_COMMUNE
        return UnitDefined(
            unit_code=self.code,
            name=self.name,
            type=UNIT_TYPE_COMMUNE if commune else UNIT_TYPE_DEPARTMENT,
            parent_code=PROVINCE_CODE,
            peer_group="xa" if commune else "so",
            valid_from_day=valid_from_day,
            decision=DECISION,
        )


def province_defined(valid_from_day: int) -> UnitDefined:
    """The fact that defines the root of the tree."""
    return UnitDefined(
        unit_code=PROVINCE_CODE,
        name=PROVINCE_NAME,
        type=UNIT_TYPE_PROVINCE,
        valid_from_day=valid_from_day,
        decision=DECISION,
    )


def commune_code(index: int) -> str:
    """Agency id of the commune with this index, from 0."""
    return f"{PROVINCE_CODE}.{_FIRST_COMMUNE + index}"


def commune_name(index: int) -> str:
    """Name of the commune with this index: each its own for the first 800; every fifth is a ward (phường)."""
    step = 7  # neighbours in the list do not share a syllable
    first = _FIRST_SYLLABLES[index * step % len(_FIRST_SYLLABLES)]
    second = _SECOND_SYLLABLES[(index * step + index // len(_FIRST_SYLLABLES)) % len(_SECOND_SYLLABLES)]
    kind = "Phường" if index % 5 == 0 else "Xã"
    return f"{kind} {first} {second}"


def units_of(plan: Plan) -> tuple[Unit, ...]:
    """The departments and communes of a plan, in the order of their codes."""
    departments = sorted(DEPARTMENTS[: plan.departments])
    return (
        *(_unit(plan.seed, suffix, name, UNIT_TYPE_DEPARTMENT) for suffix, name in departments),
        *(
            _unit(plan.seed, f"{_FIRST_COMMUNE + index}", commune_name(index), UNIT_TYPE_COMMUNE)
            for index in range(plan.communes)
        ),
    )


def _unit(seed: int, suffix: str, name: str, unit_type: int) -> Unit:
    """A unit whose ways hang together: a well-run one is good at most things, and not at all of them."""
    code = f"{PROVINCE_CODE}.{suffix}"
    dice = Dice(seed, f"unit/{code}")
    skill = dice.between(0, 1000)
    return Unit(
        code=code,
        name=name,
        type=unit_type,
        suffix=suffix,
        volume=dice.between(870, 1130),
        late=5 + 115 * (1000 - skill) ** 2 // 1_000_000,
        on_due_day=150 + (1000 - skill) // 10 + dice.between(0, 60),
        online=320 + skill // 4 + dice.between(0, 150),
        online_gain=dice.between(60, 240),
        filed_for=dice.between(20, 350),
        digitised=480 + skill // 3 + dice.between(0, 170),
        electronic=380 + skill * 2 // 5 + dice.between(0, 190),
        paid_online=180 + skill // 3 + dice.between(0, 300),
        keyed_late=15 + (1000 - skill) // 10 + dice.between(0, 60),
        satisfied=820 + skill // 8 + dice.between(0, 50),
    )
