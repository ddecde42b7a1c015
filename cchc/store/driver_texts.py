"""A column of texts as clickhouse-driver takes it fastest. Importing this imports pandas, as the driver does too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pandas.api.extensions import ExtensionArray  # type: ignore[import-untyped]  # pandas has no types

from cchc.store.port import Coded


class Texts(ExtensionArray):  # type: ignore[misc]  # as above
    """Texts as bytes, one of a few distinct ones each row: only what the driver asks of an array that it inserts.

    Of an array of objects the driver looks at each for whether it is missing, and copies it: half of an insert's time.

    Args:
        values: distinct texts, encoded.
        codes: which of them each row has.
    """

    def __init__(self, values: npt.NDArray[Any], codes: npt.NDArray[Any]) -> None:
        self._values = values
        self._codes = codes

    @classmethod
    def of(cls, column: Coded | list[str]) -> Texts:
        """Texts of the store's own shapes.

        Raises:
            UnicodeEncodeError: A text has no bytes in UTF-8.
            IndexError: A code is beyond the texts.
        """
        texts = column.values if isinstance(column, Coded) else column
        # An array of objects: numpy's own arrays of bytes would drop zeros at the end.
        values = np.fromiter(_encoded(texts), dtype=object, count=len(texts))
        return cls(values, column.codes if isinstance(column, Coded) else np.arange(len(texts)))

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, rows: slice) -> Texts:
        """Some of the rows."""
        return Texts(self._values, self._codes[rows])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Objects."""
        return self._values.dtype

    def isna(self) -> npt.NDArray[np.bool_]:
        """None of them is missing."""
        return np.zeros(len(self._codes), dtype=np.bool_)

    def tolist(self) -> list[bytes]:
        """Row by row."""
        listed: list[bytes] = self._values[self._codes].tolist()
        return listed


def _encoded(texts: Sequence[str]) -> Iterable[bytes]:
    # At once, and cut again: a third of the time. A text with a zero in it would be cut in two.
    encoded = "\0".join(texts).encode().split(b"\0")
    return encoded if len(encoded) == len(texts) else map(str.encode, texts)
