from __future__ import annotations

import copy
import errno
import os
import pickle
from pathlib import Path

import pytest

from cchc.errors import CchcError, Unavailable, system_reason


def test_an_error_survives_the_way_to_another_process() -> None:
    error = Unavailable("x.y", vi="hỏng", en="broken", next_vi="chờ", next_en="wait")

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 — what was pickled one line before
        assert isinstance(twin, CchcError)
        assert (twin.code, twin.vi, twin.en, twin.next_vi, twin.next_en) == ("x.y", "hỏng", "broken", "chờ", "wait")
        assert type(twin) is Unavailable


def test_what_the_system_says_is_told_in_vietnamese_and_as_it_is_where_it_is_uncommon(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as missing:
        (tmp_path / "none").read_bytes()
    assert system_reason(missing.value) == "không có tệp hoặc thư mục này"
    assert system_reason(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) == "hết dung lượng đĩa"
    assert system_reason(OSError(errno.ELOOP, "Too many links")) == "Too many links"
    assert system_reason(OSError("odd")) == "odd"
