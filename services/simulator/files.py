"""What an officer would export: the canonical reference and dossier files, and the facts themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path

from google.protobuf.proto import serialize_length_prefixed

from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_CALENDAR_DAYS,
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_WORKING_DAYS,
    LIMIT_UNIT_WORKING_HOURS,
    ONLINE_LEVEL_FULL,
    ONLINE_LEVEL_NONE,
    ONLINE_LEVEL_PARTIAL,
    UNIT_TYPE_COMMUNE,
    UNIT_TYPE_DEPARTMENT,
    UNIT_TYPE_PROVINCE,
    ProcedureDefined,
    UnitDefined,
)
from cchc.calendar.vietnam_time import date_of, day_of
from cchc.errors import Refused
from services.simulator.dice import Dice
from services.simulator.fact import Fact
from services.simulator.payload import payload_of
from services.simulator.province import Progress, Province, sendings
from services.simulator.snapshots import COLUMNS, Row, rows

REPEATED_PERMILLE = 10
"""Rows of a dossier file that come a second time, further down in the same file."""

UNIT_COLUMNS = ("unit_code", "name", "type", "parent_code", "peer_group", "valid_from", "valid_to", "decision")
PROCEDURE_COLUMNS = (
    *("procedure_code", "field_code", "name", "levels", "limit", "limit_unit", "online_level", "fee", "paper_result"),
    *("digitisation_exempt", "after_15h_next_day", "valid_from", "valid_to", "decision"),
)

_TYPES = {UNIT_TYPE_PROVINCE: "province", UNIT_TYPE_DEPARTMENT: "department", UNIT_TYPE_COMMUNE: "commune"}
_LIMIT_UNITS = {
    LIMIT_UNIT_WORKING_DAYS: "working_days",
    LIMIT_UNIT_CALENDAR_DAYS: "calendar_days",
    LIMIT_UNIT_WORKING_HOURS: "working_hours",
    LIMIT_UNIT_SAME_DAY: "same_day",
}
_ONLINE_LEVELS = {ONLINE_LEVEL_NONE: "none", ONLINE_LEVEL_PARTIAL: "partial", ONLINE_LEVEL_FULL: "full"}
_HOUR_MS = 3_600_000

_README = """\
DỮ LIỆU MÔ PHỎNG - không phải số liệu của bất kỳ tỉnh nào

Tỉnh mô phỏng H99, từ {first} đến hết {last}; hạt giống {seed}. Cùng hạt giống và cùng tham số thì ra đúng các tệp này.
Không có dữ liệu cá nhân. Thời gian ghi theo giờ Việt Nam, mã ký tự UTF-8, ô trống nghĩa là chưa biết.

units.csv              danh mục đơn vị: tỉnh, các sở, các xã, phường; nhóm xếp hạng "so" và "xa"
procedures.csv         danh mục thủ tục hành chính: lĩnh vực, thời hạn, mức độ trực tuyến (không phải danh mục quốc gia)
dossiers-NNNN-TT.csv   kết xuất hồ sơ của từng tháng (năm-tháng): mỗi dòng là tình trạng một hồ sơ mới hoặc có thay đổi
                       trong tháng, xếp theo lúc được nhập vào hệ thống, không theo ngày tiếp nhận.
                       Có hồ sơ nhập muộn, dòng lặp lại và giá trị đã nhập sai rồi sửa. Nhập các tệp theo thứ tự tháng;
                       dòng cuối cùng của một hồ sơ là tình trạng sau cùng của hồ sơ đó.
facts.binpb            toàn bộ sự kiện theo thứ tự đến: chuỗi các gói cchc.api.log.v1.EventBatch (protobuf),
                       trước mỗi gói là độ dài (varint). Đầy đủ hơn các tệp hồ sơ: có các bước xử lý, tạm dừng,
                       hẹn lại, đánh giá, phản ánh kiến nghị, thu hồi sự kiện nhập nhầm.

Nhập vào hệ thống, theo thứ tự:
    cchc import units units.csv
    cchc import procedures procedures.csv
    cchc import dossiers dossiers-NNNN-TT.csv
