"""Worker processes as an operator runs them, and what they answer."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.runtime.kafka import KafkaSettings

COMMAND = "from services.cli.main import app; app()"
WITHIN_S = 60.0
LOOK_EVERY_S = 0.05


class WorkerProcess:
    """One `commonweal worker NAME`, its log, and its HTTP endpoint."""

    def __init__(self, name: str, kafka: KafkaSettings, folder: Path, env: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"{name}-{len(list(folder.glob(f'{name}-*.log')))}.log"
        settings = {
            "COMMONWEAL_HTTP_PORT": "0",
            "COMMONWEAL_DATA_DIR": str(folder / "data"),
            "COMMONWEAL_SESSION_SECONDS": "6",  # so that a killed worker's partitions are soon another's
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, "worker", name],
                env={**os.environ, **kafka.environment(), **settings, **(env or {})},
                stdout=log,
                stderr=log,
            )

    def address(self) -> str:
        """Where it answers, as its log says; waits for it."""
        marker = " answers at "
        within(lambda: self.process.poll() is not None or marker in self.said(), f"no address in {self.log}")
        assert marker in self.said(), self.said()[-3_000:]
        return self.said().split(marker)[1].split("/health")[0]

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of an answer."""
        try:
            with urllib.request.urlopen(self.address() + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def troubles(self) -> list[str]:
        """Why it is not ready."""
        found: list[str] = json.loads(self.get("/health/ready")[1] or '{"troubles": ["no answer"]}')["troubles"]
        return found

    def await_ready(self) -> None:
        """Until it does its work."""
        within(lambda: self.process.poll() is not None or self.get("/health/ready")[0] == 200, f"not ready: {self.log}")
        assert self.process.poll() is None, self.said()[-3_000:]

    def metric(self, name: str, **labels: str) -> float:
        """The value on /metrics; 0 where the series is not there yet."""
        said = ",".join(f'{label}="{value}"' for label, value in labels.items())
        series = f"commonweal_{name}" + (f"{{{said}}}" if said else "")
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(series + " "):
                return float(line.split()[-1])
        return 0.0

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """Ask it to drain; answers its exit code."""
        self.process.send_signal(sign)
        return self.process.wait(WITHIN_S)

    def said(self) -> str:
        """All of its log."""
        return self.log.read_text(errors="replace")


@contextmanager
def running(
    name: str, kafka: KafkaSettings, folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[WorkerProcess]:
    """A worker that is ready, and ended in any case."""
    worker = WorkerProcess(name, kafka, folder, env)
    try:
        worker.await_ready()
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.kill()


def within(holds: Callable[[], bool], what: str, deadline_s: float = WITHIN_S) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it does not hold in time; says what.
    """
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, f"{what} (waited {deadline_s:g} s)"
        pause.wait(LOOK_EVERY_S)
