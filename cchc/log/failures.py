"""The failures of a log, each with its code, what happened and what to do next."""

from __future__ import annotations

from pathlib import Path

from cchc.errors import Corrupt, Refused, Unavailable
from cchc.log.port import MAX_PAYLOAD_BYTES


def payload_too_large(size: int) -> Refused:
    """A batch of ``size`` bytes is over ``MAX_PAYLOAD_BYTES``."""
    return Refused(
        "log.payload_too_large",
        vi=f"Lô dữ liệu dài {size} byte, vượt mức tối đa {MAX_PAYLOAD_BYTES} byte; chưa ghi gì.",
        en=f"A batch of {size} bytes is over the limit of {MAX_PAYLOAD_BYTES} bytes; nothing was stored.",
        next_vi="Chia thành các lô nhỏ hơn rồi gửi lại.",
        next_en="Split it into smaller batches and send them again.",
    )


def closed() -> Unavailable:
    """The log is not open: not yet, or no longer."""
    return Unavailable(
        "log.closed",
        vi="Nhật ký chưa mở hoặc đã đóng; chưa ghi gì.",
        en="The log is not open; nothing was stored.",
        next_vi="Gửi lại sau khi hệ thống khởi động xong.",
        next_en="Send again when the service has started.",
    )


def locked(path: Path) -> Unavailable:
    """Another process or connection holds the log's file for longer than the caller is willing to wait."""
    return Unavailable(
        "log.locked",
        vi=f"Tệp nhật ký {path} đang bị một chương trình khác giữ; chưa ghi gì.",
        en=f"The log {path} is held by another program; nothing was stored.",
        next_vi="Đóng chương trình kia (hoặc bản sao thứ hai của hệ thống) rồi gửi lại.",
        next_en="Stop the other program (or the second copy of this one), then send again.",
    )


def disk_full(path: Path) -> Unavailable:
    """The disk takes no more bytes: it is full, over quota, or the file has reached the size that it may have."""
    return Unavailable(
        "log.disk_full",
        vi=f"Đĩa không nhận thêm dữ liệu cho {path} (đầy, vượt hạn mức hoặc tệp đạt cỡ tối đa); dữ liệu cũ còn nguyên.",
        en=f"The disk takes no more bytes for {path} (full, over quota, or at the file size limit); "
        "nothing was stored and what was stored before is as it was.",
        next_vi="Giải phóng dung lượng hoặc tăng hạn mức rồi gửi lại.",
        next_en="Free some space or raise the limit, then send again.",
    )


def disk_failed(path: Path, reason: str) -> Unavailable:
    """The disk or the file system reported an error that is not lack of space."""
    return Unavailable(
        "log.disk_failed",
        vi=f"Đĩa báo lỗi khi đọc hoặc ghi {path} ({reason}); lô đang gửi chưa được xác nhận.",
        en=f"The disk reported an error on {path} ({reason}); the batch was not acknowledged.",
        next_vi="Kiểm tra đĩa và hệ thống tệp, khởi động lại rồi gửi lại.",
        next_en="Check the disk and the file system, restart, then send again.",
    )


def read_only(path: Path) -> Unavailable:
    """The file or its folder cannot be written: missing, read-only, or someone else's."""
    return Unavailable(
        "log.read_only",
        vi=f"Không ghi được {path}: thư mục không có, chỉ đọc, hoặc thuộc người dùng khác.",
        en=f"The log {path} cannot be written: its folder is missing, read-only, or another user's.",
        next_vi="Tạo thư mục hoặc cấp quyền ghi tệp và thư mục cho tài khoản chạy hệ thống, rồi thử lại.",
        next_en="Create the folder, or let this program's user write the file and its folder, then try again.",
    )


def unsuitable_filesystem(path: Path) -> Unavailable:
    """The file system cannot carry a write-ahead log, as network shares cannot."""
    return Unavailable(
        "log.unsuitable_filesystem",
        vi=f"Nơi lưu {path} không dùng được cho nhật ký ghi trước (ví dụ ổ mạng).",
        en=f"{path} is on storage that cannot carry a write-ahead log (a network share, for example).",
        next_vi="Đặt thư mục dữ liệu trên đĩa cục bộ.",
        next_en="Put the data folder on a local disk.",
    )