"""


_OF_A_MONTH = "dossiers-[0-9][0-9][0-9][0-9]-[0-9][0-9].csv"


def write_files(province: Province, directory: Path, progress: Progress | None = None) -> list[Path]:
    """Write the province as files into a directory, which is made when it is not there; returns them in order.

    Args:
        province: what to write.
        directory: where; files of the same names are overwritten.
        progress: told of files, done and in all.

    Raises:
        Refused: ``simulate.other_months`` where files of months that this province has not lie there already.
    """
    by_month = _dossier_rows(province)
    tables: list[tuple[str, Sequence[str], Iterable[Row]]] = [
        ("units.csv", UNIT_COLUMNS, map(_unit_row, province.units)),
        ("procedures.csv", PROCEDURE_COLUMNS, map(_procedure_row, province.procedures)),
        *((f"dossiers-{month}.csv", COLUMNS, by_month[month]) for month in sorted(by_month)),
    ]
    others = {found.name for found in directory.glob(_OF_A_MONTH)} - {name for name, *_ in tables}
    if others:
        raise _other_months(directory, sorted(others))
    directory.mkdir(parents=True, exist_ok=True)
    paths = [_write_readme(province, directory / "README.txt")]
    for name, header, lines in tables:
        paths.append(_write_table(directory / name, header, lines))
        if progress is not None:
            progress(len(paths), len(tables) + 2)
    paths.append(_write_facts(province, directory / "facts.binpb"))
    if progress is not None:
        progress(len(paths), len(paths))
    return paths


def _other_months(directory: Path, names: Sequence[str]) -> Refused:
    listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return Refused(
        "simulate.other_months",
        vi=f"Trong {directory} có tệp hồ sơ của tháng khác ({listed}), của một lần mô phỏng khác; chưa ghi gì.",
        en=f"{directory} holds dossiers of other months ({listed}), from another simulation; nothing was written.",
        next_vi="Chọn thư mục khác bằng --out, hoặc xóa các tệp đó.",
        next_en="Choose another directory with --out, or delete those files.",
    )


def _dossier_rows(province: Province) -> dict[str, list[Row]]:
    """Rows by month (``2026-03``), in order of arrival, some of them twice."""
    dice = Dice(province.plan.seed, "files")
    told: dict[str, list[tuple[int, Row]]] = {}
    for facts in _by_dossier(province):
        states = list(rows(facts))
        for place, (arrived, row) in enumerate(states):
            month = told.setdefault(_month(arrived), [])
            month.append((arrived, row))
            newest = place + 1 == len(states) or _month(states[place + 1][0]) != _month(arrived)
            if newest and dice.chance(REPEATED_PERMILLE):
                month.append((arrived + dice.between(1, 72) * _HOUR_MS, row))
    return {month: [row for _, row in sorted(lines, key=itemgetter(0))] for month, lines in told.items()}


def _by_dossier(province: Province) -> Iterable[list[Fact]]:
    """Facts of each dossier, in order of arrival."""
    facts: dict[str, list[Fact]] = {code: [] for code in province.dossiers}
    for fact in province.facts:
        if fact.subject in facts:
            facts[fact.subject].append(fact)
    return facts.values()


def _unit_row(unit: UnitDefined) -> Row:
    valid_from = date_of(unit.valid_from_day).isoformat()
    return (
        unit.unit_code,
        unit.name,
        _TYPES[unit.type],
        unit.parent_code,
        unit.peer_group,
        valid_from,
        "",
        unit.decision,
    )


def _procedure_row(one: ProcedureDefined) -> Row:
    return (
        one.procedure_code,
        one.field_code,
        one.name,
        ";".join(_TYPES[level] for level in one.levels),
        str(one.limit) if one.limit else "",
        _LIMIT_UNITS.get(one.limit_unit, ""),
        _ONLINE_LEVELS[one.online_level],
        *(str(int(flag)) for flag in (one.fee, one.paper_result, one.digitisation_exempt, one.after_15h_next_day)),
        date_of(one.valid_from_day).isoformat(),
        "",
        one.decision,
    )


def _write_readme(province: Province, path: Path) -> Path:
    plan = province.plan
    text = _README.format(first=f"{plan.first:%d/%m/%Y}", last=f"{plan.last:%d/%m/%Y}", seed=plan.seed)
    path.write_bytes(text.encode())
    return path


def _write_table(path: Path, header: Sequence[str], lines: Iterable[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
    return path


def _write_facts(province: Province, path: Path) -> Path:
    with path.open("wb") as file:
        for facts in sendings(province.facts):
            prefixed = io.BytesIO()
            serialize_length_prefixed(EventBatch.FromString(payload_of(facts)), prefixed)
            file.write(prefixed.getvalue())
    return path


def _month(at_ms: int) -> str:
    return day_of(at_ms).isoformat()[:7]
