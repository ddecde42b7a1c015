"""The verbs of ``cchc`` and their options, as the program itself has them."""

from __future__ import annotations

from typing import Any

import typer.main

from services.single.command_line import app


def options_by_verb() -> dict[str, set[str]]:
    """Verb → its long options and those of its own verbs, ``--help`` among them."""
    return {verb: {"--help", *_options(command)} for verb, command in _commands(typer.main.get_command(app)).items()}


def _commands(command: Any) -> dict[str, Any]:
    return dict(getattr(command, "commands", {}))


def _options(command: Any) -> set[str]:
    own = {name for option in command.params for name in option.opts if name.startswith("--")}
    return own.union(*map(_options, _commands(command).values()))