def corrupt(path: Path | str, offset: int | None, reason: str) -> Corrupt:
    """Stored bytes are not what was appended.

    Args:
        path: the log's file, or its topic and partition.
        offset: the first batch that cannot be trusted, or None when the damage lies where no single batch does.
        reason: what did not fit, in English.
    """
    where_vi = "" if offset is None else f" tại lô {offset}"
    where_en = "" if offset is None else f" at offset {offset}"
    return Corrupt(
        "log.corrupt",
        vi=f"Nhật ký {path} bị hỏng{where_vi} ({reason}).",
        en=f"The log {path} is damaged{where_en} ({reason}).",
        next_vi="Dừng hệ thống, giữ lại tệp này, kiểm tra đĩa và khôi phục từ bản sao lưu.",
        next_en="Stop the service, keep this file, check the disk, and restore from a backup.",
    )


def missing(path: Path) -> Corrupt:
    """The log's file is gone or empty, and what belongs to it is still there: opening would destroy what is left."""
    return Corrupt(
        "log.missing",
        vi=f"Tệp nhật ký {path} không có hoặc rỗng, trong khi tệp -wal hoặc kho số liệu của nó còn; chưa thay đổi gì.",
        en=f"The log {path} is missing or empty while its -wal file or its store is there; nothing was changed.",
        next_vi="Không xóa gì trong thư mục này: tìm lại tệp nhật ký và đặt vào chỗ cũ; nếu không còn, "
        "khôi phục từ bản sao lưu vào một thư mục mới.",
        next_en="Delete nothing there: find the log's file and put it back in its place; if it is gone, restore a "
        "backup into a new directory.",
    )


def newer_schema(path: Path, found: int, known: int) -> Corrupt:
    """A later version of this program wrote the file."""
    return Corrupt(
        "log.newer_schema",
        vi=f"Nhật ký {path} có phiên bản {found}, chương trình này chỉ biết đến phiên bản {known}.",
        en=f"The log {path} has schema version {found}; this program knows versions up to {known}.",
        next_vi="Cài phiên bản chương trình mới hơn; tệp chưa bị thay đổi.",
        next_en="Install the newer program; the file was not changed.",
    )


def not_a_log(path: Path) -> Corrupt:
    """The file is something else, or its first bytes are damaged."""
    return Corrupt(
        "log.not_a_log",
        vi=f"{path} không phải là nhật ký của hệ thống này, hoặc phần đầu tệp đã hỏng; tệp chưa bị thay đổi.",
        en=f"{path} is not a log of this program, or its first bytes are damaged; it was not changed.",
        next_vi="Chọn thư mục dữ liệu khác, hoặc khôi phục tệp từ bản sao lưu.",
        next_en="Choose another data folder, or restore the file from a backup.",
    )


def unavailable(address: str, reason: str) -> Unavailable:
    """The brokers do not answer, or cannot do now what they were asked."""
    return Unavailable(
        "log.unavailable",
        vi=f"Không kết nối được nhật ký Kafka {address} ({reason}).",
        en=f"The Kafka log {address} cannot be reached or cannot answer now ({reason}).",
        next_vi="Kiểm tra mạng và các máy chủ Kafka; thử lại sau.",
        next_en="Check the network and the brokers; try again later.",
    )


def unacknowledged(address: str, reason: str) -> Unavailable:
    """The brokers did not confirm an append in time: it may be stored, or some of it, or nothing."""
    return Unavailable(
        "log.unavailable",
        vi=f"Kafka {address} chưa xác nhận lô đang gửi ({reason}); không biết lô đã được ghi hay chưa.",
        en=f"Kafka at {address} did not acknowledge the append ({reason}); it may be stored or not.",
        next_vi="Gửi lại: dữ kiện đã ghi thì không bị tính hai lần.",
        next_en="Send it again: facts that are stored already count once.",
    )


def not_allowed(address: str, reason: str) -> Refused:
    """The brokers know this program and refuse it, or do not know it."""
    return Refused(
        "log.not_allowed",
        vi=f"Kafka {address} từ chối quyền truy cập ({reason}).",
        en=f"Kafka at {address} refused access ({reason}).",
        next_vi="Kiểm tra tài khoản, mật khẩu, chứng thư và quyền (ACL) trên chủ đề.",
        next_en="Check the user, its password or certificate, and its rights (ACLs) on the topics.",
    )


