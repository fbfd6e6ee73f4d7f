"""One settings block reaches a broker that wants TLS and a password, from every client."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import kafka as kafka_python
import pytest
from aiokafka.errors import KafkaError

from services.runtime.broker import LocalBroker
from services.runtime.kafka import ClusterUnreachable, KafkaSettings, LoginRefused
from services.runtime.topics import apply, check
from tests.kafka.records import WITHIN_S, read, write

pytestmark = pytest.mark.slow
ECHO = Path(__file__).with_name("faust_echo.py")


@pytest.fixture(scope="module")
def secure(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """A broker with a SASL_SSL listener, and two topics."""
    local = LocalBroker(tmp_path_factory.mktemp("secure"), port=0, sasl=True)
    local.up()
    settings = local.secure_settings(prefix="secure-")
    apply(settings, ["asks", "notifications"])
    yield settings
    local.down()


def test_topics_are_made_and_checked_through_it(secure: KafkaSettings) -> None:
    check(secure, ["asks", "notifications"])

    assert secure.security_protocol == "SASL_SSL"


def test_aiokafka_writes_and_reads_through_it(secure: KafkaSettings) -> None:
    asyncio.run(write(secure, "asks", b"from aiokafka", partition=1))

    assert asyncio.run(read(secure, "asks", 1, partition=1)) == [b"from aiokafka"]


def test_kafka_python_writes_and_reads_through_it(secure: KafkaSettings) -> None:
    producer = kafka_python.KafkaProducer(**secure.for_kafka_python())
    producer.send(secure.topic("asks"), b"from kafka-python", partition=2).get(WITHIN_S)
    producer.close()
    consumer = kafka_python.KafkaConsumer(
        **secure.for_kafka_python(), auto_offset_reset="earliest", consumer_timeout_ms=int(WITHIN_S * 1_000)
    )
    consumer.assign([kafka_python.TopicPartition(secure.topic("asks"), 2)])
    value = next(iter(consumer)).value
    consumer.close()

    assert value == b"from kafka-python"


def test_a_faust_app_reads_and_writes_through_it(secure: KafkaSettings) -> None:
    asyncio.run(write(secure, "asks", b"hello", partition=0))
    with subprocess.Popen(
        [sys.executable, ECHO, "worker", "--without-web"], env=os.environ | secure.environment()
    ) as app:
        try:
            (value,) = asyncio.run(read(secure, "notifications", 1, partition=0))
        finally:
            app.kill()

    assert value.endswith(b", says faust")


def test_a_wrong_password_is_refused_in_a_sentence(secure: KafkaSettings) -> None:
    stranger = replace(secure, password="not it")

    with pytest.raises(LoginRefused, match="hangs up on our login; set COMMONWEAL_KAFKA_USERNAME"):
        check(stranger, ["asks"])
    with pytest.raises(KafkaError, match="Unable to bootstrap"):
        asyncio.run(write(stranger, "asks", b"never", partition=3))


def test_a_broker_that_another_authority_vouches_for_is_not_spoken_to(secure: KafkaSettings) -> None:
    believer = replace(secure, ca_file=None)

    with pytest.raises(ClusterUnreachable, match="certificate verify failed"):
        check(believer, ["asks"])
