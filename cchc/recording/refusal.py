"""Why a fact is not taken: which field, a stable code, and the reason in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fact is not taken. The same again cannot help.

    Args:
        field: path within the fact, for example ``dossier_accepted.procedure_code``.
        code: stable, for machines.
        vi: the reason and what to do, in Vietnamese.
        en: the same in English.
    """

    field: str
    code: str
    vi: str
    en: str


def missing(field: str) -> Refusal:
    """A field that must be said is not."""
    return Refusal(field, "fact.missing", f"Thiếu {field}.", f"{field} is missing.")


def no_fact() -> Refusal:
    """The fact itself is not there, or of a type that this program does not know."""
    return Refusal(
        "fact",
        "fact.missing",
        "Không có nội dung dữ kiện, hoặc loại dữ kiện mới hơn chương trình này.",
        "There is no fact in it, or one of a type that this program does not know.",
    )


def not_taken_here(field: str, context: str) -> Refusal:
    """Another service takes facts of this type."""
    return Refusal(
        field,
        "fact.not_taken_here",
        f"Dịch vụ {context} không nhận loại dữ kiện {field}; xem Describe của các dịch vụ.",
        f"{context} does not take {field}; Describe says which service takes what.",
    )


def wrong_identity() -> Refusal:
    """The sender said an identity, and it is not that of the fact."""
    return Refusal(
        "event_id",
        "fact.wrong_identity",
        "event_id không phải định danh của dữ kiện này; hãy để trống, dịch vụ sẽ tự tính.",
        "event_id is not the identity of this fact; leave it empty, the service computes it.",
    )


def newer_contract() -> Refusal:
    """The fact says something that this program cannot read."""
    return Refusal(
        "fact",
        "fact.newer_contract",
        "Dữ kiện có trường mà chương trình này chưa biết; hãy nâng cấp máy chủ, hoặc gửi theo hợp đồng cũ.",
        "The fact has fields that this program does not know; update the server, or send by the older contract.",
    )


def too_long(field: str, characters: int, most: int) -> Refusal:
    """A text over its bound."""
    return Refusal(
        field,
        "fact.too_long",
        f"{field} dài {characters} ký tự; tối đa {most}.",
        f"{field} has {characters} characters; at most {most} are allowed.",
    )


def not_plain(field: str) -> Refusal:
    """A text with what cannot be seen, or not in the composed form of Unicode."""
    return Refusal(
        field,
        "fact.not_plain_text",
        f"{field} có ký tự điều khiển hoặc không nhìn thấy, hoặc không ở dạng Unicode dựng sẵn (NFC).",
        f"{field} has control or invisible characters, or is not in Unicode's composed form (NFC).",
    )


def personal_data(field: str, what_vi: str, what_en: str) -> Refusal:
    """A text that looks like personal data. The text itself is not repeated."""
    return Refusal(
        field,
        "fact.personal_data",
        f"{field} giống {what_vi}; không gửi dữ liệu cá nhân. Nếu là mã thật, hãy thêm tiền tố HS-, hoặc mã thay thế.",
        f"{field} looks like {what_en}; send no personal data. Give a genuine code the prefix HS-, or a pseudonym.",
    )


def time_out_of_range(field: str, *, past: bool) -> Refusal:
    """A time at which it cannot have happened, or cannot be due."""
    until_vi = "bây giờ (không quá 5 phút sau giờ máy chủ)" if past else "hết năm 2100"
    until_en = "now (at most 5 minutes after the server's clock)" if past else "the end of 2100"
    return Refusal(
        field,
        "fact.time_out_of_range",
        f"{field} phải từ 01/01/1990 đến {until_vi}, tính bằng mili giây UTC.",
        f"{field} must be from 1990-01-01 to {until_en}, in milliseconds UTC.",
    )


