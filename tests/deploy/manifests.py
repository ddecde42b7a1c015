"""What deploy/ says, read as the programs that it is for read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.docs.documents import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Started:
    """A process of the image as a manifest starts it: where that is said, its command, its environment."""

    where: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(hash=False)

    @property
    def module(self) -> str:
        """What Python runs."""
        return self.command[0]


def read(path: str) -> Tree:
    """A YAML file of one document, by its path below deploy/."""
    tree: Tree = yaml.safe_load((DEPLOY / path).read_text(encoding="utf-8"))
    return tree


def objects() -> list[Tree]:
    """Every object of the kustomization, in its order."""
    found: list[Tree] = []
    for name in read("kubernetes/kustomization.yaml")["resources"]:
        if (KUBERNETES / name).is_file():
            found.extend(yaml.safe_load_all((KUBERNETES / name).read_text(encoding="utf-8")))
    return found


def of_kind(*kinds: str) -> list[Tree]:
    """Those objects that are of a kind."""
    return [one for one in objects() if one["kind"] in kinds]


def named(one: Tree) -> str:
    """Kind and name."""
    return f"{one['kind']}/{one['metadata']['name']}"


def pod(one: Tree) -> Tree:
    """The specification of the pods of a Deployment or a Job."""
    spec: Tree = one["spec"]["template"]["spec"]
    return spec


def container(one: Tree) -> Tree:
    """The one container of a pod of a Deployment or a Job."""
    (only,) = pod(one)["containers"]
    tree: Tree = only
    return tree


def generated_settings() -> dict[str, dict[str, str]]:
    """ConfigMaps that the kustomization makes: name → variables."""
    made = {}
    for generator in read("kubernetes/kustomization.yaml")["configMapGenerator"]:
        variables: dict[str, str] = {}
        for path in generator["envs"]:
            lines = (KUBERNETES / path).read_text(encoding="utf-8").splitlines()
            variables |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        made[generator["name"]] = variables
    return made


def generated_files() -> dict[str, dict[str, str]]:
    """ConfigMaps of files that the kustomizations beside this one make: name → file → what it holds."""
    made = {}
    for name in read("kubernetes/kustomization.yaml")["resources"]:
        if (folder := KUBERNETES / name).is_dir():
            said: Tree = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
            for generator in said["configMapGenerator"]:
                files = {path: (folder / path).read_text(encoding="utf-8") for path in generator["files"]}
                made[generator["name"]] = files
    return made


def started() -> Iterator[Started]:
    """Every process of the project's image that Compose or Kubernetes starts."""
    for name, service in read("compose.yaml")["services"].items():
        if service["image"].startswith("cchc:"):
            environment = {key: str(value) for key, value in service.get("environment", {}).items()}
            yield Started(f"compose {name}", tuple(service["command"]), environment)
    settings = generated_settings()
    for one in of_kind("Deployment", "Job"):
        environment = {}
        for source in container(one).get("envFrom", []):
            environment |= settings.get(source["configMapRef"]["name"], {})
        environment |= {said["name"]: said["value"] for said in container(one).get("env", [])}
        yield Started(f"kubernetes {named(one)}", tuple(container(one)["args"]), environment)
