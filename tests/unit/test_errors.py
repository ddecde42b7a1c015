from __future__ import annotations

import copy
import pickle

from cchc.errors import CchcError, Unavailable


def test_an_error_survives_the_way_to_another_process() -> None:
    error = Unavailable("x.y", vi="hỏng", en="broken", next_vi="chờ", next_en="wait")

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 — what was pickled one line before
        assert isinstance(twin, CchcError)
        assert (twin.code, twin.vi, twin.en, twin.next_vi, twin.next_en) == ("x.y", "hỏng", "broken", "chờ", "wait")
        assert type(twin) is Unavailable
