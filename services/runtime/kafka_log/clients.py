"""aiokafka's clients with every limit by name."""

import logging

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.runtime.kafka import (
    FETCH_BYTES_MAX,
    FETCH_PARTITION_BYTES_MAX,
    REQUEST_BYTES_MAX,
    KafkaSettings,
)

FETCH_WAIT_MS = 250
"""How long the broker may wait for a record before it answers that there is none."""
REQUEST_TIMEOUT_MS = 15_000
RETRY_BACKOFF_MS = 100


def reading_client(settings: KafkaSettings) -> AIOKafkaConsumer:
    """A consumer of no group that commits nothing and goes only where it is told to. To be started."""
    logging.getLogger("aiokafka.consumer.subscription_state").setLevel(
        logging.WARNING
    )  # a line for each scan otherwise
    return AIOKafkaConsumer(
        **settings.for_aiokafka(),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=FETCH_PARTITION_BYTES_MAX,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=RETRY_BACKOFF_MS,
    )


def writing_client(settings: KafkaSettings, compression: str | None = None) -> AIOKafkaProducer:
    """A producer whose retries never write a batch twice, acknowledged by all replicas. To be started.

    Args:
        compression: "gzip", which every client reads without a library of its own.
    """
    return AIOKafkaProducer(
        **settings.for_aiokafka(),
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        compression_type=compression,
        max_batch_size=REQUEST_BYTES_MAX,
        max_request_size=REQUEST_BYTES_MAX,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=RETRY_BACKOFF_MS,
    )