def tls_failed(address: str, reason: str) -> Refused:
    """The brokers and this program do not trust each other's certificates, or one of the two speaks no TLS."""
    return Refused(
        "log.tls_failed",
        vi=f"Không lập được kết nối TLS với Kafka {address} ({reason}).",
        en=f"No TLS connection to Kafka at {address} can be made ({reason}).",
        next_vi="Kiểm tra CCHC_KAFKA_SECURITY và cổng, CCHC_KAFKA_CA_FILE (chứng thư của bên ký), tên máy chủ và "
        "thời hạn trong chứng thư, CCHC_KAFKA_CERT_FILE và CCHC_KAFKA_KEY_FILE nếu Kafka đòi chứng thư.",
        next_en="Check CCHC_KAFKA_SECURITY and the port, CCHC_KAFKA_CA_FILE (who signs), the host name and the dates "
        "in the broker's certificate, and CCHC_KAFKA_CERT_FILE and CCHC_KAFKA_KEY_FILE if Kafka asks for one.",
    )


def setting_unreadable(variable: str, reason: str) -> Refused:
    """An environment variable of Kafka means nothing, or names a file that cannot be read."""
    return Refused(
        "log.setting_unreadable",
        vi=f"Biến môi trường {variable} không hợp lệ: {reason}.",
        en=f"The environment variable {variable} cannot be used: {reason}.",
        next_vi="Sửa hoặc bỏ biến đó rồi chạy lại.",
        next_en="Correct it, or leave it out, and start again.",
    )


def topic_missing(topic: str) -> Refused:
    """The cluster has no such topic; topics are made on purpose, never by writing to them."""
    return Refused(
        "log.topic_missing",
        vi=f"Không có chủ đề Kafka {topic}.",
        en=f"There is no Kafka topic {topic}.",
        next_vi="Tạo các chủ đề bằng `cchc topics create`, hoặc kiểm tra địa chỉ cụm.",
        next_en="Make the topics with `cchc topics create`, or check the cluster's address.",
    )


def topic_unsuitable(topic: str, reason: str) -> Refused:
    """The topic's settings would lose facts or give them the sender's times."""
    return Refused(
        "log.topic_unsuitable",
        vi=f"Chủ đề Kafka {topic} có thiết lập không dùng được cho nhật ký: {reason}.",
        en=f"The Kafka topic {topic} is not set up as a log: {reason}.",
        next_vi="Xem chỗ khác nhau bằng `cchc topics check`, rồi sửa bằng `cchc topics create`.",
        next_en="See the differences with `cchc topics check`, and set them with `cchc topics create`.",
    )


def crc32c_missing() -> Refused:
    """The Kafka client lacks its checksum library, and would take eighteen times as long."""
    return Refused(
        "log.crc32c_missing",
        vi="Thiếu thư viện crc32c của kafka-python: ghi và đọc nhật ký sẽ chậm hơn nhiều lần.",
        en="kafka-python lacks its crc32c library: reading and writing the log would be many times slower.",
        next_vi="Cài lại theo requirements.lock (kafka-python[crc32c,zstd]).",
        next_en="Install again from requirements.lock (kafka-python[crc32c,zstd]).",
    )


def batches_missing(partition: str, expected: int, reason: str) -> Corrupt:
    """The log begins later, or goes on elsewhere, than where it was left."""
    return Corrupt(
        "log.batches_missing",
        vi=f"Phân vùng {partition} thiếu lô từ vị trí {expected} ({reason}): dữ liệu đã bị xóa hoặc cắt bớt.",
        en=f"Partition {partition} lacks batches from offset {expected} on ({reason}): they were deleted or cut off.",
        next_vi="Dừng hệ thống, kiểm tra thời hạn lưu của chủ đề và các bản sao; khôi phục từ bản sao lưu.",
        next_en="Stop, check the topic's retention and its replicas, and restore from a backup.",
    )


def no_servers() -> Refused:
    """The environment names no Kafka brokers to something that needs them."""
    return Refused(
        "log.no_servers",
        vi="Chưa đặt biến môi trường CCHC_KAFKA_SERVERS.",
        en="The environment variable CCHC_KAFKA_SERVERS is not set.",
        next_vi="Đặt biến này là địa chỉ các máy chủ Kafka (host:port, cách nhau bằng dấu phẩy) rồi chạy lại.",
        next_en="Set it to the brokers' addresses (host:port, with commas between them) and start again.",
    )
