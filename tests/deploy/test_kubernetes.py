"""The Kubernetes manifests, judged without a cluster: by Kubernetes's own schemas, and by what our services need."""

import json
import tomllib
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from services.runtime.kafka import KafkaSettings
from services.runtime.worker import WorkerSettings
from tests.deploy.settings import names_read
from tests.house.sources import ROOT

FOLDER = ROOT / "deploy/kubernetes"
SCHEMAS = json.loads((ROOT / "tests/deploy/vendored/kubernetes-1.35.json").read_text(encoding="utf-8"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
DOCUMENTS: list[dict[str, Any]] = [
    document
    for name in KUSTOMIZATION["resources"]
    for document in yaml.safe_load_all((FOLDER / name).read_text("utf-8"))
]
WORKERS = {"intake", "matching", "board", "notifications", "impact"}
BY_NAME = {(document["kind"], document["metadata"]["name"]): document for document in DOCUMENTS}
WORKLOADS = {name: document for (kind, name), document in BY_NAME.items() if kind in {"Deployment", "StatefulSet"}}
SETTINGS: dict[str, str] = BY_NAME["ConfigMap", "commonweal-settings"]["data"]
SECRETS = {"COMMONWEAL_DATABASE_URL", "COMMONWEAL_KAFKA_USERNAME", "COMMONWEAL_KAFKA_PASSWORD"}

each_worker = pytest.mark.parametrize("name", sorted(WORKERS))


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: f"{document['kind']} {document['metadata']['name']}"
)
def test_a_manifest_is_as_kubernetes_has_it(document: dict[str, Any]) -> None:
    assert wrong(document) == []


def test_a_manifest_with_a_misspelt_word_is_refused() -> None:
    misspelt = json.loads(json.dumps(WORKLOADS["board"]))
    misspelt["spec"]["template"]["spec"]["containers"][0]["redinessProbe"] = {}
    assert wrong(misspelt) == [
        "$.spec.template.spec.containers[0]: Additional properties are not allowed ('redinessProbe' was unexpected)"
    ]


def test_every_manifest_is_applied() -> None:
    assert {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"} == set(KUSTOMIZATION["resources"])
    assert set(WORKLOADS) == WORKERS


@each_worker
def test_a_worker_runs_its_service_of_this_version(name: str) -> None:
    container = one_container(name)
    assert container["args"] == ["worker", name]
    assert container["image"] == f"commonweal:{VERSION}"


def test_topics_and_tables_are_made_ready_by_a_job_of_this_version() -> None:
    pod = BY_NAME["Job", f"prepare-{VERSION}"]["spec"]["template"]["spec"]
    steps = [*pod["initContainers"], *pod["containers"]]
    assert [step["args"] for step in steps] == [["topics", "apply"], ["database", "upgrade"]]
    assert {step["image"] for step in steps} == {f"commonweal:{VERSION}"}


def test_every_setting_exists_in_the_code_and_none_is_secret() -> None:
    assert set(SETTINGS) | SECRETS <= names_read()
    assert SECRETS.isdisjoint(SETTINGS)
    env = {**SETTINGS, **dict.fromkeys(SECRETS, "secret")}
    settings = WorkerSettings.from_environment(env)
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)
    assert KafkaSettings.from_environment(env).replication == 3


@each_worker
def test_a_worker_takes_settings_and_secrets_and_keeps_its_files_where_they_say(name: str) -> None:
    container = one_container(name)
    assert container["envFrom"] == [
        {"configMapRef": {"name": "commonweal-settings"}},
        {"secretRef": {"name": "commonweal-secrets"}},
    ]
    assert SETTINGS["COMMONWEAL_DATA_DIR"] in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"name": "http", "containerPort": int(SETTINGS["COMMONWEAL_HTTP_PORT"])} in container["ports"]


@each_worker
def test_a_worker_is_asked_whether_it_lives_and_whether_it_is_ready(name: str) -> None:
    container = one_container(name)
    probes = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert probes == {
        "startupProbe": {"path": "/health/live", "port": "http"},
        "livenessProbe": {"path": "/health/live", "port": "http"},
        "readinessProbe": {"path": "/health/ready", "port": "http"},
    }


@each_worker
def test_a_worker_may_finish_what_it_has_begun(name: str) -> None:
    grace_s = WORKLOADS[name]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace_s > float(SETTINGS["COMMONWEAL_DRAIN_SECONDS"])


@pytest.mark.parametrize("key", sorted(key for key in BY_NAME if key[0] in {"Deployment", "StatefulSet", "Job"}))
def test_a_pod_may_do_nothing_that_it_need_not(key: tuple[str, str]) -> None:
    pod = BY_NAME[key]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]


@each_worker
def test_labels_service_and_disruption_budget_mean_the_same_pods(name: str) -> None:
    labels = WORKLOADS[name]["spec"]["template"]["metadata"]["labels"]
    picked = [
        WORKLOADS[name]["spec"]["selector"]["matchLabels"],
        BY_NAME["Service", name]["spec"]["selector"],
        BY_NAME["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"],
    ]
    assert (
        picked[0]
        == picked[1]
        == picked[2]
        == {"app.kubernetes.io/name": "commonweal", "app.kubernetes.io/component": name}
    )
    assert picked[0].items() <= labels.items()


def test_whoever_seals_dead_letters_keeps_the_keys_in_the_database_when_its_pod_goes() -> None:
    assert {workload["kind"] for workload in WORKLOADS.values()} == {"Deployment"}
    secrets = [source["secretRef"]["name"] for source in one_container("intake")["envFrom"] if "secretRef" in source]
    assert secrets == ["commonweal-secrets"], "it names the database"


def test_prometheus_finds_every_worker_by_its_headless_service() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/kubernetes.yml").read_text(encoding="utf-8"))
    (found,) = config["scrape_configs"][0]["dns_sd_configs"]
    assert set(found["names"]) == {f"{name}.{KUSTOMIZATION['namespace']}.svc" for name in WORKERS}
    for name in WORKERS:
        service = BY_NAME["Service", name]["spec"]
        assert (service["clusterIP"], service["publishNotReadyAddresses"]) == ("None", True)
        assert [port["port"] for port in service["ports"]] == [found["port"]]


def one_container(name: str) -> dict[str, Any]:
    (container,) = WORKLOADS[name]["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = container
    return found


def wrong(document: dict[str, Any]) -> list[str]:
    """What Kubernetes would refuse in it."""
    kind = SCHEMAS["kinds"][f"{document['apiVersion']} {document['kind']}"]
    schema = {"$schema": SCHEMAS["$schema"], **kind, "$defs": SCHEMAS["$defs"]}
    return [f"{error.json_path}: {error.message}" for error in validator_for(schema)(schema).iter_errors(document)]
