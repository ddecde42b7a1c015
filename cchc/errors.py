"""What can go wrong on purpose, and what the reader can do about it.

CchcError
  Refused            the input or the request is wrong; the same again cannot help
  Unavailable        something it needs is away or busy; again later may help
  Corrupt            stored bytes cannot be trusted; stop, and call the operator

Every error carries a stable ``code`` for machines, a Vietnamese text for officers, an English text for logs, and what
to do next in both languages. The command line prints them and ends with an exit code that is not 0.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType


class CchcError(Exception):
    """Root of every error raised on purpose.

    Args:
        code: stable, lower case with dots, for example ``log.locked``.
        vi: what happened, in Vietnamese.
        en: what happened, in English.
        next_vi: what to do now, in Vietnamese.
        next_en: what to do now, in English.
    """

    retryable = False

    def __init__(self, code: str, *, vi: str, en: str, next_vi: str, next_en: str) -> None:
        super().__init__(f"{code}: {en} {next_en}")
        self.code = code
        self.vi = vi
        self.en = en
        self.next_vi = next_vi
        self.next_en = next_en

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are rebuilt from their positional arguments, and these have none: without this, an error raised in
        # another process would hang the one that waits for it.
        said = {"vi": self.vi, "en": self.en, "next_vi": self.next_vi, "next_en": self.next_en}
        return _rebuilt, (type(self), self.code, said)


class Refused(CchcError):
    """The input or the request is wrong; sending the same again cannot help."""


class Unavailable(CchcError):
    """Something needed is away, full or busy; trying again later may help. Nothing was half done."""

    retryable = True


class Corrupt(CchcError):
    """Stored bytes cannot be trusted. Nothing was changed; the operator must look."""


_OF_THE_SYSTEM: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOENT: "không có tệp hoặc thư mục này",
        errno.EACCES: "không có quyền",
        errno.EPERM: "không được phép",
        errno.EEXIST: "tệp đã có",
        errno.EISDIR: "đây là thư mục",
        errno.ENOTDIR: "đây không phải thư mục",
        errno.ENAMETOOLONG: "tên quá dài",
        errno.ENOSPC: "hết dung lượng đĩa",
        errno.EDQUOT: "hết hạn mức đĩa",
        errno.EFBIG: "tệp quá lớn",
        errno.EROFS: "đĩa chỉ đọc được",
        errno.EIO: "lỗi đọc hoặc ghi đĩa",
        errno.EMFILE: "mở quá nhiều tệp",
    }
)


def system_reason(error: OSError) -> str:
    """Why the operating system refused something, in Vietnamese; what it says itself where that is uncommon."""
    return _OF_THE_SYSTEM.get(error.errno or 0, error.strerror or str(error))


def _rebuilt(kind: type[CchcError], code: str, said: dict[str, str]) -> CchcError:
    return kind(code, **said)
