"""Java servers from their Maven artifacts: what a pinned ``pom.xml`` names, fetched once and kept."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.local.missing import how_to_install, missing
from deploy.local.process import ServerFailed

SERVERS_VARIABLE = "CCHC_SERVERS"
"""Environment variable that names the directory where fetched servers are kept."""

_FETCH_WITHIN_S = 600


def servers_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where fetched servers are kept: ``CCHC_SERVERS``, or else the user's cache."""
    if named := environment.get(SERVERS_VARIABLE):
        return Path(named).absolute()
    cache = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "cchc" / "servers"


def fetch_jars(pom: Path) -> Path:
    """The directory of the jars that a ``pom.xml`` names; Maven brings them the first time.

    They lie under the digest of the file, so that another version never meets the jars of this one; and appear there as
    a whole, so that an interrupted fetch is made again.

    Raises:
        ServerFailed: Java or Maven is not there, or Maven could not fetch; the message says which.
    """
    content = pom.read_bytes()
    kept = servers_directory()
    target = kept / f"{pom.parent.name}-{hashlib.sha256(content).hexdigest()[:12]}"
    if target.is_dir():
        return target
    lacking = missing("java", "mvn")
    if lacking:
        raise ServerFailed(f"needs {', '.join(lacking)}; to install them: {how_to_install()}")
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            _fetch(content, target)
    return target


def _fetch(pom: bytes, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as scratch:
        (Path(scratch) / "pom.xml").write_bytes(pom)
        maven = [shutil.which("mvn") or "mvn", "--quiet", "--batch-mode"]
        fetched = subprocess.run(  # noqa: S603 — Maven, with this project's file
            [*maven, "dependency:copy-dependencies", "-DoutputDirectory=jars"],
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=_FETCH_WITHIN_S,
            check=False,
        )
        if fetched.returncode:
            raise ServerFailed(f"Maven could not fetch {target.name}: {fetched.stdout[-2_000:].strip()}")
        (Path(scratch) / "jars").rename(target)
