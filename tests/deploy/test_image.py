"""The image of the services: what it copies is there, and what it installs is what the project runs on."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec

import pytest

from tests.deploy.said_in_code import processes
from tests.docs.documents import ROOT, files

_PIN = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; [^\\]+)?(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.M
)
_REQUIREMENT = re.compile(r"[A-Za-z0-9_.-]+")


def _named(requirement: str) -> str:
    found = _REQUIREMENT.match(requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def _pins(lock: str) -> dict[str, set[str]]:
    """Name and version → hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {f"{found['name']}=={found['version']}": set(found["hashes"].split()) for found in _PIN.finditer(text)}


def _project() -> dict[str, list[str]]:
    """Names of what the project depends on: always, and in each extra."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": said["dependencies"], **said["optional-dependencies"]}
    return {group: [_named(one) for one in requirements] for group, requirements in groups.items()}


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def _imported() -> Iterator[tuple[str, str]]:
    """File and module of every import of what runs, but of the program's own modules and Python's."""
    for name in files():
        if not name.startswith(("cchc/", "services/")) or not name.endswith(".py") or name.startswith("cchc/testing/"):
            continue
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [f"{node.module}.{one.name}" for one in node.names]
            for module in modules:
                if module.partition(".")[0] not in {*sys.stdlib_module_names, "cchc", "services"}:
                    yield name, module


def test_the_locks_are_read_whole() -> None:
    for lock in ("requirements.lock", "requirements-runtime.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert len(_PIN.findall(text)) == len(re.findall(r"^\S", text, re.M)), lock


def test_the_image_installs_a_part_of_what_is_locked_for_all() -> None:
    whole = _pins("requirements.lock")

    other = {pin for pin, hashes in _pins("requirements-runtime.lock").items() if whole.get(pin) != hashes}

    assert other == set()


def test_the_image_has_every_dependency_and_no_embedded_store() -> None:
    locked = {pin.partition("==")[0] for pin in _pins("requirements-runtime.lock")}
    project = _project()

    assert set(project[""]) <= locked
    assert locked.isdisjoint(project["embedded"])


def test_what_the_program_imports_is_in_the_image_or_belongs_to_the_embedded_store() -> None:
    locked = {pin.partition("==")[0] for pin in _pins("requirements-runtime.lock")}
    locked |= set(_project()["embedded"])
    homes = packages_distributions()

    missing = [
        (file, module)
        for file, module in _imported()
        if not locked & {_named(home) for home in homes.get(module.partition(".")[0], [])}
    ]

    assert missing == []


def test_no_process_for_many_machines_needs_the_embedded_store() -> None:
    modules = [f"{name}.__main__" for name in sorted(processes())] + [
        "services.single.topics_verb",
        "cchc.log.kafka.topics",
    ]
    told = ["import sys", *(f"sys.modules[{name!r}] = None" for name in ("chdb", "polars"))]
    told += [f"import {name}" for name in modules]

    done = subprocess.run(
        [sys.executable, "-c", "\n".join(told)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_what_the_image_copies_is_there_and_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    sent = {line.removeprefix("!").rstrip("/") for line in ignored if line.startswith("!")}
    copied = [
        source.rstrip("/")
        for word, rest in _instructions()
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]

    assert ignored[0] == "*"
    assert set(copied) == sent
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_runs_as_a_numbered_user_that_is_not_root() -> None:
    user = [rest for word, rest in _instructions() if word == "USER"][-1]

    assert re.fullmatch(r"[1-9]\d{4,}:[1-9]\d{4,}", user)


def test_the_command_of_the_image_names_the_module_that_runs() -> None:
    said = dict(_instructions())
    module, *_ = json.loads(said["CMD"])

    assert json.loads(said["ENTRYPOINT"]) == ["python", "-m"]
    assert find_spec(f"{module}.__main__") is not None


def test_the_image_runs_the_python_that_the_project_is_checked_with() -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["python_version"]
    bases = [rest.split()[0] for word, rest in _instructions() if word == "FROM"]

    assert [base for base in bases if not re.fullmatch(rf"python:{re.escape(checked)}(-slim)?", base)] == []


@pytest.mark.parametrize("option", ["-o requirements.lock", "-o requirements-runtime.lock"])
def test_both_locks_are_made_together(option: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile[makefile.index("\nlock:") :].split("\n\n")[0]

    assert option in recipe
