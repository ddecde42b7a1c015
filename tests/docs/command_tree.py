"""The verbs of ``cchc`` and their options, as the program itself has them."""

from __future__ import annotations

import typer.main

from services.single.command_line import app


def options_by_verb() -> dict[str, set[str]]:
    """Verb → its long options, ``--help`` among them."""
    group = typer.main.get_command(app)
    verbs = getattr(group, "commands", {})
    return {
        verb: {"--help", *(name for option in command.params for name in option.opts if name.startswith("--"))}
        for verb, command in verbs.items()
    }
