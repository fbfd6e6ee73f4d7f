"""Ports of the loopback address: which are free, and whether a Kafka broker answers on one."""

import contextlib
import secrets
import socket
import struct

from services.runtime.broker.properties import HOST

_FIRST, _COUNT = 20_000, 12_000
"""Below the ports that systems give to outgoing connections, so that none of those is in the way a moment later."""
_TRIES_MAX = 1_000
_METADATA, _VERSION, _CORRELATION = 3, 1, 1
_ANSWER_BYTES_MAX = 64 * 1024


def any_free_port() -> int:
    """A port nobody listens on just now.

    Raises:
        OSError: none was found.
    """
    for _ in range(_TRIES_MAX):
        port = _FIRST + secrets.randbelow(_COUNT)
        if is_free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_FIRST + _COUNT}")


def is_free(port: int) -> bool:
    """Whether one could listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: a closed one may linger
        try:
            asked.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int, *, timeout_s: float = 2.0) -> bool:
    """Whether a Kafka broker there tells of a cluster with a broker in it: only then can topics be made.

    Asked in Kafka's own protocol, Metadata for no topic, so that no client is needed to wait for a broker.
    """
    request = struct.pack(">hhihi", _METADATA, _VERSION, _CORRELATION, -1, 0)
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=timeout_s) as asked:
        asked.sendall(struct.pack(">i", len(request)) + request)
        with asked.makefile("rb") as answer:
            head = answer.read(12)
        if len(head) == 12:
            size, correlation, brokers = struct.unpack(">iii", head)
            return bool(0 < size < _ANSWER_BYTES_MAX and correlation == _CORRELATION and brokers > 0)
    return False
