"""The procedures of the synthetic province (danh mục thủ tục hành chính).

Names, limits and fees are of the kind that Vietnamese lists have, so that screens and forms look familiar; they are not
the national list, and no figure about a real procedure can be taken from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_CALENDAR_DAYS,
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_UNSPECIFIED,
    LIMIT_UNIT_WORKING_DAYS,
    LIMIT_UNIT_WORKING_HOURS,
    ONLINE_LEVEL_FULL,
    ONLINE_LEVEL_NONE,
    ONLINE_LEVEL_PARTIAL,
    UNIT_TYPE_COMMUNE,
    UNIT_TYPE_DEPARTMENT,
    LimitUnit,
    OnlineLevel,
    ProcedureDefined,
)

DECISION = "Quyết định số 02/QĐ-UBND (mô phỏng)"

_LIMIT_UNITS = {
    "wd": LIMIT_UNIT_WORKING_DAYS,
    "cd": LIMIT_UNIT_CALENDAR_DAYS,
    "wh": LIMIT_UNIT_WORKING_HOURS,
    "day": LIMIT_UNIT_SAME_DAY,
    "none": LIMIT_UNIT_UNSPECIFIED,
}
_ONLINE_LEVELS = {"none": ONLINE_LEVEL_NONE, "partial": ONLINE_LEVEL_PARTIAL, "full": ONLINE_LEVEL_FULL}


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure and how it is used.

    Args:
        code: procedure code (mã thủ tục), as ``1.001193``.
        field: field code (lĩnh vực).
        name: in Vietnamese.
        weight: how often it is asked for among the procedures of a unit that handles it.
        limit: amount of ``limit_unit``; 0 within the day, and where no limit is known.
        limit_unit: a ``LimitUnit`` of the contract.
        online: an ``OnlineLevel`` of the contract.
        fee_vnd: usual fee or obligation in dong; 0 for none.
        department: code suffix of the department that handles it, or empty.
        commune: whether communes handle it.
        digital: whether there is no paper result.
        exempt: whether it is exempt from digitisation.
        after_15h: whether the clock starts the next working day when received after 15:00.
        verify: whether the clock may be stopped for verification on the spot.
    """

    code: str
    field: str
    name: str
    weight: int
    limit: int
    limit_unit: LimitUnit.ValueType
    online: OnlineLevel.ValueType
    fee_vnd: int
    department: str
    commune: bool
    digital: bool
    exempt: bool
    after_15h: bool
    verify: bool

    @property
    def brief(self) -> bool:
        """Whether the limit is within the day or in hours."""
        return self.limit_unit in (LIMIT_UNIT_SAME_DAY, LIMIT_UNIT_WORKING_HOURS)

    def defined(self, valid_from_day: int) -> ProcedureDefined:
        """The fact that defines it, from this day (days since 1970-01-01) on."""
        return ProcedureDefined(
            procedure_code=self.code,
            field_code=self.field,
            name=self.name,
            levels=[UNIT_TYPE_DEPARTMENT] * bool(self.department) + [UNIT_TYPE_COMMUNE] * self.commune,
            limit=self.limit,
            limit_unit=self.limit_unit,
            online_level=self.online,
            fee=self.fee_vnd > 0,
            paper_result=not self.digital,
            digitisation_exempt=self.exempt,
            after_15h_next_day=self.after_15h,
            valid_from_day=valid_from_day,
            decision=DECISION,
        )


def _procedure(
    *,
    code: str,
    field: str,
    name: str,
    weight: int,
    limit: str,
    online: str,
    fee: int,
    marks: str,
    department: str,
    commune: bool,
) -> Procedure:
    amount, unit = limit.split()
    marked = marks.split()
    return Procedure(
        code=code,
        field=field,
        name=name,
        weight=weight,
        limit=int(amount),
        limit_unit=_LIMIT_UNITS[unit],
        online=_ONLINE_LEVELS[online],
        fee_vnd=fee,
        department=department,
        commune=commune,
        digital="digital" in marked,
        exempt="exempt" in marked,
        after_15h="15h" in marked,
        verify="verify" in marked,
    )


