"""A cluster's administration, by kafka-python: topics, their settings, the cluster's own."""

import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.runtime.kafka.errors import ClientsMissing, ClusterRefused, ClusterUnreachable, LoginRefused
from services.runtime.kafka.settings import KafkaSettings

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

BOOTSTRAP_TIMEOUT_MS = 10_000
SENTENCE_CHARS_MAX = 300
CONNECT_TIMEOUT_S = 5.0
REQUEST_TIMEOUT_MS = 60_000
"""A thousand partitions are made in seconds; a cluster under load may take longer."""


@contextlib.contextmanager
def administering(
    settings: KafkaSettings, doing: str, *, timeout_ms: int = BOOTSTRAP_TIMEOUT_MS
) -> Iterator["KafkaAdminClient"]:
    """An admin client, closed at the end.

    Args:
        doing: what is wanted of the cluster, as a verb; for the sentence when it is refused.
        timeout_ms: how long to look for a broker that answers.

    Raises:
        ClusterUnreachable: no broker answered in time.
        LoginRefused: one listens, and hangs up on our user.
        ClusterRefused: the cluster answered with an error.
        ClientsMissing: kafka-python is not installed.
    """
    try:
        import kafka
        from kafka import errors
    except ImportError:
        raise ClientsMissing("kafka-python") from None
    words = settings.for_kafka_python()
    expect_listener(settings)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what fails is said once, by us
    try:
        client = kafka.KafkaAdminClient(
            **words, bootstrap_timeout_ms=timeout_ms, request_timeout_ms=max(REQUEST_TIMEOUT_MS, timeout_ms)
        )
    except errors.KafkaError as error:
        if settings.security_protocol.is_authenticated:  # a broker just hangs up on a wrong password
            raise LoginRefused(settings.bootstrap) from None
        raise ClusterUnreachable(settings.bootstrap, _sentence(error)) from None
    try:
        yield client
    except (errors.KafkaConnectionError, errors.KafkaTimeoutError) as error:
        raise ClusterUnreachable(settings.bootstrap, _sentence(error)) from None
    except errors.KafkaError as error:
        raise ClusterRefused(settings.bootstrap, doing, _sentence(error)) from None
    finally:
        client.close()


def expect_listener(settings: KafkaSettings) -> None:
    """Say at once that nobody listens, or not as wanted, where a client would try for as long as it may.

    Raises:
        ClusterUnreachable: that is so of every place.
    """
    tls: ssl.SSLContext | None = settings.for_kafka_python().get("ssl_context")
    why = ""
    for place in settings.bootstrap.split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=CONNECT_TIMEOUT_S) as plain:
                if tls is not None:
                    tls.wrap_socket(plain, server_hostname=host).close()
                return
        except OSError as error:  # ssl.SSLError among them
            why = error.strerror or str(error)
    raise ClusterUnreachable(settings.bootstrap, why)


def _sentence(error: Exception) -> str:
    """What an error says, without the whole request that kafka-python repeats."""
    description = getattr(error, "description", None)
    said = f"{type(error).__name__}: {description}" if description else str(error) or type(error).__name__
    return " ".join(said.split())[:SENTENCE_CHARS_MAX]
