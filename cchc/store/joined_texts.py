"""Very many texts as their bytes: nothing of Python's stands for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
import numpy.typing as npt

_LAST_OF_ASCII = 0x7F


class JoinedTexts(Sequence[str]):
    """Texts, their bytes one after the other: how hundreds of thousands of distinct ones travel.

    A list of as many costs a look into a far corner of memory for each of them, whatever is done with it; that took a
    fifth of a rebuild's processor time.

    Args:
        content: the bytes of all texts, in UTF-8.
        ends: where each ends, after a leading 0; so one more than there are texts.
    """

    def __init__(self, content: bytes, ends: npt.NDArray[np.int64]) -> None:
        self.content = content
        self.ends = ends

    @classmethod
    def of_parts(cls, contents: Sequence[bytes], lengths: npt.NDArray[np.int64]) -> JoinedTexts:
        """From pieces of several texts each, and the length in bytes of every text."""
        ends = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=ends[1:])
        return cls(b"".join(contents), ends)

    @classmethod
    def of(cls, texts: Sequence[str]) -> JoinedTexts:
        """The same texts, joined. Errors as ``encoded``."""
        content, lengths = encoded(texts)
        return cls.of_parts([content], np.fromiter(lengths, dtype=np.int64, count=len(texts)))

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        """One text, or a list of some."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"text {index} of {len(self)}")
        start = index % len(self)
        return self.content[self.ends[start] : self.ends[start + 1]].decode()

    def __iter__(self) -> Iterator[str]:
        return (self.content[start:end].decode() for start, end in pairwise(self.ends.tolist()))

    def longer_than(self, most: int) -> npt.NDArray[np.int64]:
        """Which of them have more characters than that."""
        # A character takes one byte or more: few are looked at.
        (suspects,) = np.nonzero(np.diff(self.ends) > most)
        return np.array([index for index in suspects.tolist() if len(self[index]) > most], dtype=np.int64)

    def blank(self) -> npt.NDArray[np.bool_]:
        """Which of them have nothing in them but white space."""
        starts, ends = self.ends[:-1], self.ends[1:]
        blank: npt.NDArray[np.bool_] = starts == ends
        first = np.frombuffer(self.content + b"\0", dtype=np.uint8)[starts]
        # White space has a first byte up to that of a blank, or is none of ASCII.
        (suspects,) = np.nonzero(((first <= ord(" ")) | (first > _LAST_OF_ASCII)) & ~blank)
        for index in suspects.tolist():
            blank[index] = not self[index].strip()
        return blank


def encoded(texts: Sequence[str]) -> tuple[bytes, Iterator[int]]:
    """The bytes of texts in UTF-8, one after the other, and how many each takes.

    Raises:
        TypeError: One is not a text.
        UnicodeEncodeError: One has no bytes in UTF-8.
    """
    joined = "".join(texts)
    # Where each letter is one byte, and most texts are codes, nothing is encoded one by one.
    lengths = map(len, texts) if joined.isascii() else (len(text.encode()) for text in texts)
    return joined.encode(), lengths
