"""``cchc demo``: a real one-stop log and a synthetic province, to the form, the five rates and the ranking."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from datetime import date
from importlib import resources
from pathlib import Path

import typer

from cchc.calendar.periods import Period, parse_period
from cchc.clock import SystemClock
from cchc.index.criteria_set import CriteriaSet, load
from services.report.form_answer import FormAnswers
from services.report.form_ii06a import FormII06a
from services.report.index_answer import IndexAnswers
from services.report.question import Question
from services.report.rendering.form import render_form
from services.report.rendering.index import render_index
from services.simulator.plan import Plan
from services.simulator.province import Province, simulate
from services.single.data_directory import DataDirectory
from services.single.importing import import_file, open_file
from services.single.progress import progress
from services.single.simulating import fill_directory

SEED = 2026
COMMUNES = 20
DEPARTMENTS = 5
FIRST, LAST = date(2025, 9, 1), date(2026, 8, 31)
QUARTER = "2026Q2"
REAL_QUARTER = "2011Q3"
CRITERIA_SET = "qd766"


def run_demo(data: Path) -> None:
    """Run the demonstration in two data directories below ``data``; a second run starts from what is there."""
    data.mkdir(parents=True, exist_ok=True)
    _real_log(data / "receipt")
    _province(data / "province")
    _next_steps(data)


def _real_log(directory: Path) -> None:
    typer.echo("1. Nhật ký một cửa có thật (1.434 hồ sơ): nhập vào nhật ký, lập biểu II.06a\n")
    sample = resources.files("services.intake") / "samples" / "receipt.csv.gz"
    with resources.as_file(sample) as file, DataDirectory(directory, SystemClock()) as opened:
        import_file(
            opened,
            SystemClock(),
            open_file("dossiers", file, mapping="receipt", source="one-stop"),
            register_missing=False,
            dry_run=False,
            as_json=False,
        )
        _form(opened, parse_period(REAL_QUARTER), SystemClock().now_ms())


def _province(directory: Path) -> None:
    typer.echo(f"\n2. Một tỉnh mô phỏng ({COMMUNES} xã, phường và {DEPARTMENTS} sở, một năm): chốt quý {QUARTER}\n")
    if not directory.exists():
        plan = Plan(seed=SEED, communes=COMMUNES, departments=DEPARTMENTS, dossiers=None, first=FIRST, last=LAST)
        with progress("Mô phỏng") as step:
            province = simulate(plan, step)
        events = _fill_whole(province, directory)
        typer.echo(f"Nhật ký có {events:,} dữ kiện.\n".replace(",", "."))
    with DataDirectory(directory, SystemClock()) as opened:
        opened.catch_up()
        # As it was known when the last fact came in: the same on every machine.
        as_of_ms = int(opened.store.query("SELECT max(recorded_at) FROM fact").scalar())
        form = _form(opened, parse_period(QUARTER), as_of_ms)
        answers = IndexAnswers(opened.store, opened.quarantine.count)
        criteria = load(CRITERIA_SET)
        index = answers.index(CRITERIA_SET, parse_period(QUARTER, criteria.calendar), as_of_ms)
        typer.echo(render_index(index, "table"))
        question = Question.ask(opened.store, parse_period(QUARTER), as_of_ms)
        answers_given = (render_form(form, "json"), render_index(index, "json"))
        typer.echo(closing(opened.log.prefix_at(as_of_ms).size(), criteria, question, answers_given))


def _fill_whole(province: Province, directory: Path) -> int:
    """Fill the directory or leave none: a history that was cut short would be taken for the whole next time."""
    unfinished = directory.with_name(f"{directory.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    events = fill_directory(province, unfinished)
    unfinished.rename(directory)
    return events


def _form(opened: DataDirectory, period: Period, as_of_ms: int) -> FormII06a:
    form = FormAnswers(opened.store, opened.quarantine.count).ii06a(period, as_of_ms, bridged=True)
    typer.echo(render_form(form, "table"))
    return form


def closing(batches: int, criteria_set: CriteriaSet, question: Question, answers: Iterable[str | bytes]) -> str:
    """What a quarter's figures rest on, so that anyone can compute them again to the last digit.

    Args:
        batches: of the log, from its beginning.
        criteria_set: by which was scored.
        question: what was asked, with the calendar and the unit tree in force.
        answers: the figures, as they were rendered.
    """
    figures = hashlib.sha256()
    for answer in answers:
        figures.update(answer if isinstance(answer, bytes) else answer.encode())
    return f"""
Chốt quý {question.period.id}. Cùng nhật ký, bộ tiêu chí, lịch và cây đơn vị thì ra đúng các số này, đến từng chữ số:
  nhật ký      {batches} lô đầu
  bộ tiêu chí  {criteria_set.fingerprint()[:16]}  ({criteria_set.name})
  lịch         {question.calendar.fingerprint()[:16]}
  cây đơn vị   {question.units.fingerprint()[:16]}
  số liệu      {figures.hexdigest()[:16]}"""


def _next_steps(data: Path) -> None:
    typer.echo(
        f"""
Thử tiếp (cchc nằm trong .venv/bin):
  cchc index --set qd766 --period {QUARTER} --unit H99.101 --data {data}/province   một xã: mất điểm ở đâu, vì sao
  cchc index --set tt01-2018 --period {QUARTER} --data {data}/province              chấm theo bộ tiêu chí khác
  cchc form II.06a --period {QUARTER} --format xlsx --data {data}/province          biểu chính thức dạng Excel
  cchc form II.06a --period {REAL_QUARTER} --calendar calendar --data {data}/receipt   cùng quý, theo tháng dương lịch
  cchc simulate --seed 7 --out tinh-thu                                             tệp mẫu để tập nhập
  cchc import dossiers TỆP --dry-run                                                xem trước khi nhập tệp của mình"""
    )
