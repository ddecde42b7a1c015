"""Which times a fact may say: the same for whoever checks before writing and for whoever reads."""

from __future__ import annotations

EARLIEST_MS = 631_126_800_000
"""1990-01-01T00:00 in Asia/Ho_Chi_Minh: nothing that is reported happened before."""

CLOCK_TOLERANCE_MS = 300_000
"""How far a source's clock may run ahead: nothing happened more than five minutes after it was recorded."""

LATEST_DUE_MS = 4_133_955_599_999
"""2100-12-31T23:59:59.999 in Asia/Ho_Chi_Minh: a later due time is a slip of the pen."""

EARLIEST_DAY = -8_887
"""1945-09-02, days since 1970-01-01: no document that a register names is older than the state."""

LATEST_DAY = 47_846
"""2100-12-31: the day of ``LATEST_DUE_MS``."""

EVER_MS = 9_223_372_036_854_775_807
"""Later than anything was recorded: who asks as of this asks for all that is known. The largest Int64."""
