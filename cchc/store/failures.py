"""The failures of a store, each with its code, what happened and what to do next."""

from __future__ import annotations

from pathlib import Path

from cchc.errors import Corrupt, Refused, Unavailable


def statement_refused(reason: str) -> Refused:
    """The server does not take the statement; ``reason`` is its code and first line."""
    return Refused(
        "store.statement_refused",
        vi=f"Kho số liệu không nhận câu lệnh: {reason}",
        en=f"The store refused the statement: {reason}",
        next_vi="Đây là lỗi của chương trình: kiểm tra phiên bản đã cài, rồi gửi nội dung này cho quản trị viên.",
        next_en="This is a fault of the program: check the installed version and report this text.",
    )


class NoSuchTable(Refused):
    """A statement names a table or a database that the server that was asked does not have."""


def no_such_table(reason: str) -> NoSuchTable:
    """As ``statement_refused``, for whoever may find the table elsewhere."""
    refused = statement_refused(reason)
    return NoSuchTable(refused.code, vi=refused.vi, en=refused.en, next_vi=refused.next_vi, next_en=refused.next_en)


def parameter_refused(name: str, reason: str) -> Refused:
    """A parameter's value does not fit the type that the SQL gives it."""
    return Refused(
        "store.parameter_refused",
        vi=f"Tham số {name} không hợp lệ ({reason}); chưa chạy câu lệnh.",
        en=f"Parameter {name} is not valid ({reason}); nothing was run.",
        next_vi="Sửa giá trị đã nhập rồi thử lại.",
        next_en="Correct the value and try again.",
    )


def column_refused(name: str, reason: str) -> Refused:
    """A column of an insert does not fit the table."""
    return Refused(
        "store.column_refused",
        vi=f"Cột {name} không ghi được ({reason}); chưa ghi dòng nào.",
        en=f"Column {name} cannot be stored ({reason}); no row was stored.",
        next_vi="Sửa giá trị của cột rồi ghi lại cả lô.",
        next_en="Correct the column's values, then insert the whole batch again.",
    )


def insert_too_large(rows: int, limit: int) -> Refused:
    """An insert has more rows than can become visible as a whole."""
    return Refused(
        "store.insert_too_large",
        vi=f"Lô ghi có {rows} dòng, quá mức {limit} dòng; chưa ghi dòng nào.",
        en=f"The insert has {rows} rows, over the limit of {limit}; no row was stored.",
        next_vi="Chia thành các lô nhỏ hơn rồi ghi lại.",
        next_en="Split it into smaller inserts.",
    )


def name_refused(name: str) -> Refused:
    """A name of a database, table or column that is not plain."""
    return Refused(
        "store.name_refused",
        vi=f"Tên {name!r} không dùng được cho cơ sở dữ liệu, bảng hoặc cột.",
        en=f"The name {name!r} cannot name a database, a table or a column.",
        next_vi="Dùng chữ thường không dấu, chữ số và dấu gạch dưới, bắt đầu bằng chữ.",
        next_en="Use lower-case ASCII letters, digits and underscores, beginning with a letter.",
    )


def answer_refused(reason: str) -> Refused:
    """A query answers in a type that the store does not carry."""
    return Refused(
        "store.answer_refused",
        vi=f"Kết quả truy vấn không đọc được thành số nguyên hoặc văn bản ({reason}).",
        en=f"The answer cannot be read as integers and text ({reason}).",
        next_vi="Đây là lỗi của chương trình: báo quản trị viên.",
        next_en="In the SQL, turn decimals into integers or text, binary strings into hex(), and avoid floats.",
    )


def path_refused(path: Path, reason: str) -> Refused:
    """The directory cannot hold a store."""
    return Refused(
        "store.path_refused",
        vi=f"Thư mục {path} không dùng làm kho số liệu được ({reason}).",
        en=f"The directory {path} cannot hold the store ({reason}).",
        next_vi="Chọn thư mục khác, hoặc cấp quyền đọc và ghi cho thư mục này.",
        next_en="Choose another directory, or give this one read and write permission.",
    )


