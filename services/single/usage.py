"""Wrong usage of the command line, said in Vietnamese too: typer knows English only."""

from __future__ import annotations

import re

from typer._click.exceptions import (  # typer has its own copy of click, and makes none of these public
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoSuchOption,
    UsageError,
)

from cchc.errors import Refused

_CHOICES = re.compile(r"(?:not one of|Choose from:)\s*(?P<listed>.+)", re.DOTALL)
_OTHERS = (
    (re.compile(r"No such command (?P<named>.+?)\."), "Không có lệnh {named}."),
    (re.compile(r"Got unexpected extra argument\S* \((?P<named>.+)\)"), "Thừa đối số: {named}."),
    (re.compile(r"(?P<named>.+)", re.DOTALL), "Lệnh viết chưa đúng: {named}"),
)
_WHOLE_NUMBER = "valid integer"


def wrong_usage(error: ClickException) -> Refused:
    """What was typed wrong, and where to read how it is typed; in English as typer says it."""
    command = error.ctx.command_path if isinstance(error, UsageError) and error.ctx is not None else "cchc"
    return Refused(
        "usage.wrong",
        vi=_in_vietnamese(error),
        en=" ".join(error.format_message().removesuffix(".").split()) + ".",
        next_vi=f"Xem cách dùng: {command} --help.",
        next_en=f"See how it is used: {command} --help.",
    )


def _in_vietnamese(error: ClickException) -> str:
    match error:
        case MissingParameter():
            return f"Thiếu {_named(error)}.{_choices(error)}"
        case BadParameter():
            return f"Giá trị của {_named(error)} không dùng được.{_choices(error)}"
        case NoSuchOption():
            meant = f" Có phải: {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
            return f"Không có tùy chọn {error.option_name}.{meant}"
        case BadOptionUsage():
            return f"Tùy chọn {error.option_name} viết chưa đúng: thiếu hoặc thừa giá trị."
    matches = ((pattern.match(error.message), text) for pattern, text in _OTHERS)
    return next((text.format(**found.groupdict()) for found, text in matches if found), "Lệnh viết chưa đúng.")


def _named(error: BadParameter) -> str:
    """The option or argument that it is about."""
    kind = "đối số" if error.param is not None and error.param.param_type_name == "argument" else "tùy chọn"
    return kind if error.param is None else f"{kind} {error.param.get_error_hint()}"


def _choices(error: BadParameter) -> str:
    """What may stand there, where that is said."""
    if found := _CHOICES.search(error.format_message()):
        listed = [choice.strip(" '.\n\t") for choice in found["listed"].split(",")]
        return f" Chọn một trong: {', '.join(listed)}."
    return " Cần một số nguyên." if _WHOLE_NUMBER in error.message else ""
