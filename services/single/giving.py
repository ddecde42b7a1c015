"""Figures as they leave the command line: to the screen, a pipe or a file."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

import typer

from services.single.failures import output_not_written


def give(rendered: str | bytes, format_: str, output: Path | None, workbook_name: str) -> None:
    """Write figures to a file, or to standard output: the same bytes, but for the mark that a file of CSV begins with.

    Args:
        rendered: a text, which is made to end with one end of line, or a workbook's bytes.
        format_: ``table``, ``json``, ``csv`` or ``xlsx``.
        output: the file; without it a text goes to standard output, and so does a workbook unless that is a screen.
        workbook_name: the file for a workbook that would go to a screen.

    Raises:
        Unavailable: ``output.not_written``.
    """
    if isinstance(rendered, bytes):
        content, on_screen = rendered, Path(workbook_name) if sys.stdout.isatty() else None
    else:
        content, on_screen = (rendered.removesuffix("\n") + "\n").encode(), None
    target = output or on_screen
    if target is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    # A CSV that is kept as a file is opened in Excel, which reads Vietnamese as a Windows code page without the mark.
    mark = codecs.BOM_UTF8 if format_ == "csv" else b""
    try:
        target.write_bytes(mark + content)
    except OSError as error:
        raise output_not_written(target, error) from error
    typer.echo(f"Đã ghi {target}", err=True)
