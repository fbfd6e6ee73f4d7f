"""The broker of one folder: brought up, taken down, frozen and thawed, told about."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from services.runtime.broker.errors import BrokerFailed, FolderUnusable, PortTaken
from services.runtime.broker.jars import jars, locked_jars
from services.runtime.broker.java import format_storage, last_words, start
from services.runtime.broker.locks import is_locked, locked
from services.runtime.broker.ports import answers, any_free_port, is_free
from services.runtime.broker.properties import HOST, Ports, server_properties

READY_WITHIN_S = 90.0
"""Three or four seconds on an idle machine; after a kill with much data, or on a crowded one, it takes longer."""
STOPPED_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """How the broker of a folder is."""

    folder: Path
    is_running: bool
    is_answering: bool
    pid: int | None = None
    bootstrap: str | None = None
    """Where it listens, or listened last, unencrypted."""
    version: str | None = None


class LocalBroker:
    """The broker that lives in a folder. Any process may look at it or stop it; it outlives who started it.

    Args:
        folder: made if it is not there.
        port: where to listen; None: where it listened last, else any free port; 0: any free port.
        env: read for XDG_CACHE_HOME and COMMONWEAL_MAVEN_REPOSITORY.
    """

    def __init__(self, folder: Path, port: int | None = None, *, env: Mapping[str, str] = os.environ) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "broker.log"
        self._port = port
        self._env = env
        self._data = self.folder / "data"
        self._noted = self.folder / "broker.json"
        self._lock = self.folder / "broker.lock"

    def up(self) -> BrokerStatus:
        """Start it, unless it runs; returns when it answers.

        Raises:
            BrokerError: one of its family: no jars, the port is taken, the folder cannot be written, Kafka failed.
        """
        with self._alone():
            if not self._is_running():
                classpath, ports = jars(self._env), self._choose_ports()
                self._run(classpath, ports)
                self._await_ready(ports)
        return self.status()

    def down(self) -> None:
        """Stop it and wait for its end; by force if it takes too long. Nothing acknowledged is lost either way."""
        with self._alone():
            self.thaw()
            for sign in (signal.SIGTERM, signal.SIGKILL):
                self._send(sign)
                if _within(STOPPED_WITHIN_S, lambda: not self._is_running()):
                    return
        raise BrokerFailed(
            self.log, f"did not end within {STOPPED_WITHIN_S:.0f} s of being killed", last_words(self.log)
        )

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._send(signal.SIGKILL)
        _within(STOPPED_WITHIN_S, lambda: not self._is_running())

    def freeze(self) -> None:
        """Let it hang, connections open, until `thaw`: what clients see when a broker stalls."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._send(signal.SIGCONT)

    def status(self) -> BrokerStatus:
        """How it is."""
        noted, running = self._read_noted(), self._is_running()
        plain = noted.get("plain")
        return BrokerStatus(
            folder=self.folder,
            is_running=running,
            is_answering=running and plain is not None and answers(plain),
            pid=noted.get("pid") if running else None,
            bootstrap=None if plain is None else f"{HOST}:{plain}",
            version=locked_jars()["version"],
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops a broker; others wait for it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / "change.lock", wait_s=READY_WITHIN_S + 2 * STOPPED_WITHIN_S):
                yield
        except OSError as error:
            raise FolderUnusable(self.folder, error.strerror or str(error)) from None

    def _is_running(self) -> bool:
        """The process itself holds the lock, so that a number given to another process never counts."""
        return is_locked(self._lock)

    def _send(self, sign: signal.Signals) -> None:
        pid = self._read_noted().get("pid")
        if pid is not None and self._is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)

    def _choose_ports(self) -> Ports:
        if self._port:
            if not is_free(self._port):
                raise PortTaken(self._port, self.folder)
            return Ports(self._port, any_free_port())
        last = self._read_noted().get("plain")
        if self._port is None and last is not None and is_free(last):
            return Ports(last, any_free_port())
        return Ports(any_free_port(), any_free_port())

    def _run(self, classpath: Path, ports: Ports) -> None:
        properties = self.folder / "server.properties"
        properties.write_text(server_properties(self._data, ports, {}), encoding="utf-8")
        if not (self._data / "meta.properties").exists():
            format_storage(classpath, properties, self.log)
        with locked(self._lock, wait_s=STOPPED_WITHIN_S) as descriptor:
            pid = start(classpath, properties, self.log, keeping=descriptor)
            self._noted.write_text(json.dumps({"pid": pid} | asdict(ports)), encoding="utf-8")

    def _read_noted(self) -> dict[str, int]:
        """What was noted when it was started last; empty if it never was."""
        try:
            noted: dict[str, int] = json.loads(self._noted.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return noted

    def _await_ready(self, ports: Ports) -> None:
        is_up = _within(READY_WITHIN_S, lambda: answers(ports.plain) or not self._is_running()) and self._is_running()
        if is_up:
            return
        said = last_words(self.log)
        if "BindException" in said or "Address already in use" in said:
            raise PortTaken(ports.plain, self.folder)
        if self._is_running():
            self.kill()
            raise BrokerFailed(self.log, f"did not answer within {READY_WITHIN_S:.0f} s", said)
        raise BrokerFailed(self.log, "ended while it started", said)


def _within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Wait until something is so; False if it never was."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_EVERY_S)
    return True
