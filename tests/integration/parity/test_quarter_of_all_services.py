"""The registers, and whatever is asked of them, say the same in the embedded store and on a server."""

from __future__ import annotations

from tests.integration.parity.both import Both
from tests.integration.parity.whole_quarter import check_quarter


def test_every_question_about_the_registers_of_a_quarter(both: Both) -> None:
    check_quarter(both)
