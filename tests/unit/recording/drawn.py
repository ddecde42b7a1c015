"""Facts drawn at random, good and bad, and who sends them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message
from hypothesis import strategies as st

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS
from cchc.rights import OPERATOR, Caller, Role
from tests.unit.recording.senders import ENDED_DAY, EVERYTHING, NOW_MS, PROVINCE, SENDER, sent

ENDED_MS = ENDED_DAY * 86_400_000

_PLACES = st.sampled_from(["H21.65", "H21.66", "H21", "H21.99", "H99", "", " "])
_TIMES = st.sampled_from(
    [
        *(NOW_MS, NOW_MS - 10**9, NOW_MS + CLOCK_TOLERANCE_MS, NOW_MS + CLOCK_TOLERANCE_MS + 1),
        *(EARLIEST_MS, 0, -1, ENDED_MS),
    ]
)
_TEXTS = st.sampled_from(["", "x", "H21.65-260901-0001", "001099012345", "0912345678", "a@b.vn", " ", "a" * 101, "a\n"])
_NUMBERS = st.sampled_from([0, 1, 5, 6, -1, 10**15, 2**31 - 1, NOW_MS, LATEST_DUE_MS + 1])


@st.composite
def _facts(draw: st.DrawFn) -> Message:
    taken = draw(st.sampled_from(sorted(EVERYTHING.taken.values(), key=lambda one: one.number)))
    fact: Message = type(getattr(Event(), taken.name))()
    for field in fact.DESCRIPTOR.fields:
        if field.is_repeated or field.message_type is not None or draw(st.booleans()):
            continue
        value: Any
        if field.name.endswith("unit_code"):
            value = draw(_PLACES)
        elif field.name == "procedure_code":
            value = draw(st.sampled_from(["", "1.000001", "1.000002", "9.9"]))
        elif field.cpp_type == field.CPPTYPE_STRING:
            value = b"x" * draw(st.sampled_from([0, 1, 32])) if field.type == field.TYPE_BYTES else draw(_TEXTS)
        elif field.cpp_type == field.CPPTYPE_BOOL:
            value = draw(st.booleans())
        elif field.enum_type is not None:
            value = draw(st.integers(0, 12))
        elif field.cpp_type == field.CPPTYPE_INT64:
            value = draw(_NUMBERS)
        else:
            value = draw(st.sampled_from([0, 1, 6, 2_026, 47_846, 47_847]))
        setattr(fact, field.name, value)
    return fact


EVENTS = st.builds(
    lambda fact, unit, at, text, own, role, replaced: sent(
        fact,
        unit_code=unit,
        occurred_at_ms=at,
        subject=text,
        source_event_id=own,
        actor_role=role,
        replaces=replaced,
        replaces_reason="sửa" if replaced else "",
    ),
    _facts(),
    _PLACES,
    _TIMES,
    _TEXTS,
    _TEXTS,
    st.sampled_from([0, 1, 9]),
    st.sampled_from([b"", b"", b"x" * 16, b"x", bytes(16)]),
)
CALLERS = st.sampled_from([SENDER, PROVINCE, OPERATOR, Caller("r", Role.READER, frozenset({"*"}))])
