"""The broker's own settings: one node that is broker and controller, listening on this machine only. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.topics import MESSAGE_BYTES_MAX

HOST = "127.0.0.1"
SASL_LISTENER = "SASL_SSL"
_OFFSETS_PARTITIONS = 8
_SEGMENT_INDEX_BYTES = 1 << 20
"""An index is mapped into memory for each partition; ten megabytes each would be much for some thousand of them."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the node listens, on the loopback address."""

    plain: int
    controller: int
    sasl: int | None = None
    """For SASL_SSL, where it is offered."""


def server_properties(data: Path, ports: Ports, security: Mapping[str, str]) -> str:
    """The text of `server.properties`.

    Args:
        data: where records are kept.
        security: further settings, for the SASL_SSL listener.
    """
    listeners = {"PLAINTEXT": ports.plain} | ({SASL_LISTENER: ports.sasl} if ports.sasl is not None else {})
    addresses = [f"{name}://{HOST}:{port}" for name, port in listeners.items()]
    controller = f"{HOST}:{ports.controller}"
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": ",".join([*addresses, f"CONTROLLER://{controller}"]),
        "advertised.listeners": ",".join(addresses),
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": ",".join(["CONTROLLER:PLAINTEXT", *(f"{name}:{name}" for name in listeners)]),
        "log.dirs": str(data),
        **_ONE_NODE,
        **_LIMITS,
        **security,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


_ONE_NODE = {
    "auto.create.topics.enable": "false",  # topics are code: what is not declared is a mistake
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": str(_OFFSETS_PARTITIONS),
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.num.partitions": str(_OFFSETS_PARTITIONS),
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
}
_LIMITS = {
    "message.max.bytes": str(MESSAGE_BYTES_MAX),
    "replica.fetch.max.bytes": str(MESSAGE_BYTES_MAX),
    "log.index.size.max.bytes": str(_SEGMENT_INDEX_BYTES),
    "log.segment.delete.delay.ms": "1000",  # a deleted topic's files go soon; tests make and delete many
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": str(16 << 20),
    "num.recovery.threads.per.data.dir": "4",
}
