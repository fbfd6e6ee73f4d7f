"""docker-compose.yml, judged without Docker: by the specification's schema, our own settings and the files it names."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from services.runtime.kafka import KafkaSettings
from services.runtime.worker import WorkerSettings
from tests.deploy.commands import exists
from tests.deploy.settings import names_read
from tests.house.sources import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SCHEMA = json.loads((ROOT / "tests/deploy/vendored/compose-spec.json").read_text(encoding="utf-8"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
WORKERS = {"intake", "matching", "board", "notifications", "impact"}
ONE_SHOTS = {"topics", "database"}

OF_OTHERS = re.compile(r"KAFKA_|CLUSTER_ID$|POSTGRES_|GF_")
"""What the images of others read; ours begin with COMMONWEAL_."""
ASKED = re.compile(r"\$\{(\w+):\?[^}]+\}")
PINNED = re.compile(r"[\w./-]+:v?\d+(\.\d+)+(-\w+)*")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def test_it_is_a_compose_file_as_the_specification_has_it() -> None:
    wrong = [f"{error.json_path}: {error.message}" for error in validator_for(SCHEMA)(SCHEMA).iter_errors(COMPOSE)]
    assert wrong == []


def test_a_compose_file_with_a_misspelt_word_is_refused() -> None:
    misspelt = {**COMPOSE, "services": {"kafka": {**SERVICES["kafka"], "enviroment": {}}}}
    assert not validator_for(SCHEMA)(SCHEMA).is_valid(misspelt)


def test_every_service_of_ours_runs_and_everything_it_needs() -> None:
    commands = {name: service["command"] for name, service in SERVICES.items() if "commonweal" in service["image"]}
    assert commands == {name: ["worker", name] for name in WORKERS} | {
        "topics": ["topics", "apply"],
        "database": ["database", "upgrade"],
    }
    assert set(SERVICES) - set(commands) == {"kafka", "postgres", "prometheus", "alertmanager", "grafana"}


@pytest.mark.parametrize("name", sorted(WORKERS | ONE_SHOTS))
def test_a_command_it_starts_exists(name: str) -> None:
    assert exists(SERVICES[name]["command"])


@each_service
def test_every_image_is_pinned_by_its_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert PINNED.fullmatch(image), f"{image}: say which version, down to the last number"
    assert not image.startswith("commonweal:") or image == f"commonweal:{VERSION}"


@each_service
def test_every_file_it_names_is_there(name: str) -> None:
    service = SERVICES[name]
    mounted = [volume.split(":") for volume in service.get("volumes", [])]
    missing = [source for source, *_ in mounted if source.startswith(".") and not (ROOT / source).exists()]
    assert missing == []
    assert {source for source, *_ in mounted if not source.startswith(".")} <= set(COMPOSE["volumes"])
    if "build" in service:
        assert (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


@each_service
def test_every_setting_exists_in_the_code(name: str) -> None:
    given = set(SERVICES[name].get("environment", {}))
    ours = {variable for variable in given if variable.startswith("COMMONWEAL_")}
    assert ours <= names_read()
    assert all(OF_OTHERS.match(variable) for variable in given - ours)


@pytest.mark.parametrize("name", sorted(WORKERS))
def test_a_worker_takes_its_settings_as_they_stand(name: str) -> None:
    env = {variable: ASKED.sub("drawn", value) for variable, value in SERVICES[name]["environment"].items()}
    settings = WorkerSettings.from_environment(env)
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)
    assert settings.database_url == "postgresql://commonweal:drawn@postgres:5432/commonweal"
    assert KafkaSettings.from_environment(env).bootstrap == "kafka:9092"
    assert f"{settings.data_dir}" in {volume.split(":")[1] for volume in SERVICES[name]["volumes"]}
    assert _seconds(SERVICES[name]["stop_grace_period"]) > settings.drain_s


@each_service
def test_no_password_works_unset(name: str) -> None:
    environment: dict[str, str] = SERVICES[name].get("environment", {})
    for variable, value in environment.items():
        if "PASSWORD" in variable or ("://" in value and "@" in value):
            assert ASKED.search(value), (
                f"{variable} of {name} has a password of its own; ask for it: ${{NAME:?say how}}"
            )


@each_service
def test_every_service_is_watched_bounded_and_closed_to_others(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= set(limits)
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])
    assert service["healthcheck"].get("disable") is True if name in ONE_SHOTS else "test" in service["healthcheck"]
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_workers_wait_for_topics_and_tables() -> None:
    done = {"condition": "service_completed_successfully"}
    assert all(SERVICES[name]["depends_on"] == {"topics": done, "database": done} for name in WORKERS)
    healthy = {"condition": "service_healthy"}
    assert SERVICES["topics"]["depends_on"] == {"kafka": healthy}
    assert SERVICES["database"]["depends_on"] == {"postgres": healthy}


def test_prometheus_asks_every_worker() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = [job for job in config["scrape_configs"] if job["job_name"] == "commonweal"]
    (found,) = job["dns_sd_configs"]
    assert set(found["names"]) == WORKERS
    assert all(SERVICES[name]["environment"]["COMMONWEAL_HTTP_PORT"] == str(found["port"]) for name in WORKERS)
    (alertmanagers,) = config["alerting"]["alertmanagers"]
    assert {target.split(":")[0] for one in alertmanagers["static_configs"] for target in one["targets"]} <= set(
        SERVICES
    )


def test_passwords_are_drawn_once_for_their_owner_only(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy/make-env"
    script.write_text((ROOT / "deploy/make-env").read_text(encoding="utf-8"), encoding="utf-8")
    env = tmp_path / ".env"

    subprocess.run(["sh", script], check=True, capture_output=True)
    drawn = env.read_text(encoding="utf-8")
    subprocess.run(["sh", script], check=True, capture_output=True)

    assert env.stat().st_mode & 0o777 == 0o600
    assert env.read_text(encoding="utf-8") == drawn
    passwords = dict(line.split("=") for line in drawn.splitlines())
    assert set(passwords) == set(ASKED.findall(TEXT))
    assert all(re.fullmatch(r"[A-Za-z0-9]{32}", password) for password in passwords.values())
    assert len(set(passwords.values())) == len(passwords)


def _seconds(text: str) -> float:
    assert text.endswith("s")
    return float(text.removesuffix("s"))
