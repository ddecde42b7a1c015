"""What the program says of itself in its sources: its processes, the variables that it reads, the metrics it has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.docs.documents import ROOT, files

_VARIABLE = re.compile(r"CCHC_[A-Z0-9]+(?:_[A-Z0-9]+)*")
_PREFIX = re.compile(r"CCHC_(?:[A-Z0-9]+_)+")
_REST = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)*")
_KINDS = {
    "Counter": ("_total", "_created"),
    "Gauge": ("",),
    "Histogram": ("_bucket", "_count", "_sum", "_created"),
}


@cache
def _modules() -> tuple[ast.Module, ...]:
    names = [name for name in files() if name.startswith(("cchc/", "services/")) and name.endswith(".py")]
    return tuple(ast.parse((ROOT / name).read_text(encoding="utf-8")) for name in names)


def processes() -> set[str]:
    """Packages of services that can be run: ``services.NAME``."""
    return {f"services.{path.parent.name}" for path in (ROOT / "services").glob("*/__main__.py")}


@cache
def variables() -> frozenset[str]:
    """Names of environment variables that some module reads.

    A whole name stands in the source as a text of its own. Where a module has a prefix (``CCHC_KAFKA_``), what follows
    it is a key that the module looks up, or the name of a field where a class of settings has the prefix.
    """
    found: set[str] = set()
    for module in _modules():
        texts = {text for node in ast.walk(module) if (text := _text(node))}
        found |= {text for text in texts if _VARIABLE.fullmatch(text)}
        for prefix in filter(_PREFIX.fullmatch, texts):
            found |= {prefix + rest for rest in (*_looked_up(module), *_fields(module, prefix))}
    return frozenset(found)


def _looked_up(module: ast.Module) -> Iterator[str]:
    """Keys of ``said["NAME"]``, ``said.get("NAME", …)``, and names that a comprehension goes through."""
    for node in ast.walk(module):
        keys: list[ast.expr] = []
        if isinstance(node, ast.Subscript):
            keys = [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            keys = node.args[:1]
        elif isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Tuple):
            keys = node.iter.elts
        yield from (text for key in keys if (text := _text(key)) and _REST.fullmatch(text))


def _fields(module: ast.Module, prefix: str) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and any(_text(inner) == prefix for inner in ast.walk(node)):
            for line in node.body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    yield line.target.id.upper()


def metrics() -> dict[str, set[str]]:
    """Names of time series as Prometheus has them, each with its labels."""
    found = {}
    for module in _modules():
        if not any(
            isinstance(node, ast.ImportFrom) and node.module == "prometheus_client" for node in ast.walk(module)
        ):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS:
                name = _text(node.args[0])
                assert name, "a metric's name stands where it is made"
                said = [*node.args[2:3], *(one.value for one in node.keywords if one.arg == "labelnames")]
                labels = {text for one in said for inner in ast.walk(one) if (text := _text(inner))}
                labels |= {"le"} if node.func.id == "Histogram" else set()
                found.update({name.removesuffix("_total") + suffix: labels for suffix in _KINDS[node.func.id]})
    return found


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
