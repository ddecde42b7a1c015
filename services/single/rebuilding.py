"""``cchc rebuild``: the store anew from the log, also where the old one cannot be opened any more."""

from __future__ import annotations

from contextlib import closing

import typer

from services.single.log_and_store import LogAndStore
from services.single.progress import progress


def rebuild_store(directory: LogAndStore, *, shorter_log: bool) -> None:
    """Rebuild the store of a directory that is not open, and say what was done. Errors as ``LogAndStore.rebuild``."""
    with closing(directory.open_log()), progress("Dựng lại từ nhật ký") as step:
        rebuilt = directory.rebuild(step, shorter_log=shorter_log)
    if rebuilt.set_aside is not None:
        typer.echo(
            f"Kho số liệu cũ không dùng được, đã chuyển sang {rebuilt.set_aside}; xoá được khi không cần xem lại.\n"
            f"The old store could not be used and is now {rebuilt.set_aside}; delete it when nobody needs it.",
            err=True,
        )
    typer.echo(f"Đã dựng lại từ {rebuilt.events} dữ kiện.")