def day_out_of_range(field: str) -> Refusal:
    """A day that no decision can name."""
    return Refusal(
        field,
        "fact.day_out_of_range",
        f"{field} phải là ngày từ 02/09/1945 đến 31/12/2100, tính bằng số ngày kể từ 01/01/1970.",
        f"{field} must be a day from 1945-09-02 to 2100-12-31, in days since 1970-01-01.",
    )


def number_out_of_range(field: str, low: int, high: int) -> Refusal:
    """A number that means nothing."""
    return Refusal(
        field,
        "fact.number_out_of_range",
        f"{field} phải từ {low} đến {high}.",
        f"{field} must be from {low} to {high}.",
    )


def not_a_hash(field: str, size: int) -> Refusal:
    """Bytes that are no hash."""
    return Refusal(
        field,
        "fact.not_a_hash",
        f"{field} phải là mã băm SHA-256 ({size} byte), hoặc để trống.",
        f"{field} must be a SHA-256 of {size} bytes, or empty.",
    )


def bad_identity(field: str, size: int) -> Refusal:
    """Bytes that are no identity."""
    return Refusal(
        field,
        "fact.bad_identity",
        f"{field} phải là định danh gồm {size} byte, hoặc để trống.",
        f"{field} must be an identity of {size} bytes, or empty.",
    )


def unknown_word(field: str) -> Refusal:
    """A number that is none of the enumeration's."""
    return Refusal(
        field,
        "fact.unknown_value",
        f"{field} có giá trị mà hợp đồng không định nghĩa.",
        f"{field} has a value that the contract does not define.",
    )


def unknown_unit(field: str, code: str) -> Refusal:
    """No definition has this unit code."""
    return Refusal(
        field,
        "fact.unknown_unit",
        f"Không có đơn vị nào mang mã '{code}' trong danh mục.",
        f"No unit has the code '{code}'.",
    )


def unit_not_in_force(field: str, code: str, day: str) -> Refusal:
    """The unit is defined, but not on the day on which it happened."""
    return Refusal(
        field,
        "fact.unit_not_in_force",
        f"Đơn vị '{code}' không có hiệu lực vào ngày {day}; hãy dùng mã đơn vị kế thừa.",
        f"The unit '{code}' is not in force on {day}; use the code of its successor.",
    )


def unknown_procedure(field: str, code: str) -> Refusal:
    """No definition has this procedure code."""
    return Refusal(
        field,
        "fact.unknown_procedure",
        f"Không có thủ tục nào mang mã '{code}' trong danh mục.",
        f"No procedure has the code '{code}'.",
    )


def procedure_not_in_force(field: str, code: str, day: str) -> Refusal:
    """The procedure is defined, but not on the day on which it happened."""
    return Refusal(
        field,
        "fact.procedure_not_in_force",
        f"Thủ tục '{code}' không có hiệu lực vào ngày {day}.",
        f"The procedure '{code}' is not in force on {day}.",
    )


def wrong_subject(expected: str) -> Refusal:
    """A definition whose subject is not the code that it defines."""
    return Refusal(
        "subject",
        "fact.wrong_subject",
        f"subject phải là '{expected}'.",
        f"subject must be '{expected}'.",
    )


def not_your_source(source: str, name: str) -> Refusal:
    """The sender speaks in the name of a source system that is not its own."""
    return Refusal(
        "source_system",
        "fact.not_your_source",
        f"“{name}” không được nói thay hệ thống nguồn '{source}'.",
        f"{name!r} may not speak as the source system '{source}'.",
    )


def no_right(unit_code: str, name: str, what_vi: str, what_en: str) -> Refusal:
    """The sender may not say this of the unit."""
    of_vi = f"đơn vị '{unit_code}'" if unit_code else "toàn bộ danh mục"
    of_en = f"unit '{unit_code}'" if unit_code else "all registers"
    return Refusal(
        "unit_code",
        "fact.no_right",
        f"“{name}” không có quyền {what_vi} của {of_vi}.",
        f"{name!r} may not {what_en} for {of_en}.",
    )
