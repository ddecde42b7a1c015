"""``cchc keys``: making and rotating the keys that sign tokens, and giving tokens out."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cchc.clock import SystemClock
from cchc.rights import Role
from cchc.settings import Settings
from services.single.options import Data

keys = typer.Typer(help="Khóa ký và mã thông báo (token) của hệ thống gửi và người xem.", no_args_is_help=True)


@keys.command("new")
def new_key(data: Data = None) -> None:
    """Tạo khóa ký đầu tiên."""
    from services.single.signing import key_ring

    typer.echo(f"Đã tạo khóa {key_ring(Settings.of(os.environ, data)).make()}.")


@keys.command("rotate")
def rotate_key(
    revoke: Annotated[bool, typer.Option("--revoke", help="Vô hiệu ngay mọi token đã cấp.")] = False,
    data: Data = None,
) -> None:
    """Thay khóa ký: token của khóa liền trước còn dùng được đến khi hết hạn, token của các khóa cũ hơn thì không."""
    from services.single.signing import key_ring

    typer.echo(f"Đã thay bằng khóa {key_ring(Settings.of(os.environ, data)).rotate(revoke=revoke)}.")


@keys.command("token")
def make_token(
    name: Annotated[str, typer.Option("--name", help="Tên hệ thống hoặc cơ quan; không ghi tên người.")],
    role: Annotated[Role, typer.Option("--role", help="sender, reader hoặc administrator.")] = Role.SENDER,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="Mã đơn vị, gồm cả trực thuộc; lặp lại được; * = tất cả.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Chỉ được nói thay hệ thống nguồn này; lặp lại được.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="Thời hạn, tính bằng ngày.")] = 90,
    data: Data = None,
) -> None:
    """Cấp một token, in ra màn hình; không lưu lại ở đâu."""
    from services.single.signing import token_for

    scope, sources = unit or [], source or []
    settings = Settings.of(os.environ, data)
    typer.echo(token_for(settings, SystemClock(), name=name, role=role, units=scope, sources=sources, days=days))
