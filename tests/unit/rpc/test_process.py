"""What holds while a process serves."""

from __future__ import annotations

import gc

from cchc.rpc.process import rarely_looking_for_cycles


def test_cycles_are_looked_for_rarely_while_a_process_serves_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with rarely_looking_for_cycles():
        assert gc.isenabled()
        assert gc.get_threshold()[0] > 1_000 * 16
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
