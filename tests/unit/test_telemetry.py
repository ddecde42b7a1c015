from __future__ import annotations

import io
import sys

import pytest

from cchc.telemetry import log_to


def test_a_log_goes_to_standard_error_as_it_is_when_a_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    log = log_to()
    log.info("one")
    monkeypatch.setattr(sys, "stderr", second)
    first.close()
    log.info("two")
    assert '"event": "two"' in second.getvalue()
