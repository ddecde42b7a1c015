"""The main job of ``make demo`` through all processes: facts to services, Kafka, ClickHouse, and answers over gRPC."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing
from time import monotonic
from typing import Any

import grpc
import typer

from cchc.api.report.v1 import report_service_pb2 as report
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import LOG_TOPICS
from cchc.log.port import Prefix
from cchc.rights import OPERATOR
from cchc.store.live import live_store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from cchc.telemetry import log_to, tell_retries
from deploy.local.answers_shown import show_form, show_ranking
from deploy.local.histories import province, real_log
from deploy.local.process import ServerFailed
from deploy.local.sending import Sending
from deploy.local.suite import REPORT, Suite
from services.aggregator.checkpoint import Checkpoint
from services.simulator.plan import Plan
from services.simulator.units import PROVINCE_CODE
from services.single.demo import COMMUNES, CRITERIA_SET, DEPARTMENTS, FIRST, LAST, QUARTER, REAL_QUARTER, SEED
from services.single.progress import progress

_VISIBLE_WITHIN_S = 600
_ANSWERED_WITHIN_S = 300
_SHOWN_REFUSALS = 3


PLAN = Plan(seed=SEED, communes=COMMUNES, departments=DEPARTMENTS, dossiers=None, first=FIRST, last=LAST)
"""The province of ``make demo``."""


def run_demo(suite: Suite, kafka: str, clickhouse: str, plan: Plan = PLAN) -> None:
    """Send both histories to a suite that runs, wait until they are visible, ask, and print the answers.

    A second run sends the same facts again, which changes no figure.

    Args:
        suite: started.
        kafka: ``host:port`` of its broker.
        clickhouse: ``host:port`` of its server.
        plan: of the synthetic province.

    Raises:
        Refused, Unavailable: From a service or a server.
        ServerFailed: A fact was refused, a process of the suite ended, or the workers did not catch up.
    """
    tell_retries(log_to())
    typer.echo("1. Nhật ký một cửa có thật (1.434 hồ sơ): gửi cho hai dịch vụ tiếp nhận, giải quyết")
    _send(suite, real_log())
    typer.echo(f"2. Một tỉnh mô phỏng ({plan.communes} xã, phường và {plan.departments} sở, một năm): cũng vậy")
    _send(suite, province(plan))
    _wait_until_visible(suite, kafka, clickhouse)
    typer.echo("3. Hỏi dịch vụ báo cáo\n")
    with grpc.insecure_channel(suite.address(REPORT)) as channel:
        stub: Any = ReportServiceStub(channel)
        said = {"metadata": (("authorization", f"Bearer {suite.token(OPERATOR)}"),), "timeout": _ANSWERED_WITHIN_S}
        for period, unit in ((REAL_QUARTER, ""), (QUARTER, PROVINCE_CODE)):
            asked = report.GetFormII06aRequest(question=report.Question(period=period, unit=unit))
            show_form(stub.GetFormII06a(asked, **said))
        question = report.Question(period=QUARTER)
        show_ranking(stub.GetIndex(report.GetIndexRequest(set=CRITERIA_SET, question=question), **said), PROVINCE_CODE)


def _send(suite: Suite, facts: list[Any]) -> None:
    with progress("Gửi") as step:
        began = monotonic()
        refused = Sending(suite, step).send(facts)
        took_s = monotonic() - began
    if refused:
        raise ServerFailed(f"{len(refused)} of {len(facts)} facts were refused: {refused[:_SHOWN_REFUSALS]}")
    typer.echo(f"   {len(facts)} dữ kiện đã có biên nhận trong {took_s:.1f} giây")


def _wait_until_visible(suite: Suite, kafka: str, clickhouse: str) -> None:
    host, _, port = clickhouse.rpartition(":")
    with ExitStack() as running:
        step = running.enter_context(progress("Gộp vào ClickHouse"))
        store = running.enter_context(closing(ClickHouseStore(ClickHouseSettings(host, int(port))).open()))
        log = running.enter_context(KafkaLog(KafkaSettings((kafka,)), LOG_TOPICS))
        head, live = log.head(), live_store(store)
        never, deadline = threading.Event(), monotonic() + _VISIBLE_WITHIN_S
        while not _covers(taken := Checkpoint(live).taken_in().prefix, head):
            if ended := suite.ended():
                raise ServerFailed("\n".join(f"{name}: {said}" for name, said in ended.items()))
            if monotonic() > deadline:
                raise ServerFailed("the workers did not catch up")
            step(min(taken.size(), head.size()), head.size())
            never.wait(0.2)


def _covers(taken: Prefix, head: Prefix) -> bool:
    return all(taken.end(partition) >= end for partition, end in head.ends.items())