def one_path_per_process(path: Path) -> Refused:
    """The embedded engine already runs in this process on another directory."""
    return Refused(
        "store.one_path_per_process",
        vi=f"Không mở được kho số liệu {path}: tiến trình này đang mở một kho khác.",
        en=f"The store {path} cannot be opened: this process has another store directory open.",
        next_vi="Đóng kho kia trước, hoặc mở kho này trong một tiến trình khác.",
        next_en="Close the other store first, or open this one in another process.",
    )


def not_durable(path: Path) -> Refused:
    """The engine runs without this program's settings, because something else started it in this process."""
    return Refused(
        "store.not_durable",
        vi=f"Kho số liệu {path} đã được mở không qua chương trình này nên không bảo đảm ghi bền.",
        en=f"Something else opened the store {path} in this process, without the settings that make inserts durable.",
        next_vi="Khởi động lại tiến trình và chỉ mở kho bằng chương trình này.",
        next_en="Start the process again and let only this program open the store.",
    )


def closed() -> Unavailable:
    """The store is not open: not yet, or no longer."""
    return Unavailable(
        "store.closed",
        vi="Kho số liệu chưa mở hoặc đã đóng; chưa chạy câu lệnh.",
        en="The store is not open; nothing was run.",
        next_vi="Thử lại sau khi hệ thống khởi động xong.",
        next_en="Try again when the service has started.",
    )


def locked(path: Path, holder: str) -> Unavailable:
    """Another process has the store's directory; ``holder`` names it as far as is known."""
    return Unavailable(
        "store.locked",
        vi=f"Kho số liệu {path} đang được một tiến trình khác mở ({holder}).",
        en=f"The store {path} is open in another process ({holder}).",
        next_vi="Dừng tiến trình kia (thường là `cchc serve`), hoặc hỏi số liệu qua tiến trình đó.",
        next_en="Stop that process (often `cchc serve`), or ask it for the figures.",
    )


def disk_full(reason: str) -> Unavailable:
    """There is no space left for the store."""
    return Unavailable(
        "store.disk_full",
        vi=f"Đĩa không còn chỗ cho kho số liệu ({reason}); lô đang ghi chưa được lưu.",
        en=f"There is no space left for the store ({reason}); what was being stored was not.",
        next_vi="Giải phóng dung lượng đĩa rồi thử lại.",
        next_en="Free some disk space, then try again.",
    )


def memory_limit(reason: str) -> Unavailable:
    """A statement needs more memory than it may use."""
    return Unavailable(
        "store.memory_limit",
        vi=f"Câu lệnh cần nhiều bộ nhớ hơn mức cho phép ({reason}).",
        en=f"The statement needs more memory than it may use ({reason}).",
        next_vi="Thử lại khi máy ít việc hơn, thu hẹp kỳ hoặc đơn vị, hoặc tăng giới hạn bộ nhớ của kho số liệu.",
        next_en="Try again when the machine is less busy, narrow the period or unit, or raise the memory limit.",
    )


def busy(reason: str) -> Unavailable:
    """The server has too much to do."""
    return Unavailable(
        "store.busy",
        vi=f"Kho số liệu đang quá tải ({reason}).",
        en=f"The store has too much to do ({reason}).",
        next_vi="Thử lại sau ít phút.",
        next_en="Try again in a few minutes.",
    )


def unavailable(reason: str) -> Unavailable:
    """The server is away, or went away before it answered: what was being stored may be stored."""
    return Unavailable(
        "store.unavailable",
        vi=f"Máy chủ kho số liệu không trả lời ({reason}); lô đang ghi có thể đã hoặc chưa được lưu.",
        en=f"The store's server does not answer ({reason}); what was being stored may or may not be.",
        next_vi="Kiểm tra máy chủ ClickHouse và đường mạng rồi chạy lại; ghi lại cùng một lô không làm sai số liệu.",
        next_en="Check the ClickHouse server and the network, then try again: storing the same twice changes nothing.",
    )


def tls_failed(reason: str) -> Refused:
    """The server's certificate is not trusted, or one of the two speaks no TLS."""
    return Refused(
        "store.tls_failed",
        vi=f"Không lập được kết nối TLS với máy chủ kho số liệu ({reason}).",
        en=f"No TLS connection to the store's server can be made ({reason}).",
        next_vi="Kiểm tra CCHC_CLICKHOUSE_SECURE và cổng, CCHC_CLICKHOUSE_CA_FILE (chứng thư của bên ký), tên máy chủ "
        "và thời hạn trong chứng thư.",
        next_en="Check CCHC_CLICKHOUSE_SECURE and the port, CCHC_CLICKHOUSE_CA_FILE (who signs), and the host name and "
        "the dates in the server's certificate.",
    )


