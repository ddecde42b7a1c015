"""The environment variables ``CCHC_CLICKHOUSE_…``: which ClickHouse server a process uses, and as whom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cchc.errors import Refused
from cchc.settings import CLICKHOUSE_VARIABLE
from cchc.store import names
from cchc.store.cluster.cluster import ClusterStore
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings

_PREFIX = "CCHC_CLICKHOUSE_"
_YES_OR_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


def server_settings(environment: Mapping[str, str]) -> ClickHouseSettings:
    """Settings of the environment.

    The variables are ``CCHC_CLICKHOUSE_HOST``, ``…_PORT``, ``…_USER``, ``…_PASSWORD`` or ``…_PASSWORD_FILE``,
    ``…_DATABASE``, ``…_PREFIX``, ``…_SECURE``, ``…_CA_FILE`` and ``…_CLUSTER``.

    Raises:
        Refused: ``store.no_server`` where no host is named; ``store.setting_unreadable``.
    """
    said = {name.removeprefix(_PREFIX): value for name, value in environment.items() if name.startswith(_PREFIX)}
    if not said.get("HOST"):
        raise _no_server()
    return ClickHouseSettings(
        said["HOST"],
        _port(said["PORT"]) if said.get("PORT") else None,
        user=said.get("USER") or "default",
        password=_readable("PASSWORD_FILE", said["PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
        if said.get("PASSWORD_FILE")
        else said.get("PASSWORD", ""),
        database=said.get("DATABASE") or "default",
        prefix=_name_prefix(said.get("PREFIX", "")),
        secure=_yes_or_no("SECURE", said.get("SECURE", "")),
        ca_file=_readable("CA_FILE", said["CA_FILE"]) if said.get("CA_FILE") else None,
        cluster=said.get("CLUSTER", ""),
    )


def server_store(environment: Mapping[str, str]) -> ClickHouseStore | ClusterStore:
    """The store that the environment names, open: a server, or a cluster where it names one.

    Raises:
        Refused: as ``server_settings``; ``store.login_refused``, ``store.tls_failed``, ``store.cluster_refused``.
        Unavailable: ``store.unavailable``.
    """
    return store_of(server_settings(environment)).open()


def store_of(settings: ClickHouseSettings) -> ClickHouseStore | ClusterStore:
    """The store that the settings name, not yet open: a cluster where they name one."""
    return ClusterStore(settings) if settings.cluster else ClickHouseStore(settings)


def _port(value: str) -> int:
    port = int(value) if value.isascii() and value.isdigit() else 0
    if not 0 < port < 1 << 16:
        raise _unreadable("PORT", value)
    return port


def _name_prefix(value: str) -> str:
    """What begins the name of every database: what may begin a name."""
    try:
        return names.plain(value) if value else value
    except Refused as error:
        raise _unreadable("PREFIX", f"{value}; [a-z][a-z0-9_]*") from error


def _yes_or_no(name: str, value: str) -> bool:
    try:
        return _YES_OR_NO[value.strip().lower()]
    except KeyError:
        raise _unreadable(name, value) from None


def _readable(name: str, value: str) -> Path:
    path = Path(value)
    try:
        path.open("rb").close()
    except OSError as error:
        raise _unreadable(name, f"{path}: {error.strerror}") from error
    return path


def _unreadable(name: str, value: str) -> Refused:
    return Refused(
        "store.setting_unreadable",
        vi=f"Biến môi trường {_PREFIX}{name} không hợp lệ: “{value}”.",
        en=f"The environment variable {_PREFIX}{name} means nothing: {value!r}.",
        next_vi="Sửa hoặc bỏ biến đó rồi chạy lại.",
        next_en="Correct it, or leave it out, and start again.",
    )


def _no_server() -> Refused:
    return Refused(
        "store.no_server",
        vi=f"Chưa đặt biến môi trường {CLICKHOUSE_VARIABLE}.",
        en=f"The environment variable {CLICKHOUSE_VARIABLE} is not set.",
        next_vi="Đặt biến này là tên máy chủ ClickHouse rồi chạy lại.",
        next_en="Set it to the ClickHouse server's name and start again.",
    )
