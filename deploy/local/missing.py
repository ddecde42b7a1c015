"""What this machine lacks for the local servers, and the one command that brings it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "java": "openjdk-17-jre-headless",
        "mvn": "maven",
        "clickhouse": "clickhouse-server",
    }
)
"""Program → the package of Debian and Ubuntu that has it."""

INSTALL = ("apt-get", "install", "-y")
"""Brings packages, as root."""

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
    """The one command that brings all of it, for somebody who is not root."""
    return shlex.join(["sudo", *INSTALL, *PACKAGES.values()])


def install_missing(say: Callable[[str], None]) -> bool:
    """Bring what is missing where this user may, and say what was done or is to be done; whether nothing is missing."""
    lacking = missing()
    if not lacking:
        return True
    as_root = _as_root()
    if as_root is not None and shutil.which("apt-get"):
        say(f"Installing {', '.join(lacking)} …")
        _run([*as_root, "apt-get", "update", "-q"])
        # One by one: a release that has no package of one name may have the others.
        for package in lacking:
            _run([*as_root, *INSTALL, package])
        lacking = missing()
    if lacking:
        say(f"Tests that need {', '.join(lacking)} are skipped. To allow them: {how_to_install()}")
    return not lacking


def _as_root() -> list[str] | None:
    """What comes before a command that needs root: nothing for root; None where it cannot be had without a question."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    return [sudo, "-n"] if sudo and _run([sudo, "-n", "true"]) else None


def _run(command: Sequence[str]) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    ran = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 — constants of this module
    return ran.returncode == 0


def _java_is_new_enough() -> bool:
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 — java
    version = re.search(r'version "(\d+)', said)
    return version is not None and int(version[1]) >= _OLDEST_JAVA
