"""``cchc simulate``: a synthetic province as files, or as the log of an empty data directory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from cchc.calendar.vietnam_time import start_of_day_ms
from cchc.clock import FixedClock, SystemClock
from cchc.errors import Refused
from services.simulator.files import write_files
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import Province
from services.simulator.province import simulate as simulate_plan
from services.single.data_directory import DataDirectory
from services.single.progress import progress


def simulate_province(
    *,
    seed: int,
    communes: int,
    departments: int,
    dossiers: int | None,
    first: date,
    last: date,
    out: Path | None,
    data: Path | None,
) -> None:
    """Make the province and write it; says where it is and what to do with it next."""
    plan = Plan(seed=seed, communes=communes, departments=departments, dossiers=dossiers, first=first, last=last)
    with progress("Mô phỏng") as step:
        province = simulate_plan(plan, step)
    if data is not None:
        events = fill_directory(province, data)
        typer.echo(f"Đã ghi {events} dữ kiện vào {data}.\nTiếp theo: cchc index --period {last.year} --data {data}")
        return
    directory = out or Path(f"province-{seed}")
    with progress("Ghi tệp") as step:
        files = write_files(province, directory, step)
    typer.echo(f"Đã ghi {len(files)} tệp vào {directory}.")
    typer.echo(
        f"Tiếp theo: cchc import units {directory}/units.csv; cchc import procedures {directory}/procedures.csv;"
    )
    typer.echo(f"           cchc import dossiers {directory}/dossiers-….csv (lần lượt từng tệp)")


def fill_directory(province: Province, data: Path) -> int:
    """Fill an empty data directory, every batch recorded at the time at which it would have arrived.

    Raises:
        Refused: ``simulate.not_empty`` when something was recorded there already.
    """
    arrival = FixedClock(start_of_day_ms(province.plan.first))
    with DataDirectory(data, SystemClock(), arrival) as directory:
        if not directory.is_empty():
            raise Refused(
                "simulate.not_empty",
                vi=f"Thư mục {data} đã có dữ liệu; lịch sử mô phỏng chỉ ghi được vào thư mục trống.",
                en=f"{data} already holds data; a simulated history can only be written to an empty directory.",
                next_vi="Chọn thư mục khác bằng --data, hoặc ghi ra tệp bằng --out.",
                next_en="Choose another directory with --data, or write files with --out.",
            )
        with progress("Ghi nhật ký") as step:
            events = fill_log(province, directory.log, arrival, step)
        with progress("Đọc nhật ký") as step:
            directory.catch_up(step)
    return events