def not_filled() -> Unavailable:
    """No aggregator has set the store up yet."""
    return Unavailable(
        "store.not_filled",
        vi="Kho số liệu chưa được bộ gộp nào dựng.",
        en="No aggregator has set up the store yet.",
        next_vi="Chạy ít nhất một bộ gộp (services.aggregator) trên cùng kho, rồi hỏi lại.",
        next_en="Run at least one aggregator (services.aggregator) on the same store, then ask again.",
    )


def login_refused(reason: str) -> Refused:
    """The server does not let this user in, or not do this."""
    return Refused(
        "store.login_refused",
        vi=f"Máy chủ kho số liệu từ chối người dùng hoặc mật khẩu ({reason}).",
        en=f"The store's server refuses the user or the password ({reason}).",
        next_vi="Kiểm tra CCHC_CLICKHOUSE_USER, CCHC_CLICKHOUSE_PASSWORD và quyền của người dùng đó.",
        next_en="Check CCHC_CLICKHOUSE_USER, CCHC_CLICKHOUSE_PASSWORD and what that user may do.",
    )


def cluster_refused(cluster: str, reason: str) -> Refused:
    """The servers do not have such a cluster, or have it in a shape that cannot keep what is promised."""
    return Refused(
        "store.cluster_refused",
        vi=f"Không dùng được cụm máy chủ {cluster} ({reason}).",
        en=f"The cluster {cluster} cannot be used ({reason}).",
        next_vi="Sửa CCHC_CLICKHOUSE_CLUSTER hoặc remote_servers của máy chủ; các mảnh phải có số bản sao bằng nhau.",
        next_en="Correct CCHC_CLICKHOUSE_CLUSTER or the servers' remote_servers: shards need equally many replicas.",
    )


def corrupt(reason: str) -> Corrupt:
    """Stored bytes are not what was written."""
    return Corrupt(
        "store.corrupt",
        vi=f"Kho số liệu bị hỏng ({reason}).",
        en=f"The store is damaged ({reason}).",
        next_vi="Chạy `cchc rebuild`: kho hỏng được cất riêng, kho mới dựng lại từ nhật ký, không mất số liệu; "
        "kiểm tra đĩa.",
        next_en="Run `cchc rebuild`: it sets the damaged store aside and builds another from the log; "
        "nothing is lost. Check the disk.",
    )


def newer_schema(found: int, known: int) -> Corrupt:
    """The database was migrated by a newer program."""
    return Corrupt(
        "store.newer_schema",
        vi=f"Lược đồ của kho số liệu (số {found}) mới hơn chương trình này (số {known}).",
        en=f"The store's schema (number {found}) is newer than this program's (number {known}).",
        next_vi="Cài phiên bản chương trình mới hơn, hoặc chạy `cchc rebuild` để dựng kho mới từ nhật ký.",
        next_en="Install the newer program, or run `cchc rebuild` to build another store from the log.",
    )


def migration_changed(number: int, reason: str) -> Corrupt:
    """What was applied is not what the program has under that number."""
    return Corrupt(
        "store.migration_changed",
        vi=f"Bước lược đồ {number:04d} của kho số liệu không khớp với chương trình ({reason}).",
        en=f"Migration {number:04d} of the store is not the one that this program has ({reason}).",
        next_vi="Cài đúng phiên bản chương trình, hoặc chạy `cchc rebuild` để dựng kho mới từ nhật ký.",
        next_en="Install the program that belongs to the store, or run `cchc rebuild` to build another from the log.",
    )


def migration_refused(file: str, reason: str) -> Refused:
    """A file of the schema breaks a rule; nothing of any file was applied."""
    return Refused(
        "store.migration_refused",
        vi=f"Tệp lược đồ {file} không hợp lệ ({reason}); chưa áp dụng gì.",
        en=f"The schema file {file} breaks a rule ({reason}); nothing was applied.",
        next_vi="Cài lại chương trình; nếu vẫn lỗi, báo quản trị viên.",
        next_en="Correct the file; in an installed program, install it again.",
    )
