"""The failures of the command line itself, each with its code, what happened and what to do next."""

from __future__ import annotations

from pathlib import Path

from cchc.errors import Refused, Unavailable, system_reason


def mapping_of_another_kind(mapping: str, kind: str, asked: str) -> Refused:
    """The mapping is for one kind of file, the command for another."""
    return Refused(
        "import.mapping_of_another_kind",
        vi=f"Tệp nối cột {mapping} dùng cho {kind}, không phải {asked}; chưa nhập gì.",
        en=f"The mapping {mapping} is for {kind}, not for {asked}; nothing was imported.",
        next_vi=f"Chạy lại với: cchc import {kind} …, hoặc chọn tệp nối cột khác.",
        next_en=f"Run it as: cchc import {kind} …, or choose another mapping.",
    )


def source_unnamed(source: str, reason_vi: str, reason_en: str) -> Refused:
    """The name of the source system is blank or cannot be a name."""
    return Refused(
        "import.source_unnamed",
        vi=f"Tên hệ thống nguồn “{source}” không dùng được: {reason_vi}",
        en=f"The source system cannot be named {source!r}: {reason_en}",
        next_vi="Đặt --source là một tên ngắn, giữ nguyên giữa các lần nhập, ví dụ one-stop.",
        next_en="Give --source a short name that stays the same from import to import, like one-stop.",
    )


def rejects_not_written(path: Path, error: OSError) -> Unavailable:
    """The good rows are in the log, but the rejected ones could not be written beside the file."""
    return Unavailable(
        "import.rejects_not_written",
        vi=f"Các dòng hợp lệ đã được nhập, nhưng không ghi được tệp dòng bị từ chối {path}: {system_reason(error)}.",
        en=f"The good rows were imported, but the rejected ones could not be written to {path}: {error.strerror}.",
        next_vi="Chép tệp sang thư mục ghi được rồi nhập lại: không có gì bị nhập trùng.",
        next_en="Copy the file to a folder that can be written and import it again: nothing is taken twice.",
    )


def output_not_written(path: Path, error: OSError) -> Unavailable:
    """The answer is known, but the file for it cannot be written."""
    return Unavailable(
        "output.not_written",
        vi=f"Không ghi được kết quả ra {path}: {system_reason(error)}.",
        en=f"The answer cannot be written to {path}: {error.strerror}.",
        next_vi="Chọn tệp khác bằng --output, hoặc kiểm tra quyền ghi và dung lượng đĩa.",
        next_en="Choose another file with --output, or check its permissions and the disk.",
    )


def system_failed(error: OSError) -> Unavailable:
    """The operating system refused something that no other error speaks of."""
    where = f" {error.filename}" if error.filename else ""
    return Unavailable(
        "system.failed",
        vi=f"Hệ điều hành báo lỗi{where}: {system_reason(error)}.",
        en=f"The operating system reported an error{where}: {error.strerror or error}.",
        next_vi="Kiểm tra đường dẫn, quyền truy cập và dung lượng đĩa, rồi chạy lại.",
        next_en="Check the path, its permissions and the disk, then run it again.",
    )


def no_data_directory(path: Path) -> Refused:
    """A verb that only reads was given a directory that is not there, or has no log."""
    return Refused(
        "data.missing",
        vi=f"Không có dữ liệu ở {path}: thư mục không có, hoặc chưa có nhật ký trong đó.",
        en=f"There are no data in {path}: it is not there, or has no log in it.",
        next_vi="Kiểm tra --data, hoặc nhập dữ liệu vào đó trước (cchc import …).",
        next_en="Check --data, or import something into it first (cchc import …).",
    )


def no_embedded_store(path: Path) -> Refused:
    """The program was installed without the embedded store, as in the image for servers."""
    return Refused(
        "data.no_embedded_store",
        vi=f"Không mở được thư mục dữ liệu {path}: bản cài này không có kho số liệu nhúng (chdb).",
        en=f"The data directory {path} cannot be opened: this installation has no embedded store (chdb).",
        next_vi="Đặt CCHC_CLICKHOUSE_HOST và CCHC_KAFKA_SERVERS để dùng máy chủ, hoặc cài thêm phần “embedded”.",
        next_en="Set CCHC_CLICKHOUSE_HOST and CCHC_KAFKA_SERVERS to use servers, or install the extra 'embedded'.",
    )


def not_empty(path: Path) -> Refused:
    """A data directory was to be set up where somebody else's files lie."""
    return Refused(
        "data.not_empty",
        vi=f"{path} có tệp khác và không phải là thư mục dữ liệu; chưa ghi gì.",
        en=f"{path} has other files in it and is not a data directory; nothing was written.",
        next_vi="Chọn bằng --data một thư mục trống hoặc chưa có.",
        next_en="Choose with --data a directory that is empty or not there yet.",
    )


def store_behind(error: Unavailable) -> Unavailable:
    """The log has the facts, but the store could not take them in."""
    return Unavailable(
        "import.store_behind",
        vi=f"Các dữ kiện nhập đến đây đã nằm an toàn trong nhật ký, nhưng kho số liệu chưa đọc được ({error.code}).",
        en=f"The facts taken so far are safe in the log, but the store could not take them in ({error.code}).",
        next_vi=f"{error.next_vi} Lệnh tiếp theo sẽ tự đọc tiếp; nhập lại tệp này: không có gì bị nhập trùng.",
        next_en=f"{error.next_en} The store catches up with the next command; import this file again: nothing is taken "
        "twice.",
    )
