"""The bytes of a file, unpacked while they are read when the file is gzip, with an end to how much comes out."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from cchc.errors import Refused, system_reason
from services.intake.files.grid import not_a_table

GZIP = b"\x1f\x8b"
MAX_UNPACKED_BYTES = 8 * 1024**3
FREE_UNPACKED_BYTES = 64 * 1024**2
MAX_RATIO = 200
"""A CSV of real rows shrinks 5 to 30 times; what is large and shrinks more than this was made to fill memory."""


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes from the start, unpacked.

    Raises:
        Refused: ``import.no_such_file``; later, while reading, ``import.unpacks_too_large`` and ``import.not_a_table``.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise _not_opened(path, error) from error
    try:
        packed = raw.read(2) == GZIP
        raw.seek(0)
    except BaseException:
        raw.close()
        raise
    return cast("BinaryIO", io.BufferedReader(_Unpacked(path, raw), 1 << 18)) if packed else raw


def _not_opened(path: Path, error: OSError) -> Refused:
    if isinstance(error, IsADirectoryError):
        return Refused(
            "import.no_such_file",
            vi=f"{path.name} là thư mục, không phải tệp.",
            en=f"{path.name} is a directory, not a file.",
            next_vi="Ghi đường dẫn của từng tệp trong thư mục đó.",
            next_en="Give the path of one of the files in it.",
        )
    return Refused(
        "import.no_such_file",
        vi=f"Không mở được tệp {path.name}: {system_reason(error)}.",
        en=f"{path.name} cannot be opened: {error.strerror}.",
        next_vi="Kiểm tra đường dẫn và quyền đọc tệp.",
        next_en="Check its path and the right to read it.",
    )


class _Unpacked(io.RawIOBase):
    """gzip with a bound on what it unpacks to."""

    def __init__(self, path: Path, raw: BinaryIO) -> None:
        super().__init__()
        self._name = path.name
        self._raw = raw
        self._gzip = gzip.GzipFile(fileobj=raw)
        self._most = min(MAX_UNPACKED_BYTES, max(FREE_UNPACKED_BYTES, path.stat().st_size * MAX_RATIO))
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        try:
            read = self._gzip.read(len(view))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise not_a_table(
                self._name, "tệp gzip bị hỏng hoặc bị cắt cụt", "a gzip that is damaged or cut off"
            ) from error
        self._unpacked += len(read)
        if self._unpacked > self._most:
            raise too_large(self._name, self._most)
        view[: len(read)] = read
        return len(read)

    def close(self) -> None:
        if not self.closed:
            self._gzip.close()
            self._raw.close()
        super().close()


def too_large(file_name: str, most: int) -> Refused:
    """The refusal of a file that unpacks to more than it may."""
    return Refused(
        "import.unpacks_too_large",
        vi=f"Tệp {file_name} khi giải nén vượt quá {most // 1024**2} MB.",
        en=f"{file_name} unpacks to more than {most // 1024**2} MB.",
        next_vi="Nếu tệp là thật, hãy giải nén hoặc chia nhỏ rồi nhập từng phần.",
        next_en="If the file is genuine, unpack it or split it, and import the parts.",
    )
