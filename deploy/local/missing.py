"""What this machine lacks for the local servers, and the one command that brings it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from types import MappingProxyType

PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "java": "openjdk-17-jre-headless",
        "mvn": "maven",
        "clickhouse": "clickhouse-server",
    }
)
"""Program → the package of Debian and Ubuntu that has it."""

INSTALL = "apt-get install -y openjdk-17-jre-headless maven clickhouse-server clickhouse-client"
"""Brings all of it, as root."""

_OLDEST_JAVA = 17
_SYSTEM = "/usr/sbin:/usr/local/sbin"
_CLICKHOUSE_NAMES = ("clickhouse-server", "clickhouse")


def clickhouse_command() -> list[str] | None:
    """The program that runs a ClickHouse server, or None: Debian's, or the project's own single binary."""
    # Debian puts the server where only root's PATH looks.
    path = f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM}"
    for name in _CLICKHOUSE_NAMES:
        found = shutil.which(name, path=path)
        if found:
            return [found] if name == "clickhouse-server" else [found, "server"]
    return None


def missing(*programs: str) -> list[str]:
    """Packages that are not there, of those that these programs (all of ``PACKAGES`` when none is named) come from."""
    present: dict[str, Callable[[], bool]] = {
        "java": _java_is_new_enough,
        "mvn": lambda: shutil.which("mvn") is not None,
        "clickhouse": lambda: clickhouse_command() is not None,
    }
    return [PACKAGES[program] for program in programs or PACKAGES if not present[program]()]


def how_to_install() -> str:
    """The one command, for somebody who is not root."""
    return f"sudo {INSTALL}"


def _java_is_new_enough() -> bool:
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 — java
    version = re.search(r'version "(\d+)', said)
    return version is not None and int(version[1]) >= _OLDEST_JAVA