def _commune(  # noqa: PLR0917 — a row of the table below
    code: str,
    field: str,
    name: str,
    weight: int,
    limit: str,
    online: str,
    fee: int = 0,
    marks: str = "",
    also: str = "",
) -> Procedure:
    """A procedure of the communes, and also of a department."""
    return _procedure(
        code=code,
        field=field,
        name=name,
        weight=weight,
        limit=limit,
        online=online,
        fee=fee,
        marks=marks,
        department=also,
        commune=True,
    )


def _department(  # noqa: PLR0917 — a row of the table below
    department: str,
    code: str,
    field: str,
    name: str,
    weight: int,
    limit: str,
    online: str,
    fee: int = 0,
    marks: str = "",
) -> Procedure:
    """A procedure of one department alone."""
    return _procedure(
        code=code,
        field=field,
        name=name,
        weight=weight,
        limit=limit,
        online=online,
        fee=fee,
        marks=marks,
        department=department,
        commune=False,
    )


PROCEDURES: tuple[Procedure, ...] = (
    _commune("1.001193", "HO-TICH", "Đăng ký khai sinh", 110, "1 wd", "full", marks="15h"),
    _commune("1.000656", "HO-TICH", "Đăng ký khai tử", 45, "8 wh", "full", marks="15h"),
    _commune("1.000894", "HO-TICH", "Đăng ký kết hôn", 55, "3 wd", "partial"),
    _commune("1.004873", "HO-TICH", "Cấp giấy xác nhận tình trạng hôn nhân", 90, "3 wd", "full", 15_000, "verify"),
    _commune("1.022635", "HO-TICH", "Cấp bản sao trích lục hộ tịch", 110, "8 wh", "full", 8_000, "digital"),
    _commune(
        "1.004859", "HO-TICH", "Thay đổi, cải chính, bổ sung thông tin hộ tịch", 40, "3 wd", "full", 15_000, "verify"
    ),
    _commune("1.004884", "HO-TICH", "Đăng ký lại khai sinh", 25, "5 wd", "full", marks="verify"),
    _commune("1.022815", "CHUNG-THUC", "Chứng thực bản sao từ bản chính", 110, "0 day", "partial", 20_000, "exempt"),
    _commune(
        "1.022884", "CHUNG-THUC", "Chứng thực chữ ký trong giấy tờ, văn bản", 45, "0 day", "none", 10_000, "exempt"
    ),
    _commune(
        "1.022913", "CHUNG-THUC", "Chứng thực hợp đồng, giao dịch về tài sản", 30, "2 wd", "none", 50_000, "exempt"
    ),
    _commune(
        "1.012782", "DAT-DAI", "Đăng ký biến động quyền sử dụng đất", 55, "10 wd", "partial", 100_000, "verify", "15"
    ),
    _commune("1.012817", "DAT-DAI", "Xác định lại diện tích đất ở", 18, "20 wd", "partial", 100_000, "verify"),
    _commune("1.012818", "DAT-DAI", "Hòa giải tranh chấp đất đai", 8, "30 cd", "none"),
    _commune(
        "1.013225", "XAY-DUNG", "Cấp giấy phép xây dựng nhà ở riêng lẻ", 40, "15 wd", "full", 75_000, "verify", "05"
    ),
    _commune("1.013229", "XAY-DUNG", "Gia hạn giấy phép xây dựng nhà ở riêng lẻ", 10, "5 wd", "full", 15_000),
    _commune(
        "1.001612", "DANG-KY-KINH-DOANH", "Đăng ký thành lập hộ kinh doanh", 60, "3 wd", "full", 100_000, "digital"
    ),
    _commune(
        "1.001570", "DANG-KY-KINH-DOANH", "Tạm ngừng kinh doanh của hộ kinh doanh", 20, "3 wd", "full", marks="digital"
    ),
    _commune("1.001776", "BAO-TRO-XA-HOI", "Thực hiện trợ cấp xã hội hằng tháng", 45, "10 wd", "full", marks="verify"),
    _commune("1.001731", "BAO-TRO-XA-HOI", "Hỗ trợ chi phí mai táng", 22, "3 wd", "full"),
    _commune("1.001699", "BAO-TRO-XA-HOI", "Xác định mức độ khuyết tật", 20, "25 cd", "partial", marks="verify"),
    _commune("1.010833", "NGUOI-CO-CONG", "Cấp giấy xác nhận thân nhân của người có công", 16, "3 wd", "full"),
    _commune(
        "1.010803", "NGUOI-CO-CONG", "Giải quyết chế độ trợ cấp thờ cúng liệt sĩ", 8, "20 cd", "partial", also="02"
    ),
    _commune("1.004492", "GIAO-DUC", "Xét cấp hỗ trợ học tập cho học sinh", 18, "7 wd", "full"),
    _commune("1.005099", "GIAO-DUC", "Chuyển trường đối với học sinh tiểu học", 22, "2 wd", "full", marks="digital"),
    _commune("1.003622", "VAN-HOA", "Thông báo tổ chức lễ hội cấp xã", 6, "0 none", "full"),
    _commune("1.010736", "MOI-TRUONG", "Tham vấn trong đánh giá tác động môi trường", 4, "15 cd", "partial"),
    _department(
        "05", "1.013236", "XAY-DUNG", "Cấp giấy phép xây dựng công trình", 120, "20 wd", "full", 150_000, "verify"
    ),
    _department(
        "05",
        "1.013217",
        "XAY-DUNG",
        "Cấp chứng chỉ hành nghề hoạt động xây dựng",
        200,
        "10 wd",
        "full",
        300_000,
        "digital",
    ),
    _department(
        "05", "1.002835", "XAY-DUNG", "Đổi giấy phép lái xe ô tô nội bộ công trường", 180, "5 wd", "full", 115_000
    ),
    _department("05", "1.009972", "XAY-DUNG", "Thẩm định báo cáo nghiên cứu khả thi", 60, "25 wd", "partial", 500_000),
    _department("06", "1.010727", "MOI-TRUONG", "Cấp giấy phép môi trường", 40, "30 cd", "full", 5_000_000, "verify"),
    _department(
        "06", "1.004232", "MOI-TRUONG", "Cấp giấy phép khai thác nước dưới đất", 70, "20 wd", "full", 800_000, "verify"
    ),
    _department(
        "06",
        "1.012756",
        "DAT-DAI",
        "Giao đất, cho thuê đất không qua đấu giá",
        80,
        "20 wd",
        "partial",
        500_000,
        "verify",
    ),
    _department(
        "06",
        "1.004363",
        "NONG-NGHIEP",
        "Cấp giấy chứng nhận buôn bán thuốc bảo vệ thực vật",
        110,
        "14 wd",
        "full",
        500_000,
    ),
    _department("03", "1.022778", "TU-PHAP", "Cấp thẻ tư vấn viên pháp luật", 60, "7 wd", "full", 0, "digital"),
    _department("03", "1.001438", "TU-PHAP", "Đăng ký hành nghề công chứng", 90, "10 wd", "full", 500_000),
    _department(
        "03",
        "1.022036",
        "HO-TICH",
        "Cấp trích lục hộ tịch có yếu tố nước ngoài",
        150,
        "1 wd",
        "full",
        8_000,
        "15h digital",
    ),
    _department(
        "04",
        "1.022001",
        "DANG-KY-KINH-DOANH",
        "Đăng ký thành lập công ty TNHH",
        260,
        "3 wd",
        "full",
        100_000,
        "digital",
    ),
    _department(
        "04", "1.010029", "DANG-KY-KINH-DOANH", "Thông báo tạm ngừng kinh doanh", 140, "3 wd", "full", 0, "digital"
    ),
    _department("04", "1.009645", "DAU-TU", "Chấp thuận chủ trương đầu tư", 30, "35 cd", "partial"),
    _department(
        "08",
        "1.003848",
        "Y-TE",
        "Cấp giấy phép hành nghề khám bệnh, chữa bệnh",
        150,
        "20 wd",
        "full",
        360_000,
        "verify",
    ),
    _department("08", "1.004616", "Y-TE", "Cấp chứng chỉ hành nghề dược", 120, "5 wd", "full", 500_000, "digital"),
    _department(
        "08",
        "1.002425",
        "Y-TE",
        "Cấp giấy chứng nhận đủ điều kiện an toàn thực phẩm",
        90,
        "15 wd",
        "full",
        700_000,
        "verify",
    ),
    _department(
        "02", "1.000105", "LAO-DONG", "Cấp giấy phép lao động cho người nước ngoài", 150, "5 wd", "full", 600_000
    ),
    _department("02", "1.001978", "LAO-DONG", "Giải quyết hưởng trợ cấp thất nghiệp", 240, "20 wd", "full"),
    _department(
        "09", "1.005061", "GIAO-DUC", "Cấp phép hoạt động dạy thêm, tư vấn du học", 40, "15 wd", "full", 0, "verify"
    ),
    _department(
        "09", "1.005142", "GIAO-DUC", "Cấp bản sao văn bằng, chứng chỉ từ sổ gốc", 190, "0 day", "full", 0, "digital"
    ),
    _department("07", "1.022033", "CONG-THUONG", "Thông báo hoạt động khuyến mại", 220, "5 wd", "full", 0, "digital"),
    _department(
        "07", "1.005190", "CONG-THUONG", "Cấp giấy phép bán buôn rượu", 50, "15 wd", "full", 1_100_000, "verify"
    ),
    _department(
        "10", "1.003654", "VAN-HOA", "Cấp giấy phép tổ chức biểu diễn nghệ thuật", 70, "5 wd", "full", 1_500_000
    ),
    _department("10", "1.004628", "VAN-HOA", "Cấp thẻ hướng dẫn viên du lịch", 120, "15 wd", "full", 650_000),
    _department(
        "15",
        "1.012783",
        "DAT-DAI",
        "Đăng ký biện pháp bảo đảm bằng quyền sử dụng đất",
        320,
        "8 wh",
        "partial",
        80_000,
        "15h",
    ),
    _department(
        "15",
        "1.012784",
        "DAT-DAI",
        "Cấp đổi giấy chứng nhận quyền sử dụng đất",
        200,
        "5 wd",
        "partial",
        50_000,
        "verify",
    ),
    _department(
        "11", "1.022379", "KHOA-HOC", "Cấp giấy phép tiến hành công việc bức xạ", 90, "25 cd", "full", 2_000_000
    ),
    _department(
        "11", "1.001786", "KHOA-HOC", "Đăng ký hoạt động khoa học và công nghệ", 60, "10 wd", "full", 3_000_000
    ),
    _department("14", "1.009756", "DAU-TU", "Điều chỉnh dự án đầu tư trong khu công nghiệp", 90, "10 wd", "full"),
    _department("14", "1.009757", "DAU-TU", "Cấp giấy chứng nhận đăng ký đầu tư", 70, "15 wd", "full"),
    _department(
        "12", "1.012604", "TON-GIAO", "Đăng ký hoạt động tôn giáo tập trung", 60, "20 wd", "partial", 0, "verify"
    ),
    _department("12", "1.012606", "TON-GIAO", "Thông báo mở lớp bồi dưỡng về tôn giáo", 50, "0 none", "full"),
    _department("13", "1.022313", "NGOAI-VU", "Cho phép tổ chức hội nghị, hội thảo quốc tế", 70, "7 wd", "full"),
    _department("13", "1.022312", "NGOAI-VU", "Cấp giấy giới thiệu hộ chiếu công vụ", 90, "2 wd", "full", 0, "digital"),
)
"""61 procedures of 19 fields; every department and the communes have at least two."""


def handled_by(unit_type: int, department: str = "") -> tuple[Procedure, ...]:
    """The procedures that a commune, or the department with this code suffix, handles."""
    if unit_type == UNIT_TYPE_COMMUNE:
        return tuple(procedure for procedure in PROCEDURES if procedure.commune)
    return tuple(procedure for procedure in PROCEDURES if procedure.department == department)
