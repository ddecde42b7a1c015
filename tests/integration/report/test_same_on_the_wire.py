"""What reports say over gRPC is what the command line says of the same directory, to the digit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from grpc_status import rpc_status

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.report.v1 import register_forms_pb2 as forms
from cchc.api.report.v1 import report_service_pb2 as report
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.calendar.vietnam_time import clock_at
from cchc.clock import FixedClock
from cchc.log.batch import encode
from cchc.log.sqlite.log import SqliteLog
from cchc.rights import OPERATOR, Caller, Role
from tests.fault.rpc.serving import ROOT, Served, served, with_province
from tests.integration.report.register_story import story
from tests.unit.recording.senders import NOW_MS

AS_OF_MS = NOW_MS
AS_OF = clock_at(AS_OF_MS).isoformat()
PERIOD = ("--period", "2026Q3", "--calendar", "calendar")
COMMUNE = Caller("xã A", Role.READER, frozenset({"H21.65"}))

COMMANDS: dict[str, tuple[str, ...]] = {
    **{name: ("form", name, *PERIOD) for name in ("II.06a", "II.03", "II.04", "II.07b", "legal-review")},
    "legal-review of a unit": ("form", "legal-review", *PERIOD, "--unit", "H21.65"),
    "index": ("index", *PERIOD),
    "systematisation": ("form", "systematisation", "--years", "2019-2023"),
    "list": ("list", "legal-review"),
    "list of a unit": ("list", "assessment", "--unit", "H21.66", "--fact", "self_scored", "--fact", "task_planned"),
}


_ALIKE = ("--as-of", AS_OF, "--format", "json")
_RUN = """
import json, sys
from typer.testing import CliRunner
from services.single.command_line import app

said = {}
for name, command in json.loads(sys.argv[1]).items():
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    said[name] = done.stdout
print(json.dumps(said))
"""


class Told:
    """What the command line said, and a server on the same directory."""

    def __init__(self, said: dict[str, Any], where: Served) -> None:
        self.said = said
        self._where = where

    def ask(self, method: str, request: Message, caller: Caller = OPERATOR) -> Any:
        with grpc.insecure_channel(self._where.address) as channel:
            metadata = (("authorization", f"Bearer {self._where.token(caller)}"),)
            return getattr(ReportServiceStub(channel), method)(request, metadata=metadata, timeout=60)

    def refused_bytes(self, method: str, written: bytes, token: str) -> str:
        with grpc.insecure_channel(self._where.address) as channel:
            call = channel.unary_unary(f"/cchc.api.report.v1.ReportService/{method}")
            with pytest.raises(grpc.RpcError) as caught:
                call(
                    written, metadata=(("authorization", f"Bearer {token or self._where.token(OPERATOR)}"),), timeout=60
                )
        error: Any = caught.value
        assert rpc_status.from_call(error) is not None
        return str(error.details()).partition(":")[0]

    def refused(self, method: str, request: Message, caller: Caller = OPERATOR) -> str:
        with pytest.raises(grpc.RpcError) as caught:
            self.ask(method, request, caller)
        error: Any = caught.value
        assert rpc_status.from_call(error) is not None
        return str(error.details()).partition(":")[0]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    data = with_province(tmp_path_factory.mktemp("reports") / "data")
    with SqliteLog(data / "log.sqlite", FixedClock(NOW_MS - 3_600_000)) as log:
        log.append([encode(list(story()))])
    said = _said_on_the_command_line(data)
    with served(data) as where:
        yield Told(said, where)


def _said_on_the_command_line(data: Path) -> dict[str, Any]:
    """All commands in one process: to begin one takes longer than to answer."""
    commands = {name: [*command, *_ALIKE, "--data", str(data)] for name, command in COMMANDS.items()}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return {name: json.loads(text) for name, text in said.items()}


def question(**said: Any) -> report.Question:
    return report.Question(**{"period": "2026Q3", "calendar": "calendar", "as_of_ms": AS_OF_MS, **said})


def as_json(message: Any) -> Any:
    """Every field of a message as the command line's JSON has it: what is unset is null."""
    if isinstance(message, Event):
        return MessageToDict(getattr(message, message.WhichOneof("fact") or ""), preserving_proto_field_name=True)
    if not isinstance(message, Message):
        return message
    said: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            said[field.name] = {key: as_json(value[key]) for key in value}
        elif field.is_repeated:
            said[field.name] = [as_json(one) for one in value]
        else:
            said[field.name] = as_json(value) if not field.has_presence or message.HasField(field.name) else None
    return said


@pytest.mark.parametrize("method", [one.name for one in report.DESCRIPTOR.services_by_name["ReportService"].methods])
def test_what_is_no_question_is_refused_and_of_a_stranger_not_even_read(told: Told, method: str) -> None:
    assert told.refused_bytes(method, b"\xff\xff\xff", "") == "rpc.unreadable_message"
    assert told.refused_bytes(method, b"\xff\xff\xff", "nonsense") == "token.invalid"


@pytest.mark.parametrize(
    ("form", "method", "request_class"),
    [
        ("II.06a", "GetFormII06a", report.GetFormII06aRequest),
        ("II.03", "GetFormII03", report.GetFormII03Request),
        ("II.04", "GetFormII04", report.GetFormII04Request),
        ("II.07b", "GetFormII07b", report.GetFormII07bRequest),
        ("legal-review", "GetLegalReviewForm", report.GetLegalReviewFormRequest),
        ("index", "GetIndex", report.GetIndexRequest),
    ],
)
def test_a_form_of_a_period_is_the_same(told: Told, form: str, method: str, request_class: Any) -> None:
    answer = as_json(told.ask(method, request_class(question=question())))

    assert answer == told.said[form]
    assert answer.get("rows") or answer.get("units")


