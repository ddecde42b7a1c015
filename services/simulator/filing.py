"""A dossier as it is filed (hồ sơ khi nộp): what is asked for, of whom, and by which channel."""

from __future__ import annotations

import msgspec

from cchc.api.intake.v1.intake_pb2 import CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL, Channel
from services.simulator.catalogue import Procedure
from services.simulator.units import Unit


class Filing(msgspec.Struct, frozen=True, gc=False):
    """A dossier as it is filed.

    Args:
        code: dossier code.
        unit: the unit that handles it.
        receiving_unit_code: the one-stop that takes it in when another one, or empty (phi địa giới).
        procedure: what is asked for.
        channel: a ``Channel`` of the contract.
        at_ms: when it is filed, milliseconds UTC; within office hours when it comes to the counter.
        transfer_to: the unit that it would be handed to, or empty.
    """

    code: str
    unit: Unit
    receiving_unit_code: str
    procedure: Procedure
    channel: Channel.ValueType
    at_ms: int
    transfer_to: str

    @property
    def is_online(self) -> bool:
        """Whether it came by the portal."""
        return self.channel in {CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL}
