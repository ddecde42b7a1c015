"""The failures of the edge itself, each with its code, what happened and what to do next."""

from __future__ import annotations

from cchc.errors import Refused, Unavailable
from cchc.recording.refusal import Refusal


class RateLimited(Unavailable):
    """The caller sends more than it may; ``retry_after_ms`` says when the same would be taken."""

    def __init__(self, name: str, retry_after_ms: int) -> None:
        seconds = -(-retry_after_ms // 1000)
        super().__init__(
            "rpc.rate_limited",
            vi=f"“{name}” gửi nhanh hơn mức cho phép; chưa ghi gì của lần gọi này.",
            en=f"{name!r} sends faster than it may; nothing of this call was recorded.",
            next_vi=f"Gửi lại sau {seconds} giây.",
            next_en=f"Send again after {seconds} s.",
        )
        self.retry_after_ms = retry_after_ms


class FactRefused(Refused):
    """The one fact of a call was not taken; ``refusal`` says which field and why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(
            refusal.code,
            vi=refusal.vi,
            en=refusal.en,
            next_vi="Sửa trường đó rồi gửi lại.",
            next_en="Correct the field and send again.",
        )
        self.refusal = refusal


def too_many_facts(count: int, most: int) -> Refused:
    """More facts in one message than a service takes."""
    return Refused(
        "rpc.too_many_facts",
        vi=f"Một lần gọi có {count} dữ kiện, tối đa {most}; chưa ghi gì của lần gọi này.",
        en=f"{count} facts in one message, at most {most} are taken; nothing of it was recorded.",
        next_vi="Chia nhỏ rồi gửi lại, hoặc dùng StreamFacts.",
        next_en="Split it and send again, or use StreamFacts.",
    )


def unreadable_message() -> Refused:
    """What was sent is no message of the contract."""
    return Refused(
        "rpc.unreadable_message",
        vi="Nội dung gửi đến không đọc được theo hợp đồng dữ liệu (protobuf); chưa ghi gì của nội dung đó.",
        en="What was sent cannot be read as a message of the contract (protobuf); nothing of it was recorded.",
        next_vi="Dùng đúng phương thức và tệp .proto của máy chủ này; gửi lại nguyên như vậy thì vẫn bị từ chối.",
        next_en="Use the method's own message, of this server's .proto files; the same bytes are refused again.",
    )


def too_many_streams(most: int) -> Unavailable:
    """As many streams are open as threads are set aside for them."""
    return Unavailable(
        "rpc.too_many_streams",
        vi=f"Đang có {most} luồng gửi; máy chủ không nhận thêm luồng.",
        en=f"{most} streams are open; the server takes no more of them now.",
        next_vi="Gửi lại sau, hoặc dùng RecordFacts.",
        next_en="Try again later, or use RecordFacts.",
    )


def too_many_searches() -> Unavailable:
    """As many facts are being looked for as threads are set aside for that."""
    return Unavailable(
        "rpc.too_many_searches",
        vi="Đang có đủ số lần tìm dữ kiện (FindFact) mà máy chủ nhận cùng lúc.",
        en="The server looks for as many facts (FindFact) as it takes at once.",
        next_vi="Hỏi lại sau, lần lượt từng dữ kiện.",
        next_en="Ask again later, one fact after the other.",
    )


def deadline_passed() -> Unavailable:
    """The client has stopped waiting, or will have before anything could be done."""
    return Unavailable(
        "rpc.deadline",
        vi="Hết thời hạn của lần gọi trước khi ghi; chưa ghi gì của lần gọi này.",
        en="The call's deadline passed before anything was recorded; nothing of it was.",
        next_vi="Gửi lại với thời hạn dài hơn.",
        next_en="Send again with a longer deadline.",
    )


def not_confirmed() -> Unavailable:
    """The log has not said in the caller's time whether it has the facts."""
    return Unavailable(
        "rpc.not_confirmed",
        vi="Nhật ký chưa xác nhận trong thời hạn của lần gọi; không biết dữ kiện đã được ghi hay chưa.",
        en="The log did not confirm within the call's deadline; the facts may be recorded or not.",
        next_vi="Gửi lại: dữ kiện đã ghi thì không bị tính hai lần.",
        next_en="Send them again: facts that are recorded already count once.",
    )


def not_found_in_time() -> Unavailable:
    """The log could not be searched in the caller's time."""
    return Unavailable(
        "rpc.not_found_in_time",
        vi="Chưa tìm xong trong nhật ký trước thời hạn của lần gọi.",
        en="The log was not searched to its end within the call's deadline.",
        next_vi="Hỏi lại với thời hạn dài hơn và cho biết subject; nếu vẫn lâu, báo nơi vận hành: dịch vụ không hỏi "
        "được kho số liệu (CCHC_CLICKHOUSE_HOST) nên phải đọc cả nhật ký.",
        next_en="Ask again with a longer deadline and name the subject; if that is no help, tell the operator: without "
        "a store to ask (CCHC_CLICKHOUSE_HOST) the service has to read its whole log.",
    )


def internal(correlation_id: str) -> Unavailable:
    """A mistake in this program."""
    return Unavailable(
        "rpc.internal",
        vi=f"Lỗi chương trình (mã tra cứu {correlation_id}).",
        en=f"A fault in the program (correlation id {correlation_id}).",
        next_vi="Gửi lại được; nếu còn lỗi, báo nơi vận hành kèm mã tra cứu.",
        next_en="It may be sent again; if it persists, tell the operator the correlation id.",
    )


def bad_identity() -> Refused:
    """A fact was asked for by something that is no identity."""
    return Refused(
        "rpc.bad_identity",
        vi="event_id phải gồm 16 byte.",
        en="event_id must have 16 bytes.",
        next_vi="Dùng event_id trong biên nhận.",
        next_en="Use the event_id of the receipt.",
    )


def insecure_address(address: str) -> Refused:
    """An address that others can reach, without TLS."""
    return Refused(
        "rpc.insecure_address",
        vi=f"{address} không phải địa chỉ nội bộ của máy mà lại không có TLS.",
        en=f"{address} is not a loopback address, and there is no TLS.",
        next_vi="Đặt CCHC_GRPC_TLS_CERTIFICATE và CCHC_GRPC_TLS_KEY, hoặc CCHC_GRPC_PLAINTEXT=1 sau proxy có TLS.",
        next_en="Set CCHC_GRPC_TLS_CERTIFICATE and CCHC_GRPC_TLS_KEY, or CCHC_GRPC_PLAINTEXT=1 behind a TLS proxy.",
    )


def address_taken(address: str) -> Unavailable:
    """Nothing can be bound there."""
    return Unavailable(
        "rpc.address_taken",
        vi=f"Không mở được địa chỉ {address}: đã có chương trình khác dùng, hoặc không có quyền.",
        en=f"{address} cannot be bound: another program has it, or it is not allowed.",
        next_vi="Dừng chương trình kia, hoặc chọn địa chỉ khác bằng --grpc.",
        next_en="Stop the other program, or choose another address with --grpc.",
    )


def metrics_address(address: str, reason: str) -> Unavailable:
    """The page of metrics cannot be opened there."""
    return Unavailable(
        "rpc.metrics_address",
        vi=f"Không mở được trang số đo tại {address}: {reason}.",
        en=f"The page of metrics cannot be opened at {address}: {reason}.",
        next_vi="Dừng chương trình đang dùng địa chỉ đó, hoặc sửa CCHC_METRICS_ADDRESS (máy:cổng).",
        next_en="Stop the program that has the address, or correct CCHC_METRICS_ADDRESS (host:port).",
    )


def certificate_unreadable(path: str, reason: str) -> Refused:
    """A file of TLS cannot be read."""
    return Refused(
        "rpc.certificate_unreadable",
        vi=f"Không đọc được tệp TLS {path}: {reason}.",
        en=f"The TLS file {path} cannot be read: {reason}.",
        next_vi="Kiểm tra đường dẫn và quyền đọc.",
        next_en="Check its path and the right to read it.",
    )


def setting_unreadable(reason: str) -> Refused:
    """An environment variable has a value that means nothing."""
    return Refused(
        "rpc.setting_unreadable",
        vi=f"Biến môi trường CCHC_GRPC_… không hợp lệ: {reason}.",
        en=f"An environment variable CCHC_GRPC_… cannot be read: {reason}.",
        next_vi="Sửa hoặc bỏ biến đó.",
        next_en="Correct it, or leave it out.",
    )
