"""Our workers as processes of their own, as an operator starts them, and what the kernel says of each."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Self
from urllib.request import urlopen

from services.runtime.kafka import KafkaSettings

COMMAND = "from services.cli.main import app; app()"
SAMPLED = "services.simulation.bench_kafka.sampled"
"""Runs a command, and samples it from SIGUSR1 on: starting and restoring are another matter."""
STOP_S = 30.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MB = 1_000_000
UNLIMITED = {
    "COMMONWEAL_SOURCE_EVENTS_PER_MINUTE_MAX": str(10**9),
    "COMMONWEAL_SOURCE_BURST_MAX": str(10**9),
    "COMMONWEAL_SOURCE_REJECTED_PPM_MAX": "1000000",
}
"""One source sends everything here; there is nobody to protect from it."""


ANSWERS_AT = re.compile(r"answers at (http://[^/\s]+)/")


class WorkerEndedError(Exception):
    """A worker ended by itself; carries its last words."""


@dataclass(slots=True)
class Worker:
    """One service in one process."""

    service: str
    process: subprocess.Popen[bytes]
    log: Path
    is_killed: bool = False

    def cpu_s(self) -> float:
        """Seconds of processor time it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def peak_mb(self) -> float:
        """The most memory it held, in millions of bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1_024 / MB

    def check(self) -> None:
        """Notice its end.

        Raises:
            WorkerEndedError: it has ended.
        """
        if self.process.poll() is not None and not self.is_killed:
            raise WorkerEndedError(
                f"worker {self.service} ended with {self.process.returncode}; its last words: {self.last_words()}"
            )

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2_000:]

    def metric(self, name: str) -> float:
        """What its /metrics says of one name, all labels together; 0 where it says nothing, or is not up yet."""
        said = ANSWERS_AT.search(self.log.read_text(errors="replace"))
        if said is None:
            return 0.0
        try:
            with urlopen(f"{said[1]}/metrics", timeout=5) as answer:  # noqa: S310 - our own worker's
                lines = answer.read().decode().splitlines()
        except OSError:
            return 0.0
        return sum(float(line.rpartition(" ")[2]) for line in lines if re.split(r"[{ ]", line, maxsplit=1)[0] == name)

    def kill(self) -> float:
        """SIGKILL; when that was, in seconds since 1970."""
        self.is_killed = True
        self.process.kill()
        killed_s = time()
        self.process.wait()
        return killed_s

    def end(self) -> float:
        """SIGTERM: it finishes what it has in hand and ends; when it was told, in seconds since 1970."""
        self.is_killed = True
        told_s = time()
        self.process.terminate()
        self.process.wait(STOP_S)
        return told_s


class Site:
    """Where the workers of an installation run: one data folder, one place for their logs. Use as a context.

    Args:
        profile: the first matching worker writes a profile there when it ends.
        database_url: of the read model; SQLite in the data folder where none is given.
    """

    def __init__(
        self, settings: KafkaSettings, *, profile: Path | None = None, database_url: str | None = None
    ) -> None:
        self.workers: list[Worker] = []
        self._settings = settings
        self._profile = profile
        self._database_url = database_url
        self._folder = TemporaryDirectory(prefix="commonweal-bench-")

    @property
    def matching(self) -> list[Worker]:
        """Its matching workers, in the order in which they were started."""
        return [worker for worker in self.workers if worker.service == "matching"]

    @property
    def data_dir(self) -> Path:
        """All workers keep their snapshots and tables in it."""
        return Path(self._folder.name)

    def start(self, service: str) -> Worker:
        """Start one more; it is not ready yet."""
        log = self.data_dir / f"{len(self.workers)}-{service}.log"
        env = {**os.environ, **self._settings.environment(), **UNLIMITED}
        env |= {"COMMONWEAL_DATA_DIR": str(self.data_dir), "COMMONWEAL_HTTP_PORT": "0"}
        env["COMMONWEAL_DATABASE_URL"] = self._database_url or ""
        profiled = self._profile is not None and service == "matching" and not self.matching
        runs = ["-m", SAMPLED, str(self._profile), COMMAND] if profiled else ["-c", COMMAND]
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, *runs, "worker", service], stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=env
            )
        self.workers.append(Worker(service, process, log))
        return self.workers[-1]

    def begin_profile(self) -> None:
        """What is done from now on is profiled, where a profile is wanted."""
        if self._profile is not None:
            self.matching[0].process.send_signal(signal.SIGUSR1)

    def check(self) -> None:
        """Notice a worker that ended by itself.

        Raises:
            WorkerEndedError: one has ended.
        """
        for worker in self.workers:
            worker.check()

    def cpu_s(self) -> dict[str, float]:
        """Seconds of processor time by service, so far."""
        return self._by_service(Worker.cpu_s)

    def peak_mb(self) -> dict[str, float]:
        """The most memory held, by service, all its processes together."""
        return self._by_service(Worker.peak_mb)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            try:
                worker.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                worker.kill()
        self._folder.cleanup()

    def _by_service(self, of: Callable[[Worker], float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for worker in self.workers:
            found[worker.service] = found.get(worker.service, 0.0) + of(worker)
        return found
