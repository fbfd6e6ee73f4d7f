"""All workers of the Kafka shell on one machine: started together, started anew when one ends, drained together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cli.worker import Name
from services.runtime.kafka import KafkaSettings
from services.runtime.worker import WorkerSettings

COMMAND = "from services.cli.main import app; app()"
LOOK_EVERY_S = 0.25
AGAIN_AFTER_S = (1.0, 2.0, 5.0, 15.0)
"""How long a worker that ended is let rest, the longer the oftener it did."""
CALM_AFTER_S = 60.0
"""A worker that ran for so long is no longer held to have ended again and again."""
CANNOT_RUN = 2
"""A worker's exit code where it is not set up as it should be: starting it anew would not help."""
LEFT_AFTER_DRAIN_S = 5.0
PR_SET_PDEATHSIG = 1
PORT_MAX = 65_535
WORKERS = len(Name)


def taken_port(first: int) -> int | None:
    """The first port of the workers' that is not free on this machine, or lies beyond the last; None: all are."""
    for port in range(first, first + WORKERS) if first else ():
        if port > PORT_MAX:
            return port
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                return port
    return None


@dataclass(slots=True)
class Member:
    """One worker process."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    started_s: float
    ended: int = 0
    """How often it ended by itself lately."""
    again_s: float | None = None
    """When it is started anew; None while it runs."""


class WorkersTogether:
    """The five workers as processes of this one.

    Args:
        data: their files lie here.
        port: the first worker answers here, the others at the ports above; 0: each at any that is free.
        tell: is told in a sentence what became of a worker.
    """

    def __init__(self, kafka: KafkaSettings, data: Path, port: int, tell: Callable[[str], None]) -> None:
        self._kafka = kafka
        self._data = data
        self._port = port
        self._tell = tell
        self._told = threading.Event()
        self._drain_s = WorkerSettings.from_environment(os.environ).drain_s
        self.members: list[Member] = []

    def stop(self) -> None:
        """Let `run` drain and return. May be called from a signal handler."""
        self._told.set()

    def run(self) -> int:
        """Keep all of them running until told to stop, or until one cannot run.

        Returns:
            0 when they were told to stop, 2 when one of them is not set up as it should be.
        """
        with self._started():
            while not self._told.wait(LOOK_EVERY_S):
                for member in self.members:
                    if self._see_to(member, time.monotonic()) == CANNOT_RUN:
                        self._tell(f"{member.name} cannot run as it is set up; its words stand above")
                        return CANNOT_RUN
        return 0

    @contextmanager
    def _started(self) -> Iterator[None]:
        try:
            for place, name in enumerate(Name):
                port = self._port + place if self._port else 0
                self.members.append(Member(name.value, port, self._process(name.value, port), time.monotonic()))
            yield
        finally:
            self._drain()

    def _process(self, name: str, port: int) -> "subprocess.Popen[bytes]":
        shared = self._data / "board.sqlite"
        env = {
            "COMMONWEAL_DATABASE_URL": os.environ.get("COMMONWEAL_DATABASE_URL") or f"sqlite:///{shared}",
            "COMMONWEAL_DATA_DIR": str(self._data),
            "COMMONWEAL_HTTP_PORT": str(port),
        }
        return subprocess.Popen(  # noqa: S603 - our own command, each part an argument of its own
            [sys.executable, "-c", COMMAND, "worker", name],
            env={**os.environ, **self._kafka.environment(), **env},
            start_new_session=True,  # Ctrl-C reaches this process alone, which drains them
            preexec_fn=_drain_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no other thread runs yet
        )

    def _see_to(self, member: Member, now_s: float) -> int | None:
        """Start a worker anew some time after it ended; its exit code, if it has just ended."""
        if member.again_s is not None:
            if now_s >= member.again_s:
                member.process, member.started_s = self._process(member.name, member.port), now_s
                member.again_s = None
            return None
        code = member.process.poll()
        if code is None:
            return None
        calm = now_s - member.started_s > CALM_AFTER_S
        member.ended = 0 if calm else member.ended + 1
        rest_s = AGAIN_AFTER_S[min(member.ended, len(AGAIN_AFTER_S) - 1)]
        member.again_s = now_s + rest_s
        if code != CANNOT_RUN:
            self._tell(f"{member.name} ended with {code} and is started anew in {rest_s:g} s")
        return code

    def _drain(self) -> None:
        for member in self.members:
            if member.process.poll() is None:
                member.process.send_signal(signal.SIGTERM)
        until_s = time.monotonic() + self._drain_s + LEFT_AFTER_DRAIN_S
        for member in self.members:
            try:
                member.process.wait(max(until_s - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self._tell(f"{member.name} did not finish in time and was ended; the next one does it again")
                member.process.kill()
                member.process.wait()


def _drain_with_parent() -> None:
    """Have the kernel tell a worker to drain when the process that started it is gone, however it went."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