def test_a_form_of_a_unit_is_the_same(told: Told) -> None:
    request = report.GetLegalReviewFormRequest(question=question(unit="H21.65"))
    answer = as_json(told.ask("GetLegalReviewForm", request, COMMUNE))

    assert answer == told.said["legal-review of a unit"]
    assert answer["total"]["reviewed"]["total"] == 5


@pytest.mark.parametrize("size", [0, 3, 1_000_000])
def test_the_pages_of_a_systematisation_are_the_whole(told: Told, size: int) -> None:
    request = report.GetSystematisationRequest(
        years=forms.Years(first=2019, last=2023), as_of_ms=AS_OF_MS, page_size=size
    )
    pages = list(_pages(told, "GetSystematisation", request))
    for page in pages:
        assert sum(len(one["documents"]) for one in page["lists"]) <= (size or 1_000)

    joined = pages[0]
    for page in pages[1:]:
        assert {**page, "lists": []} == {**joined, "lists": []}
        for whole, part in zip(joined["lists"], page["lists"], strict=True):
            assert part["count"] == whole["count"]
            whole["documents"] += part["documents"]
    assert joined == told.said["systematisation"]
    assert joined["lists"][0]["count"] > 3
    assert len(pages) > 1 or size != 3


@pytest.mark.parametrize("size", [0, 7])
def test_the_pages_of_a_register_are_the_whole(told: Told, size: int) -> None:
    request = report.ListRegisterFactsRequest(register="legal-review", as_of_ms=AS_OF_MS, page_size=size)
    pages = list(_pages(told, "ListRegisterFacts", request))
    facts = [fact for page in pages for fact in page["facts"]]

    assert {**pages[0], "facts": facts} == told.said["list"]
    assert len(pages) > 1 or size != 7


def test_a_register_is_listed_of_a_unit_and_by_type(told: Told) -> None:
    request = report.ListRegisterFactsRequest(
        register="assessment", unit="H21.66", facts=["self_scored", "task_planned"], as_of_ms=AS_OF_MS
    )
    (page,) = _pages(told, "ListRegisterFacts", request)

    assert page == told.said["list of a unit"]
    assert len(page["facts"]) == 2


def _pages(told: Told, method: str, request: Any) -> Iterator[Any]:
    """Every page, without the token of the next."""
    while True:
        answer = told.ask(method, request)
        said = as_json(answer)
        del said["next_page_token"]
        yield said
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def test_only_who_may_read_of_a_unit_is_answered(told: Told) -> None:
    whole, other = question(), question(unit="H21.66")
    for method, request_class in (
        ("GetFormII03", report.GetFormII03Request),
        ("GetFormII04", report.GetFormII04Request),
        ("GetLegalReviewForm", report.GetLegalReviewFormRequest),
    ):
        for asked in (whole, other):
            assert told.refused(method, request_class(question=asked), COMMUNE) == "rights.denied"
    assert told.refused("GetFormII07b", report.GetFormII07bRequest(question=whole), COMMUNE) == "rights.denied"
    years = forms.Years(first=2019, last=2023)
    for unit in ("", "H21.66"):
        listing = report.ListRegisterFactsRequest(register="assessment", unit=unit)
        assert told.refused("ListRegisterFacts", listing, COMMUNE) == "rights.denied"
        lists = report.GetSystematisationRequest(years=years, unit=unit)
        assert told.refused("GetSystematisation", lists, COMMUNE) == "rights.denied"
    assert told.ask("ListRegisterFacts", report.ListRegisterFactsRequest(register="assessment", unit="H21.65"), COMMUNE)


def test_a_question_that_means_nothing_is_refused_with_its_reason(told: Told) -> None:
    of_a_unit = report.GetFormII07bRequest(question=question(unit="H21.65"))
    assert told.refused("GetFormII07b", of_a_unit) == "form.no_unit"
    backwards = report.GetSystematisationRequest(years=forms.Years(first=2023, last=2019))
    assert told.refused("GetSystematisation", backwards) == "form.years_unreadable"
    assert told.refused("GetSystematisation", report.GetSystematisationRequest()) == "form.years_unreadable"
    nowhere = report.ListRegisterFactsRequest(register="dossiers")
    assert told.refused("ListRegisterFacts", nowhere) == "list.unknown_register"
    unheard = report.ListRegisterFactsRequest(register="assessment", facts=["document_reviewed"])
    assert told.refused("ListRegisterFacts", unheard) == "list.unknown_fact"
    past = report.ListRegisterFactsRequest(register="assessment", as_of_ms=-1)
    assert told.refused("ListRegisterFacts", past) == "report.question_unreadable"
    strange = report.ListRegisterFactsRequest(register="assessment", unit="H99")
    assert told.refused("ListRegisterFacts", strange) == "report.unknown_unit"


def test_a_page_token_serves_its_own_question_only(told: Told) -> None:
    first = told.ask("ListRegisterFacts", report.ListRegisterFactsRequest(register="assessment", page_size=5))
    other = report.ListRegisterFactsRequest(register="legal-review", page_token=first.next_page_token)

    assert told.refused("ListRegisterFacts", other) == "report.page_unreadable"


def test_all_pages_know_what_the_first_one_knew(told: Told) -> None:
    request = report.ListRegisterFactsRequest(register="assessment", page_size=5)
    first = told.ask("ListRegisterFacts", request)
    request.page_token = first.next_page_token

    assert told.ask("ListRegisterFacts", request).as_of == first.as_of
