"""Runs every measurement in a process of its own and prints what came out, as a table and as JSON.

python -m tests.bench [--events 5000000 | --quick] [--json]
    [--only simulator|log|grpc|rebuild|form|import|kafka-grpc|stack|visible|kafka-rebuild]

What needs servers that cannot be started here is left out, and why is said.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from tests.bench import form
from tests.bench.filled import UNITS
from tests.bench.machine import machine
from tests.bench.real_servers import why_not
from tests.bench.running import MEASUREMENTS, ON_SERVERS, Figures, run

QUICK_EVENTS = 500_000

_WITH_A_FIFTH = frozenset({"rebuild", "kafka-rebuild"})
"""Measured again with a fifth of the events, for what grows with them."""

_Line: TypeAlias = tuple[str, str, str, bool | None]


def lines(figures: dict[str, Figures], events: int) -> list[_Line]:
    """What is printed: the measurement, what came out, the target, and whether it was met (None: no target)."""
    out: list[_Line] = []
    if "simulator" in figures:
        made = figures["simulator"]
        size = f"{made['batch_events']:,.0f} events of {made['event_bytes']:.0f} bytes"
        out += [("synthetic events made", _rate(made["events_per_s"]), "", None), ("  one batch", size, "", None)]
    if "log" in figures:
        log = figures["log"]
        raw = log["raw_fdatasync_events_per_s"]
        out += [
            ("durable append, batches of 500", _rate(log["events_per_s"]), "≥ 0.3 M/s", log["events_per_s"] >= 3e5),
            ("  to bare write + fdatasync", f"{log['events_per_s'] / raw:.2f}×", "", None),
            ("  eight threads", _rate(log["events_per_s_8_threads"]), "", None),
            ("  read back", _rate(log["read_events_per_s"]), "", None),
        ]
    for name, where in (("grpc", "SQLite"), ("kafka-grpc", "Kafka, acks=all")):
        if name in figures:
            edge = figures[name]
            out += [
                (f"facts over gRPC to {where}", f"{edge['ratio']:.2f}× echo", "≥ 0.3×", edge["ratio"] >= 0.3),
                ("  recorded, durable", _rate(edge["facts_per_s"]), "", None),
                ("  by two processes", f"{_rate(edge['two_facts_per_s'])}, {edge['two_ratio']:.2f}× echo", "", None),
                ("  the same bytes echoed", _rate(edge["echo_facts_per_s"]), "", None),
                (
                    "  to an echo of messages",
                    f"{edge['typed_ratio']:.2f}×, two {edge['two_typed_ratio']:.2f}×",
                    "",
                    None,
                ),
                ("  read as a message and echoed", _rate(edge["typed_facts_per_s"]), "", None),
                ("  processor time of a fact", f"{edge['cpu_us']:.1f} µs, {_echoes(edge)}", "", None),
            ]
    if "rebuild" in figures:
        big, small = figures["rebuild"], figures["rebuild_fifth"]
        growth = big["peak_mib"] / small["peak_mib"]
        out += [
            (f"rebuild of {events:,} events", _range(big, "events_per_s"), "≥ 0.5 M/s", big["events_per_s"] >= 5e5),
            ("  processor time of a million", f"{big['cpu_s_per_million']:.1f} s", "", None),
            ("  peak memory", f"{big['peak_mib']:,.0f} MiB", "< 1,500 MiB", big["peak_mib"] < 1_500),
            ("  to that of a fifth of the events", f"{growth:.2f}×", "flat", growth < 1.25),
            ("  stage: read", _rate(big["read_events_per_s"]), "", None),
            ("  stage: decode and columns", _rate(big["columns_events_per_s"]), "", None),
            ("  stage: insert", _rate(big["insert_events_per_s"]), "", None),
        ]
    if "form" in figures:
        asked = figures["form"]
        out += [
            (f"fold and form II.06a, {UNITS} units", f"{asked['ratio']:.2f}× bare", "≤ 2×", asked["ratio"] <= 2),
            ("  in processor time", f"{asked['cpu_ratio']:.2f}× bare", "", None),
            ("  with due times derived", f"{asked['derived_ratio']:.2f}× bare", "", None),
            ("  bare GROUP BY dossier", _spread(asked, "bare"), "", None),
            ("  form", _spread(asked, "form"), "", None),
            ("  reading the codes, once", _spread(asked, "codes"), "", None),
        ]
    if "import" in figures:
        taken = figures["import"]
        out += [
            ("import of the real log", f"{taken['first_s']:.2f} s", "≤ 3 s", taken["first_s"] <= 3),
            ("  again, nothing new", f"{taken['again_s']:.2f} s", "", None),
            ("  polars reading its file", f"{taken['polars_s']:.2f} s", "", None),
        ]
    return out + _on_servers(figures, events)


def _on_servers(figures: dict[str, Figures], events: int) -> list[_Line]:
    out: list[_Line] = []
    if "stack" in figures:
        worker = figures["stack"]
        out += [
            ("from Kafka to visible, a worker", _range(worker, "worker_events_per_s"), "", None),
            ("  to the bare insert", _times(worker, "to_bare"), "≥ 0.6×", worker["to_bare"] >= 0.6),
            ("  to the Kafka engine", _times(worker, "to_engine"), "≥ 1×", worker["to_engine"] >= 1),
            ("  bare insert", _range(worker, "bare_events_per_s"), "", None),
            ("  engine, rows of text", _range(worker, "engine_events_per_s"), "", None),
            ("  two workers", _rate(worker["two_workers_events_per_s"]), "", None),
            ("  one event a record", _rate(worker["single_events_per_s"]), "", None),
            ("  an event's payload", _payloads(worker), "", None),
            *(
                (f"  a million: {stage}", f"{worker[f'{stage}_s']:.2f} s", "", None)
                for stage in ("fetch", "decode", "columns", "insert", "whole")
            ),
        ]
    if "visible" in figures:
        seen = figures["visible"]
        out += [
            ("event to answer, 1,000/s, median", f"{seen['p50_s']:.2f} s", "", None),
            ("  99 of 100", f"{seen['p99_s']:.2f} s", "", None),
            ("  to the receipt", f"{seen['receipt_p50_s']:.3f} s, {seen['receipt_p99_s']:.3f} s", "", None),
            ("  into the store", f"{seen['stored_p50_s']:.2f} s, {seen['stored_p99_s']:.2f} s", "", None),
            ("  an answer by itself", f"{seen['answer_s']:.2f} s", "", None),
        ]
    if "kafka-rebuild" in figures:
        big, small = figures["kafka-rebuild"], figures["kafka-rebuild_fifth"]
        growth = big["peak_mib"] / small["peak_mib"]
        out += [
            (f"rebuild of {events:,} from Kafka", _rate(big["events_per_s"]), "", None),
            ("  processor time of a million", f"{big['cpu_s_per_million']:.1f} s", "", None),
            ("  peak memory", f"{big['peak_mib']:,.0f} MiB", "", None),
            ("  to that of a fifth of the events", f"{growth:.2f}×", "flat", growth < 1.25),
        ]
    return out


def _payloads(figures: Figures) -> str:
    batched, text, single = (figures[f"{kind}_event_bytes"] for kind in ("batched", "text", "single"))
    return f"{batched:.0f} bytes, text {text:.0f}, single {single:.0f}"


def _echoes(figures: Figures) -> str:
    return f"echo {figures['echo_cpu_us']:.1f}, of messages {figures['typed_cpu_us']:.1f}"


def _range(figures: Figures, name: str) -> str:
    low, high = figures[f"{name}_least"] / 1e6, figures[f"{name}_most"] / 1e6
    return f"{_rate(figures[name])} ({low:.2f} to {high:.2f})"


def _times(figures: Figures, name: str) -> str:
    return f"{figures[name]:.2f}× ({figures[f'{name}_least']:.2f} to {figures[f'{name}_most']:.2f})"


def _spread(figures: Figures, name: str) -> str:
    low, middle, high = (figures[f"{name}_{which}"] for which in ("least_s", "s", "most_s"))
    return f"{middle:.2f} s ({low:.2f} to {high:.2f}, {form.ROUNDS} runs)"


def _rate(events_per_s: float) -> str:
    return f"{events_per_s / 1e6:.2f} M/s"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures, and prints ratios.")
    parser.add_argument("--events", type=int, default=5_000_000, help="events of the big measurements")
    parser.add_argument(
        "--quick", action="store_const", const=QUICK_EVENTS, dest="events", help=f"the same as --events {QUICK_EVENTS}"
    )
    parser.add_argument("--only", choices=sorted(MEASUREMENTS), action="append", help="measure only this")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    asked = parser.parse_args()
    figures: dict[str, Figures] = {}
    not_measured: dict[str, str] = {}
    ran_on = machine()
    for name in asked.only or MEASUREMENTS:
        if name in ON_SERVERS and (reason := why_not()):
            sys.stderr.write(f"not measured: {name}: {reason}\n")
            not_measured[name] = reason
            continue
        sys.stderr.write(f"measuring: {name} …\n")
        figures[name] = run(name, asked.events)
        if name in _WITH_A_FIFTH:
            figures[f"{name}_fifth"] = run(name, asked.events // 5)
    if not asked.json:
        table = Table("measurement", "result", "target", "met")
        for what, result, target, met in lines(figures, asked.events):
            table.add_row(what, result, target, "" if met is None else "yes" if met else "NO")
        console = Console()
        console.print(table)
        console.print(", ".join(f"{name} {value}" for name, value in ran_on.items()), highlight=False)
    said = {"machine": ran_on, "events": asked.events, "figures": figures, "not_measured": not_measured}
    sys.stdout.write(json.dumps(said, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
