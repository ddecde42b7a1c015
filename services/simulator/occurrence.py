"""What happened, before anyone keyed it."""

from __future__ import annotations

import msgspec
from google.protobuf.message import Message

ONE_STOP = "motcua.h99"
"""Source system: the province's one-stop software (phần mềm một cửa)."""

PORTAL = "dvc.h99"
"""Source system: the public service portal (cổng dịch vụ công); what it says arrives at once."""

REGISTRY = "danhmuc.h99"
"""Source system: the register of units and procedures (danh mục dùng chung)."""


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """A typed fact, of whom, since when, and who says it; times in milliseconds UTC, whole seconds."""

    at_ms: int
    subject: str
    unit_code: str
    source: str
    actor_role: int
    message: Message
