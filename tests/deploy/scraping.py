"""A real Prometheus on this machine, that scrapes what a test wants scraped, every second."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from tests.deploy.programs import program
from tests.house.sources import ROOT

STARTED_WITHIN_S = 60.0
LOOK_S = 0.2


@dataclass(frozen=True)
class Prometheus:
    """A running one."""

    address: str

    def series(self, query: str) -> list[dict[str, Any]]:
        """What the query has now.

        Raises:
            ValueError: Prometheus refuses the query; with its words.
        """
        try:
            with urlopen(f"{self.address}/api/v1/query?{urlencode({'query': query})}", timeout=30) as answer:
                document = json.load(answer)
        except HTTPError as refused:
            raise ValueError(f"{query}: {refused.read().decode()}") from None
        assert document["status"] == "success", document
        found: list[dict[str, Any]] = document["data"]["result"]
        return found

    def alerts(self) -> dict[str, str]:
        """Name to state of each alert that is pending or firing."""
        with urlopen(f"{self.address}/api/v1/alerts", timeout=30) as answer:
            found = json.load(answer)["data"]["alerts"]
        return {alert["labels"]["alertname"]: alert["state"] for alert in found}

    def wait_for_series(self, query: str, within_s: float) -> list[dict[str, Any]]:
        """What the query has as soon as it has anything; what it has at the end of the time otherwise."""
        deadline = time.monotonic() + within_s
        while not (found := self.series(query)) and time.monotonic() < deadline:
            Event().wait(LOOK_S)
        return found


@contextmanager
def scraping(folder: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """A Prometheus with our rules, until the block ends.

    Args:
        folder: empty; for its data.
        targets: service to `host:port`.
    """
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(ROOT / "deploy/prometheus/rules.yml")],
        "scrape_configs": [
            {
                "job_name": "commonweal",
                "static_configs": [{"targets": [at], "labels": {"service": name}} for name, at in targets.items()],
            }
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    listening = f"127.0.0.1:{_free_port()}"
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={listening}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield _ready(Prometheus(f"http://{listening}"), process, folder / "log")
        finally:
            process.terminate()
            process.wait(timeout=30)


def _ready(prometheus: Prometheus, process: subprocess.Popen[bytes], log: Path) -> Prometheus:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{prometheus.address}/-/ready", timeout=5):
                return prometheus
        except OSError:
            Event().wait(LOOK_S)
    raise AssertionError(f"Prometheus did not start: {log.read_text(errors='replace')[-2_000:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
