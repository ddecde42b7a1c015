"""Names of images: pinned, the same wherever they stand, and without a registry."""

from __future__ import annotations

import re
import tomllib

from tests.deploy.manifests import DEPLOY, container, of_kind, read
from tests.docs.documents import ROOT

_PINNED = re.compile(r"(?:[a-z0-9-]+/)?[a-z0-9-]+:v?\d+\.\d+[a-z0-9.-]*")
_BASE = re.compile(r"^FROM (\S+)", re.M)


def _names() -> set[str]:
    compose = {service["image"] for service in read("compose.yaml")["services"].values()}
    kubernetes = {container(one)["image"] for one in of_kind("Deployment", "Job")}
    return compose | kubernetes | set(_BASE.findall((DEPLOY / "Dockerfile").read_text(encoding="utf-8")))


def test_every_image_is_pinned_and_names_no_host() -> None:
    assert {name for name in _names() if not _PINNED.fullmatch(name)} == set()


def test_a_name_that_is_not_pinned_or_has_a_host_is_found_out() -> None:
    for wrong in ("kafka", "apache/kafka:latest", "registry.example/apache/kafka:4.1.0", "localhost:5000/cchc:0.1.0"):
        assert not _PINNED.fullmatch(wrong)


def test_our_image_has_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    ours = {name for name in _names() if name.startswith("cchc:")}
    (tag,) = [one["newTag"] for one in read("kubernetes/kustomization.yaml")["images"] if one["name"] == "cchc"]

    assert ours == {f"cchc:{version}"}
    assert tag == version
