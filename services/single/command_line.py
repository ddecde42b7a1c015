"""Verbs of ``cchc`` and their options. Each verb opens the data directory, does one thing, and says what it did.

Heavy packages are imported inside the verbs: ``cchc --help`` answers at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cchc.clock import SystemClock
from cchc.settings import Settings
from services.single.giving import give
from services.single.keys_verb import keys
from services.single.options import (
    AsOf,
    CalendarName,
    Data,
    Figures,
    First,
    Format,
    Kind,
    Last,
    Output,
    PeriodText,
    Register,
    Summary,
    SummaryFormat,
    UnitCode,
)
from services.single.topics_verb import topics

if TYPE_CHECKING:
    # Typing only: importing it opens the embedded engine's library, which takes most of a second.
    from services.single.log_and_store import LogAndStore

app = typer.Typer(
    name="cchc",
    help="Chỉ số cải cách hành chính (CCHC) của tỉnh, tính từ dữ kiện trong nhật ký.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


app.add_typer(keys, name="keys")
app.add_typer(topics, name="topics")


@app.command("import")
def import_(
    kind: Annotated[Kind, typer.Argument(help=f"Loại tệp: {', '.join(Kind)}.")],
    file: Annotated[Path, typer.Argument(help="Tệp CSV (có thể nén .gz) hoặc XLSX.")],
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="Tệp TOML, hoặc tên ánh xạ có sẵn (receipt, receipt-by-instant).")
    ] = None,
    source: Annotated[
        str, typer.Option("--source", help="Tên hệ thống nguồn; giữ nguyên giữa các lần nhập.")
    ] = "one-stop",
    register_missing: Annotated[
        bool, typer.Option("--register-missing", help="Tự đăng ký mã đơn vị, thủ tục chưa có (đánh dấu chưa xác nhận).")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ cho biết sẽ làm gì, không ghi.")] = False,
    data: Data = None,
    format: Summary = SummaryFormat.TABLE,  # noqa: A002 — the option is called --format
) -> None:
    """Nhập tệp vào nhật ký: chỉ thêm dữ kiện mới; nhập lại không sao."""
    from services.single.importing import import_file, open_file

    opened = open_file(kind.value, file, mapping=mapping, source=source)
    with _found(data, make=True, trial=dry_run) as directory:
        code = import_file(
            directory,
            SystemClock(),
            opened,
            register_missing=register_missing,
            dry_run=dry_run,
            as_json=format is SummaryFormat.JSON,
        )
    raise typer.Exit(code)


@app.command()
def form(
    name: Annotated[str, typer.Argument(help="Tên biểu: II.06a, II.03, II.04, II.07b, legal-review, systematisation.")],
    period: PeriodText = None,
    calendar: CalendarName = None,
    first: First = None,
    last: Last = None,
    unit: UnitCode = None,
    as_of: AsOf = None,
    years: Annotated[str | None, typer.Option("--years", help="Các năm hệ thống hóa văn bản: 2019-2023.")] = None,
    data: Data = None,
    format: Figures = Format.TABLE,  # noqa: A002 — the option is called --format
    output: Output = None,
) -> None:
    """Lập biểu thống kê cho một kỳ; systematisation cho các năm của --years."""
    from services.single.asking import as_of_ms, check_options_of_form, form_name, period_of, years_of
    from services.single.forms import render

    chosen = form_name(name)
    check_options_of_form(chosen, years=years, unit=unit)
    asked = years_of(years) if years is not None else period_of(period, calendar, first, last)
    known_at = as_of_ms(as_of, SystemClock(), asked)
    with _found(data) as directory:
        _catch_up(directory)
        rendered = render(directory, chosen, asked, as_of_ms=known_at, unit=unit, form_format=format.value)
    give(rendered, format.value, output, f"{chosen}-{asked.id or 'khoang'}.xlsx")


@app.command("list")
def list_(
    register: Annotated[Register, typer.Argument(help="assessment hoặc legal-review.")],
    fact: Annotated[
        list[str] | None, typer.Option("--fact", help="Chỉ loại dữ kiện này (task_planned, …); lặp lại được.")
    ] = None,
    unit: UnitCode = None,
    as_of: AsOf = None,
    data: Data = None,
    format: Figures = Format.TABLE,  # noqa: A002 — the option is called --format
    output: Output = None,
) -> None:
    """Liệt kê những gì đã được ghi nhận trong một sổ: đánh giá CCHC, hoặc rà soát văn bản và TTHC."""
    from services.report.register_answers import RegisterAnswers
    from services.report.register_list import names_of_facts
    from services.report.rendering.tabled import render_tabled
    from services.single.asking import known_at_ms

    names = names_of_facts(register.value, fact or ())
    known_at = known_at_ms(as_of, SystemClock())
    with _found(data) as directory:
        _catch_up(directory)
        answers = RegisterAnswers(directory.store, directory.quarantine.count)
        answer = answers.listing(register.value, known_at, unit, names)
    give(render_tabled(answer, format.value), format.value, output, f"{register.value}.xlsx")


@app.command()
def index(
    criteria_set: Annotated[
        str, typer.Option("--set", help="Bộ tiêu chí: qd766, tt01-2018, hoặc một tệp TOML.")
    ] = "qd766",
    period: PeriodText = None,
    calendar: CalendarName = None,
    first: First = None,
    last: Last = None,
    unit: UnitCode = None,
    as_of: AsOf = None,
    data: Data = None,
    format: Figures = Format.TABLE,  # noqa: A002 — the option is called --format
    output: Output = None,
) -> None:
    """Chấm điểm và xếp hạng các đơn vị theo một bộ tiêu chí."""
    from services.report.index_answer import IndexAnswers
    from services.report.rendering.index import render_index
    from services.single.asking import as_of_ms, criteria_of, period_of

    criteria = criteria_of(criteria_set)
    free = first is not None or last is not None
    asked = period_of(period, calendar or (None if free else criteria.calendar), first, last)
    known_at = as_of_ms(as_of, SystemClock(), asked)
    with _found(data) as directory:
        _catch_up(directory)
        answers = IndexAnswers(directory.store, directory.quarantine.count)
        answer = answers.index(criteria, asked, known_at, unit)
    give(render_index(answer, format.value), format.value, output, f"{criteria.name}-{asked.id or 'khoang'}.xlsx")


@app.command()
def simulate(
    seed: Annotated[int, typer.Option("--seed", help="Hạt giống: cùng hạt giống, cùng từng byte.")] = 1,
    communes: Annotated[int, typer.Option("--communes", help="Số xã, phường.")] = 20,
    departments: Annotated[int, typer.Option("--departments", help="Số sở.")] = 5,
    dossiers: Annotated[
        int | None,
        typer.Option("--dossiers", help="Tổng số hồ sơ; bỏ trống = khoảng 1.050 mỗi xã, 4.000 mỗi sở một năm."),
    ] = None,
    first: Annotated[str, typer.Option("--from", help="Ngày đầu.")] = "2025-01-01",
    last: Annotated[str, typer.Option("--to", help="Ngày cuối.")] = "2025-12-31",
    out: Annotated[Path | None, typer.Option("--out", help="Thư mục ghi tệp (mặc định ./province-SEED).")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Thay vì ghi tệp: làm đầy một thư mục dữ liệu còn trống.")
    ] = None,
) -> None:
    """Tạo một tỉnh mô phỏng: danh mục, hồ sơ và dữ kiện, đúng như khi chúng đến."""
    from services.single.asking import day_of_text
    from services.single.simulating import simulate_province

    simulate_province(
        seed=seed,
        communes=communes,
        departments=departments,
        dossiers=dossiers,
        first=day_of_text(first),
        last=day_of_text(last),
        out=out,
        data=data,
    )


@app.command()
def rebuild(
    shorter_log: Annotated[
        bool,
        typer.Option("--shorter-log", help="Dùng nhật ký này dù nó ngắn hơn những gì kho đã đọc."),
    ] = False,
    data: Data = None,
) -> None:
    """Dựng lại kho số liệu từ nhật ký, bên cạnh kho đang dùng, rồi thay thế; kho hỏng được cất riêng."""
    from services.single.rebuilding import rebuild_store

    rebuild_store(_found(data), shorter_log=shorter_log)


@app.command()
def quarantine(
    redrive: Annotated[bool, typer.Option("--redrive", help="Đọc lại những gì đang bị cách ly.")] = False,
    data: Data = None,
    format: Summary = SummaryFormat.TABLE,  # noqa: A002 — the option is called --format
) -> None:
    """Liệt kê dữ kiện không đọc được đang bị cách ly; --redrive để đọc lại sau khi đã sửa hoặc nâng cấp."""
    from services.single.quarantine_list import show

    with _found(data) as directory:
        _catch_up(directory)
        mended = directory.quarantine.redrive(directory.log) if redrive else None
        typer.echo(show(directory.quarantine.entries(), mended, as_json=format is SummaryFormat.JSON))


@app.command()
def demo(
    data: Annotated[Path, typer.Option("--data", help="Thư mục dữ liệu của bản trình diễn.")] = Path("demo-data"),
) -> None:
    """Nhật ký một cửa thật và một tỉnh mô phỏng: biểu II.06a, năm tỷ lệ đúng hạn, xếp hạng, và bước tiếp theo."""
    from services.single.demo import run_demo

    run_demo(data)


@app.command()
def serve(
    grpc: Annotated[
        str | None, typer.Option("--grpc", help="Địa chỉ gRPC (mặc định $CCHC_GRPC_ADDRESS hoặc 127.0.0.1:50051).")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", help="Địa chỉ cho Prometheus, ví dụ 127.0.0.1:9464; bỏ trống = không mở.")
    ] = None,
    data: Data = None,
) -> None:
    """Chạy tất cả trong một tiến trình: nhận dữ kiện và trả lời báo cáo qua gRPC, cho đến khi được dừng."""
    from cchc.rpc.settings import rpc_settings
    from services.single.data_directory import DataDirectory
    from services.single.serving import serve as serve_directory
    from services.single.signing import key_ring

    settings = rpc_settings(grpc)
    with DataDirectory(Settings.of(os.environ, data).data, SystemClock()) as directory:
        _catch_up(directory)
        ring = key_ring(Settings.of(os.environ, data))
        serve_directory(directory, ring, settings, SystemClock(), os.environ, metrics_address=metrics)


def _found(data: Path | None, *, make: bool = False, trial: bool = False) -> LogAndStore:
    from services.single.finding import found

    return found(os.environ, data, make=make, trial=trial)


def _catch_up(directory: LogAndStore) -> None:
    from services.single.progress import progress

    with progress("Đọc nhật ký") as step:
        directory.catch_up(step)
