"""Pages of a systematisation: folded once, cut from the answer that the first page saw, and from no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from typing import Any

import grpc
import pytest
from opentelemetry.trace import NoOpTracerProvider

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.report.v1 import report_service_pb2 as wire
from cchc.api.report.v1.register_forms_pb2 import Years
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.clock import FixedClock
from cchc.keys.tokens import invalid
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.log.times import EVER_MS
from cchc.rights import OPERATOR, Caller, Role
from cchc.rpc.health import Health
from cchc.rpc.rate_limit import RateLimits
from cchc.rpc.server import RpcServer, interceptors
from cchc.rpc.settings import RpcSettings
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.telemetry import Metrics, Telemetry, log_to
from cchc.units.tree import UnitTree
from services.aggregator.consume import Aggregator
from services.report.servicer import ReportServicer
from tests.integration.report.register_story import said, story
from tests.unit.recording.senders import NOW_MS, definitions

_CALLERS = {"all": OPERATOR, "of a commune": Caller("xã A", Role.READER, frozenset({"H21.65"}))}


class _ByName:
    """Tokens are names."""

    def caller(self, token: str) -> Caller:
        if token not in _CALLERS:
            raise invalid()
        return _CALLERS[token]


class _Asked:
    """A store that counts how often it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.times = 0

    def __call__(self) -> Store:
        self.times += 1
        return self._store


class _Reports:
    """Processes that answer from one store, and the log that fills it."""

    def __init__(self, store: Store) -> None:
        self.clock = FixedClock(NOW_MS)
        self.log = MemoryLog(self.clock)
        self._store = store
        migrate(store, self.clock)
        self.record(*definitions(), *story())

    def record(self, *events: Event) -> None:
        self.log.append([encode(list(events))])
        Aggregator(self.log, self._store).catch_up()

    @contextmanager
    def process(self) -> Iterator[tuple[_Asked, ReportServiceStub]]:
        asked = _Asked(self._store)
        servicer = ReportServicer(asked, lambda _: 0, lambda: UnitTree.load(self._store, EVER_MS), self.clock)
        telemetry = Telemetry(log_to(StringIO()), Metrics(), NoOpTracerProvider())
        layers = interceptors(_ByName(), RateLimits(1_000_000, 1_000_000, self.clock), telemetry, self.clock)
        settings = RpcSettings.model_validate({"address": "localhost:0"})
        server = RpcServer(settings, [servicer], layers, Health(telemetry.metrics))
        with ExitStack() as running:
            port = server.start()
            running.callback(server.stop)
            yield asked, ReportServiceStub(running.enter_context(grpc.insecure_channel(f"localhost:{port}")))


@pytest.fixture
def reports(store: Store) -> Iterator[_Reports]:
    reports = _Reports(store)
    with reports.log:
        yield reports


def _request(token: str = "", **said: Any) -> wire.GetSystematisationRequest:
    years = Years(first=2019, last=2023)
    return wire.GetSystematisationRequest(years=years, **{"page_size": 3, **said}, page_token=token)


def _ask(stub: ReportServiceStub, request: wire.GetSystematisationRequest, caller: str = "all") -> Any:
    return stub.GetSystematisation(request, metadata=(("authorization", f"Bearer {caller}"),), timeout=60)


def _pages(stub: ReportServiceStub, first: Any) -> Iterator[Any]:
    page = first
    while page.next_page_token:
        page = _ask(stub, _request(page.next_page_token))
        yield page


def _codes(*pages: Any) -> list[tuple[str, str]]:
    return [(one.name, entry.code) for page in pages for one in page.lists for entry in one.documents]


def _refused(stub: ReportServiceStub, request: wire.GetSystematisationRequest, caller: str = "all") -> str:
    with pytest.raises(grpc.RpcError) as caught:
        _ask(stub, request, caller)
    error: Any = caught.value
    return str(error.details()).partition(":")[0]


def _document(code: str) -> Event:
    registered = legal.DocumentRegistered(
        number=f"{code}/QĐ", type=legal.DOCUMENT_TYPE_DECISION, issued_day=18_000, in_force_from_day=18_010, title="Mới"
    )
    return said(registered, code, days_ago=90)


def test_the_register_is_folded_once_for_all_pages(reports: _Reports) -> None:
    with reports.process() as (asked, stub):
        whole = _ask(stub, _request(page_size=5_000))
        before = asked.times
        first = _ask(stub, _request())
        rest = list(_pages(stub, first))

    assert len(rest) > 3
    assert asked.times == before + 1
    assert sorted(_codes(first, *rest)) == sorted(_codes(whole))


def test_a_process_that_did_not_answer_the_first_page_gives_the_same_others(reports: _Reports) -> None:
    with reports.process() as (_, one), reports.process() as (asked, other):
        first = _ask(one, _request())
        reports.clock.put(NOW_MS + 60_000)
        here, there = list(_pages(one, first)), list(_pages(other, first))

    assert here == there
    assert asked.times == 1


def test_what_is_recorded_later_is_in_no_page_and_in_the_next_answer(reports: _Reports) -> None:
    with reports.process() as (_, one), reports.process() as (_, other):
        first = _ask(one, _request())
        reports.clock.put(NOW_MS + 1)
        reports.record(_document("VB-99"))
        here, there = list(_pages(one, first)), list(_pages(other, first))
        newer = _ask(one, _request(page_size=5_000))

    assert here == there
    assert ("all", "VB-99") not in _codes(first, *here)
    assert ("all", "VB-99") in _codes(newer)
    assert newer.lists[0].count == first.lists[0].count + 1


def test_pages_are_never_of_two_states_when_facts_of_before_come_in_between_them(reports: _Reports) -> None:
    with reports.process() as (_, one), reports.process() as (_, other):
        first = _ask(one, _request())
        # Recorded by then, and folded only now: an aggregator may be behind.
        reports.record(_document("VB-00A"))

        here = list(_pages(one, first))
        assert _refused(other, _request(first.next_page_token)) == "report.page_outdated"

    assert {page.lists[0].count for page in here} == {first.lists[0].count}
    assert ("all", "VB-00A") not in _codes(first, *here)


def test_what_is_kept_is_for_those_who_may_read_it(reports: _Reports) -> None:
    with reports.process() as (_, stub):
        first = _ask(stub, _request())

        assert _refused(stub, _request(first.next_page_token), "of a commune") == "rights.denied"
        assert _refused(stub, _request(first.next_page_token, unit="H21.65")) == "report.page_unreadable"
