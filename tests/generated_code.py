"""Generates cchc/api from protos/, or checks that what is committed is what protos/ gives.

python -m tests.generated_code           fails when it is stale
python -m tests.generated_code --write   writes it
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = Path("cchc") / "api"


def generate(into: Path) -> None:
    """Messages of every file; servicers and stubs of those that have a service."""
    protos = sorted(str(path.relative_to(ROOT / "protos")) for path in (ROOT / "protos").rglob("*.proto"))
    _protoc(into, ("python", "mypy"), protos)
    _protoc(into, ("grpc_python", "mypy_grpc"), [name for name in protos if name.endswith("_service.proto")])


def _protoc(into: Path, plugins: tuple[str, str], protos: list[str]) -> None:
    ours, typed = plugins
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(
        [
            *(sys.executable, "-m", "grpc_tools.protoc", "-Iprotos"),
            *(f"--{ours}_out={into}", f"--{typed}_out=quiet:{into}"),
            *protos,
        ],
        cwd=ROOT,
        check=True,
        env={**os.environ, "PATH": path},
    )


def contents(root: Path) -> dict[str, bytes]:
    found = sorted((root / GENERATED).rglob("*_pb2*.py*"))
    return {str(path.relative_to(root)): path.read_bytes() for path in found if "__pycache__" not in path.parts}


def stale() -> list[str]:
    """Files that differ from what protos/ gives, or that only one side has."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        fresh, committed = contents(Path(scratch)), contents(ROOT)
    return sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))


def main() -> int:
    if "--write" in sys.argv[1:]:
        generate(ROOT)
        return 0
    names = stale()
    for name in names:
        sys.stderr.write(f"stale generated code: {name} (run: make proto)\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
