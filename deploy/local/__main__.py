"""``python -m deploy.local up | down | status | demo | servers``: what ``make stack`` and its companions run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.local.jars import fetch_jars
from deploy.local.kafka import POM
from deploy.local.missing import install_missing
from deploy.local.process import ServerFailed
from deploy.local.stack import Stack

Directory = Annotated[Path, typer.Option(help="Where data, ports and pids lie.")]
_STACK = Path(__file__).resolve().parents[2] / ".stack"

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def up(directory: Directory = _STACK) -> None:
    """Start Kafka and ClickHouse where they do not run, and print their addresses."""
    try:
        addresses = Stack(directory).up()
    except (ServerFailed, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for name, address in addresses.items():
        typer.echo(f"{name:16} {address}")


@app.command()
def down(directory: Directory = _STACK) -> None:
    """Stop them; their data stay in .stack/."""
    Stack(directory).down()


@app.command()
def status(directory: Directory = _STACK) -> None:
    """Print the addresses of what runs; exit code 1 when nothing does."""
    addresses = Stack(directory).addresses()
    for name, address in addresses.items():
        typer.echo(f"{name:16} {address}")
    if not addresses:
        typer.echo("Nothing runs; make stack starts it.")
        raise typer.Exit(1)


@app.command()
def demo(directory: Directory = _STACK) -> None:
    """Run the main job of make demo through all services on them; what did not run before is stopped again."""
    # The program itself is needed for this alone: everything else here starts at once.
    from cchc.errors import CchcError  # noqa: PLC0415 — see above
    from deploy.local.demo import run_demo  # noqa: PLC0415 — see above
    from deploy.local.suite import Suite  # noqa: PLC0415 — see above

    stack = Stack(directory)
    ran_before = stack.addresses()
    try:
        addresses = stack.up()
        with Suite(directory / "suite", addresses["kafka"], addresses["clickhouse"]) as suite:
            run_demo(suite, addresses["kafka"], addresses["clickhouse"])
    except (ServerFailed, OSError, CchcError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        if not ran_before:
            stack.down()


@app.command()
def servers() -> None:
    """Bring the programs and jars that the local servers need, where that is allowed; say what is missing elsewhere."""
    if not install_missing(typer.echo):
        return
    try:
        fetch_jars(POM)
    except ServerFailed as error:
        typer.echo(f"Tests that need Kafka are skipped: {error}")


if __name__ == "__main__":
    app()
