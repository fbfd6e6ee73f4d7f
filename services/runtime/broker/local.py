"""The broker of one folder: brought up, taken down, frozen and thawed, told about."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from services.runtime.broker.errors import BrokerFailed, BrokerNeverUp, BrokerRunsOtherwise, FolderUnusable, PortTaken
from services.runtime.broker.jars import jars, locked_jars
from services.runtime.broker.java import could_not_listen, format_storage, last_words, start
from services.runtime.broker.locks import is_locked, locked
from services.runtime.broker.ports import answers, any_free_port, is_free
from services.runtime.broker.properties import HOST, Ports, server_properties
from services.runtime.broker.security import Security
from services.runtime.kafka import KafkaSettings

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
    secure_bootstrap: str | None = None
    """The same for SASL_SSL; None: it offers none."""
    version: str | None = None


class LocalBroker:
    """The broker that lives in a folder. Any process may look at it or stop it; it outlives who started it.

    Args:
        folder: made if it is not there.
        port: where to listen; None: where it listened last, else any free port; 0: any free port.
        sasl: offer a second listener, encrypted and for one user with a password (SASL_SSL, SCRAM-SHA-512).
        env: read for XDG_CACHE_HOME and COMMONWEAL_MAVEN_REPOSITORY.
    """

    def __init__(
        self, folder: Path, port: int | None = None, *, sasl: bool = False, env: Mapping[str, str] = os.environ
    ) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "broker.log"
        self._port = port
        self._security = Security(self.folder / "security")
        self._sasl = sasl
        self._env = env
        self._data = self.folder / "data"
        self._noted = self.folder / "broker.json"
        self._lock = self.folder / "broker.lock"

    def up(self) -> BrokerStatus:
        """Start it, unless it runs; returns when it answers.

        Raises:
            BrokerError: one of its family: no jars, the port is taken, the folder cannot be written, Kafka failed, or
                it runs already, without the listener that is wanted.
            ClusterError: Kafka runs, and did not take its user.
        """
        with self._alone():
            if not self._is_running():
                classpath, ports = jars(self._env), self._choose_ports()
                self._run(classpath, ports)
                self._await_ready(ports)
                if self._sasl:
                    self._security.let_in(self.settings(), self.log)
            elif self._sasl and self._read_noted().get("sasl") is None:
                raise BrokerRunsOtherwise(self.folder)
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

    def settings(self, prefix: str = "") -> KafkaSettings:
        """How a client reaches it, unencrypted.

        Raises:
            BrokerNeverUp: it never ran in this folder.
        """
        return KafkaSettings(bootstrap=f"{HOST}:{self._port_of('plain')}", prefix=prefix)

    def secure_settings(self, prefix: str = "") -> KafkaSettings:
        """How a client reaches the listener SASL_SSL.

        Raises:
            BrokerNeverUp: it never ran in this folder with `sasl`.
        """
        return replace(self._security.settings(self._port_of("sasl")), prefix=prefix)

    def write_environment(self) -> Path:
        """Write what a shell sources to reach the listener SASL_SSL; only its owner reads it, since it has the password."""
        return self._security.write_environment(self.secure_settings())

    def status(self) -> BrokerStatus:
        """How it is."""
        noted, running = self._read_noted(), self._is_running()
        plain, sasl = noted.get("plain"), noted.get("sasl")
        return BrokerStatus(
            folder=self.folder,
            is_running=running,
            is_answering=running and plain is not None and answers(plain),
            pid=noted.get("pid") if running else None,
            bootstrap=None if plain is None else f"{HOST}:{plain}",
            secure_bootstrap=None if sasl is None else f"{HOST}:{sasl}",
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
        try:
            return is_locked(self._lock)
        except PermissionError as error:
            raise FolderUnusable(self.folder, error.strerror or str(error)) from None

    def _send(self, sign: signal.Signals) -> None:
        pid = self._read_noted().get("pid")
        if pid is not None and self._is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)

    def _port_of(self, listener: str) -> int:
        port = self._read_noted().get(listener)
        if port is None:
            raise BrokerNeverUp(self.folder, listener)
        return port

    def _choose_ports(self) -> Ports:
        if self._port and not is_free(self._port):
            raise PortTaken(self._port, self.folder)
        plain = self._port or self._as_last("plain")
        return Ports(plain, controller=any_free_port(), sasl=self._as_last("sasl") if self._sasl else None)

    def _as_last(self, listener: str) -> int:
        last = None if self._port == 0 else self._read_noted().get(listener)
        return last if last is not None and is_free(last) else any_free_port()

    def _run(self, classpath: Path, ports: Ports) -> None:
        properties = self.folder / "server.properties"
        if self._sasl:
            self._security.make()
        security = self._security.properties() if self._sasl else {}
        properties.write_text(server_properties(self._data, ports, security), encoding="utf-8")
        if not (self._data / "meta.properties").exists():
            format_storage(classpath, properties, self.log)
        with locked(self._lock, wait_s=STOPPED_WITHIN_S) as descriptor:
            pid = start(classpath, properties, self.log, keeping=descriptor)
            self._noted.write_text(json.dumps({"pid": pid} | asdict(ports)), encoding="utf-8")

    def _read_noted(self) -> dict[str, int | None]:
        """What was noted when it was started last; empty if it never was."""
        try:
            noted: dict[str, int | None] = json.loads(self._noted.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        except PermissionError as error:
            raise FolderUnusable(self.folder, error.strerror or str(error)) from None
        return noted

    def _await_ready(self, ports: Ports) -> None:
        is_up = _within(READY_WITHIN_S, lambda: answers(ports.plain) or not self._is_running()) and self._is_running()
        if is_up:
            return
        said = last_words(self.log)
        if could_not_listen(self.log):
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
