"""deploy/kubernetes: references lead somewhere, labels fit, probes ask where something listens, pods are locked up."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from cchc.log.kafka.topic_plan import PLAN_VARIABLE
from tests.deploy.manifests import (
    KUBERNETES,
    Tree,
    container,
    generated_files,
    generated_settings,
    named,
    objects,
    of_kind,
    pod,
    read,
)
from tests.docs.documents import text_of

_VERSIONS = {
    "Namespace": "v1",
    "ServiceAccount": "v1",
    "Service": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "PodDisruptionBudget": "policy/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "NetworkPolicy": "networking.k8s.io/v1",
}
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")

_DEPLOYMENTS = of_kind("Deployment")
_PODS = of_kind("Deployment", "Job")


def _labels(one: Tree) -> dict[str, str]:
    labels: dict[str, str] = one["spec"]["template"]["metadata"]["labels"]
    return labels


def _selected(selector: dict[str, str]) -> list[str]:
    return [named(one) for one in _PODS if selector.items() <= _labels(one).items()]


def _ports(one: Tree) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container(one).get("ports", [])}


def test_every_object_is_of_a_kind_and_version_of_kubernetes_and_has_a_name_of_its_own() -> None:
    names = [named(one) for one in objects()]

    assert {(one["kind"], one["apiVersion"]) for one in objects()} <= set(_VERSIONS.items())
    assert len(names) == len(set(names))
    assert [name for name in names if not _NAME.fullmatch(name.partition("/")[2])] == []


def test_every_file_belongs_to_the_kustomization() -> None:
    said = read("kubernetes/kustomization.yaml")
    used = {*said["resources"], *(path for one in said["configMapGenerator"] for path in one["envs"])}
    there = {path.relative_to(KUBERNETES).as_posix() for path in KUBERNETES.rglob("*") if path.is_file()}

    assert there - {"kustomization.yaml"} == {path for path in used if not path.startswith("../")}


@pytest.mark.parametrize("deployment", _DEPLOYMENTS, ids=named)
def test_a_deployment_selects_its_own_pods_and_nobody_elses(deployment: Tree) -> None:
    assert _selected(deployment["spec"]["selector"]["matchLabels"]) == [named(deployment)]


@pytest.mark.parametrize("deployment", _DEPLOYMENTS, ids=named)
def test_pods_are_spread_by_their_own_label(deployment: Tree) -> None:
    for said in pod(deployment)["topologySpreadConstraints"]:
        assert _selected(said["labelSelector"]["matchLabels"]) == [named(deployment)]


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget"])
def test_services_and_budgets_select_the_pods_of_their_name(kind: str) -> None:
    for one in of_kind(kind):
        said = one["spec"]["selector"]
        assert _selected(said.get("matchLabels", said)) == [f"Deployment/{one['metadata']['name']}"]


def test_every_deployment_has_a_budget_and_an_autoscaler_that_leaves_two() -> None:
    names = {one["metadata"]["name"] for one in _DEPLOYMENTS}

    assert {one["metadata"]["name"] for one in of_kind("PodDisruptionBudget")} == names
    for scaler in of_kind("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": scaler["metadata"]["name"]}
        assert 2 <= scaler["spec"]["minReplicas"] <= scaler["spec"]["maxReplicas"]
    assert {one["metadata"]["name"] for one in of_kind("HorizontalPodAutoscaler")} == names


def test_no_deployment_has_a_number_that_would_undo_its_autoscaler() -> None:
    assert [named(one) for one in _DEPLOYMENTS if "replicas" in one["spec"]] == []


@pytest.mark.parametrize("one", _PODS, ids=named)
def test_every_setting_secret_and_volume_that_a_pod_refers_to_is_there(one: Tree) -> None:
    volumes = {volume["name"]: volume for volume in pod(one)["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container(one)["volumeMounts"]}

    assert {source["configMapRef"]["name"] for source in container(one)["envFrom"]} <= set(generated_settings())
    assert set(mounts) == set(volumes)
    assert len(set(mounts.values())) == len(mounts)
    assert pod(one)["serviceAccountName"] in {account["metadata"]["name"] for account in of_kind("ServiceAccount")}


@pytest.mark.parametrize("one", _PODS, ids=named)
def test_every_file_that_a_setting_names_is_in_a_secret_that_the_guide_makes(one: Tree) -> None:
    guide = text_of("docs/operators-guide.md")
    settings = generated_settings()
    variables: dict[str, str] = {}
    for source in container(one)["envFrom"]:
        variables |= settings[source["configMapRef"]["name"]]
    secrets = {v["name"]: v["secret"]["secretName"] for v in pod(one)["volumes"] if "secret" in v}
    places = {mount["mountPath"]: secrets.get(mount["name"]) for mount in container(one)["volumeMounts"]}

    for name, value in variables.items():
        if name.endswith("_FILE"):
            place, _, key = value.rpartition("/")
            assert places.get(place), f"{name}={value} is not mounted"
            assert re.search(rf"create secret generic {places[place]}\b[^$`]*--from-file={re.escape(key)}=", guide)
        elif name == "CCHC_KEYS":
            assert places.get(value)
    for secret in secrets.values():
        assert f"create secret generic {secret}" in guide


@pytest.mark.parametrize("one", _PODS, ids=named)
def test_every_file_of_a_setting_is_the_one_that_is_edited_and_is_mounted_where_the_pod_looks(one: Tree) -> None:
    configured = {v["name"]: v["configMap"]["name"] for v in pod(one)["volumes"] if "configMap" in v}
    mounted = {
        f"{mount['mountPath']}/{file}"
        for mount in container(one)["volumeMounts"]
        if mount["name"] in configured
        for file in generated_files()[configured[mount["name"]]]
    }

    assert {said["value"] for said in container(one).get("env", [])} == mounted


def test_the_plan_of_the_topics_is_given_to_their_job_as_it_is_edited() -> None:
    (job,) = of_kind("Job")

    assert container(job)["env"][0]["name"] == PLAN_VARIABLE
    assert generated_files() == {"cchc-topics": {"topics.yaml": text_of("deploy/kafka/topics.yaml")}}


@pytest.mark.parametrize("deployment", _DEPLOYMENTS, ids=named)
def test_probes_ask_where_the_process_listens(deployment: Tree) -> None:
    ports = _ports(deployment)
    probes: dict[str, Any] = {name: container(deployment)[name] for name in _PROBES}

    for name, probe in probes.items():
        (asked,) = [probe[way] for way in ("grpc", "httpGet", "tcpSocket") if way in probe]
        port = asked["port"]
        assert port in (ports.values() if isinstance(port, int) else ports), name


@pytest.mark.parametrize("deployment", _DEPLOYMENTS, ids=named)
def test_a_process_listens_on_the_ports_of_its_pod(deployment: Tree) -> None:
    settings = generated_settings()
    variables: dict[str, str] = {}
    for source in container(deployment)["envFrom"]:
        variables |= settings[source["configMapRef"]["name"]]
    ports = _ports(deployment)
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]

    assert variables["CCHC_METRICS_ADDRESS"] == f"0.0.0.0:{ports['metrics']}"
    assert annotations["prometheus.io/port"] == str(ports["metrics"])
    if "grpc" in ports:
        assert variables["CCHC_GRPC_ADDRESS"] == f"0.0.0.0:{ports['grpc']}"


def test_services_lead_to_ports_that_their_pods_have() -> None:
    by_name = {one["metadata"]["name"]: one for one in _DEPLOYMENTS}

    for service in of_kind("Service"):
        ports = _ports(by_name[service["metadata"]["name"]])
        for port in service["spec"]["ports"]:
            assert ports[port["targetPort"]] == port["port"]
    with_grpc = {name for name, one in by_name.items() if "grpc" in _ports(one)}
    assert {one["metadata"]["name"] for one in of_kind("Service")} == with_grpc


@pytest.mark.parametrize("one", _PODS, ids=named)
def test_pods_are_locked_up(one: Tree) -> None:
    of_pod, of_container = pod(one)["securityContext"], container(one)["securityContext"]

    assert of_pod["runAsNonRoot"]
    assert of_pod["runAsUser"] == 10001
    assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert of_container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(one)["automountServiceAccountToken"] is False
    assert pod(one)["enableServiceLinks"] is False


@pytest.mark.parametrize("one", _PODS, ids=named)
def test_pods_say_what_they_need_and_where_they_end(one: Tree) -> None:
    resources = container(one)["resources"]

    assert set(resources["requests"]) == {"cpu", "memory"}
    assert "memory" in resources["limits"]


def test_the_network_is_shut_but_for_what_is_said() -> None:
    nothing, *others = of_kind("NetworkPolicy")

    assert nothing["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = {name for one in _DEPLOYMENTS for name in _ports(one)}
    for policy in others:
        assert set(_selected(policy["spec"]["podSelector"]["matchLabels"])) == {named(one) for one in _PODS}
        named_ports = {port["port"] for rule in policy["spec"].get("ingress", []) for port in rule["ports"]}
        assert named_ports <= ports


def test_pods_may_reach_the_ports_of_the_log_and_the_store() -> None:
    settings = generated_settings()
    allowed = {
        str(port["port"])
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        for port in rule["ports"]
    }

    brokers = {server.rpartition(":")[2] for server in settings["cchc-log"]["CCHC_KAFKA_SERVERS"].split(",")}
    assert brokers <= allowed
    assert ("9440" if settings["cchc-store"].get("CCHC_CLICKHOUSE_SECURE") else "9000") in allowed


def test_the_four_that_write_differ_in_nothing_but_their_name() -> None:
    texts = set()
    for name, module in (
        ("intake", "intake"),
        ("processing", "processing"),
        ("legal-review", "legal_review"),
        ("assessment", "assessment"),
    ):
        _, _, text = (KUBERNETES / f"{name}.yaml").read_text(encoding="utf-8").partition("\n")
        texts.add(text.replace(f"services.{module}", "services.NAME").replace(f": {name}", ": NAME"))

    assert len(texts) == 1


def test_kustomize_makes_the_same_objects_in_the_one_namespace() -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")

    done = subprocess.run([kubectl, "kustomize", str(KUBERNETES)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    made = list(yaml.safe_load_all(done.stdout))
    settings = [one for one in made if one["kind"] == "ConfigMap"]
    assert sorted(named(one) for one in made if one["kind"] != "ConfigMap") == sorted(map(named, objects()))
    assert {one["metadata"]["name"].rpartition("-")[0]: one["data"] for one in settings} == {
        **generated_settings(),
        **generated_files(),
    }
    assert {one["metadata"].get("namespace") for one in made if one["kind"] != "Namespace"} == {"cchc"}
