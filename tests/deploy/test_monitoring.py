"""Rules of Prometheus and the dashboard of Grafana speak of metrics that the program has, and lead somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from tests.deploy.manifests import DEPLOY, Tree, container, of_kind, read
from tests.deploy.said_in_code import metrics
from tests.docs.documents import text_of

_SERIES = re.compile(r"\bcchc_\w+")
_MATCHED = re.compile(r"\{([^{}]*)\}")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPED = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
_SHOWN = re.compile(r"\$labels\.(\w+)|\{\{\s*(\w+)\s*\}\}")
_OF_PROMETHEUS = {"service", "instance", "job", "namespace"}
"""Labels that Prometheus gives every series (deploy/prometheus)."""

_RULES: list[Tree] = [rule for group in read("prometheus/rules.yaml")["groups"] for rule in group["rules"]]
_DASHBOARD: Tree = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
_TARGETS: list[Tree] = [target for panel in _DASHBOARD["panels"] for target in panel["targets"]]


def _wrong(expression: str, shown: str = "") -> Iterator[str]:
    """What an expression, and the text that is shown of it, says that no metric has."""
    known = metrics()
    series = set(_SERIES.findall(expression))
    yield from (name for name in series if name not in known)
    labels = _OF_PROMETHEUS.union(*(known.get(name, set()) for name in series))
    said = {label for part in _MATCHED.findall(expression) for label in _LABEL.findall(part)}
    grouped = [{one.strip() for one in part.split(",")} for part in _GROUPED.findall(expression)]
    told = set(chain.from_iterable(_SHOWN.findall(shown))) - {""}
    yield from (label for label in said.union(*grouped) | told if label not in labels)
    if grouped:
        yield from (label for label in told if label not in set.union(*grouped))
    if not series:
        yield f"no metric of the program in {expression}"
    if expression.count("(") != expression.count(")"):
        yield f"brackets of {expression}"


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _sections(document: str) -> set[str]:
    return {_slug(line.lstrip("#")) for line in text_of(document).splitlines() if re.match(r"#+ ", line)}


@pytest.mark.parametrize("rule", _RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_about_metrics_that_the_program_has(rule: Tree) -> None:
    assert list(_wrong(rule["expr"], " ".join(rule["annotations"].values()))) == []


@pytest.mark.parametrize("rule", _RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_in_both_languages_what_is_wrong_and_where_it_is_written_what_to_do(rule: Tree) -> None:
    said = rule["annotations"]
    document, _, section = said["runbook"].partition("#")

    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert set(said) == {"summary", "summary_en", "runbook"}
    assert re.search(r"[ăâđêôơưàáảãạằấầểễệịọốồộớợủứừữự]", said["summary"])
    assert said["summary_en"].isascii()
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert section in _sections(document)


def test_no_two_alerts_have_one_name() -> None:
    names = [rule["alert"] for rule in _RULES]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("target", _TARGETS, ids=lambda target: target["expr"])
def test_a_panel_shows_metrics_that_the_program_has(target: Tree) -> None:
    assert list(_wrong(target["expr"], target["legendFormat"])) == []


def test_panels_have_numbers_and_places_of_their_own() -> None:
    panels = _DASHBOARD["panels"]
    cells = [
        (column, row)
        for place in (panel["gridPos"] for panel in panels)
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24


def test_the_dashboard_shows_every_metric_that_an_alert_is_about() -> None:
    shown = set(_SERIES.findall(" ".join(target["expr"] for target in _TARGETS)))

    assert set(_SERIES.findall(" ".join(rule["expr"] for rule in _RULES))) <= shown


def test_workers_are_scaled_by_a_metric_that_the_program_has_and_the_adapter_gives() -> None:
    asked = [
        metric["external"]["metric"]["name"]
        for scaler in of_kind("HorizontalPodAutoscaler")
        for metric in scaler["spec"]["metrics"]
        if metric["type"] == "External"
    ]
    given = [_SERIES.findall(rule["seriesQuery"]) for rule in read("prometheus/adapter.yaml")["externalRules"]]

    assert asked
    assert [asked] == given
    assert set(asked) <= set(metrics())


def test_prometheus_asks_the_services_where_their_metrics_are() -> None:
    services = read("compose.yaml")["services"]
    prometheus = read("prometheus/prometheus.yaml")
    (job,) = prometheus["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    with_metrics = {name: s["environment"] for name, s in services.items() if _has_metrics(s)}
    mounted = {mount.split(":")[1] for mount in services["prometheus"]["volumes"]}

    assert set(found["names"]) == set(with_metrics)
    assert {one["CCHC_METRICS_ADDRESS"] for one in with_metrics.values()} == {f"0.0.0.0:{found['port']}"}
    assert set(prometheus["rule_files"]) <= mounted
    assert services["prometheus"]["command"][0].partition("=")[2] in mounted


def test_prometheus_on_kubernetes_keeps_the_port_that_pods_have() -> None:
    (job,) = read("prometheus/kubernetes.yaml")["scrape_configs"]
    kept = {rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep"}

    assert kept == {"true", "metrics"}
    for one in of_kind("Deployment"):
        assert "metrics" in {port["name"] for port in container(one)["ports"]}


def _has_metrics(service: Tree) -> Any:
    return isinstance(said := service.get("environment"), dict) and "CCHC_METRICS_ADDRESS" in said


def test_a_metric_or_label_that_is_not_there_is_found_out() -> None:
    (wrong,) = _wrong("sum(cchc_no_such_metric)")

    assert wrong == "cchc_no_such_metric"
