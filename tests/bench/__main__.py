"""Runs every measurement in a process of its own and prints what came out, as a table and as JSON.

python -m tests.bench [--events 5000000 | --quick] [--only simulator|log|grpc|rebuild|form|import] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console
from rich.table import Table

from tests.bench import form
from tests.bench.filled import UNITS
from tests.bench.machine import machine
from tests.bench.running import MEASUREMENTS, Figures, run

QUICK_EVENTS = 500_000


def lines(figures: dict[str, Figures], events: int) -> list[tuple[str, str, str, bool | None]]:
    """What is printed: the measurement, what came out, the target, and whether it was met (None: no target)."""
    out: list[tuple[str, str, str, bool | None]] = []
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
    if "grpc" in figures:
        edge = figures["grpc"]
        out += [
            ("facts over gRPC, calls of 500", f"{edge['ratio']:.2f}× echo", "≥ 0.3×", edge["ratio"] >= 0.3),
            ("  recorded, durable", _rate(edge["facts_per_s"]), "", None),
            ("  the same bytes echoed", _rate(edge["echo_facts_per_s"]), "", None),
        ]
    if "rebuild" in figures:
        big, small = figures["rebuild"], figures["rebuild_fifth"]
        growth = big["peak_mib"] / small["peak_mib"]
        out += [
            (f"rebuild of {events:,} events", _rate(big["events_per_s"]), "≥ 0.5 M/s", big["events_per_s"] >= 5e5),
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
    return out


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
    ran_on = machine()
    for name in asked.only or MEASUREMENTS:
        sys.stderr.write(f"measuring: {name} …\n")
        figures[name] = run(name, asked.events)
        if name == "rebuild":
            figures["rebuild_fifth"] = run(name, asked.events // 5)
    if not asked.json:
        table = Table("measurement", "result", "target", "met")
        for what, result, target, met in lines(figures, asked.events):
            table.add_row(what, result, target, "" if met is None else "yes" if met else "NO")
        console = Console()
        console.print(table)
        console.print(", ".join(f"{name} {value}" for name, value in ran_on.items()), highlight=False)
    sys.stdout.write(json.dumps({"machine": ran_on, "events": asked.events, "figures": figures}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
