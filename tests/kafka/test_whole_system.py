"""All five workers on a real broker, as the README starts them: what people say comes out decided, proven, and told."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import psutil
import pytest

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.decisions import DecisionBlock
from schemas.facts import MatchMoved, Proposed
from schemas.journal import JOURNAL_BODY
from schemas.partitions import partition_of
from schemas.topics import DECISIONS, JOURNAL, NOTIFICATIONS, TOPICS
from services.embedded import verify
from services.runtime.broker import LocalBroker
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import scan
from tests.house.readme import example
from tests.kafka.inbound import said_in, sent, write
from tests.kafka.workers import within

pytestmark = pytest.mark.slow
COMMONWEAL = str(Path(sys.executable).with_name("commonweal"))
README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
TOWNS = ("riverside", "hillside", "lakeside")
WITHIN_S = 120


def shown(command: str) -> list[str]:
    """The arguments of the README's line that begins so, `DIR` and ports made the test's own by the caller."""
    lines = re.findall(rf"^\$ commonweal ({command}.*)$", README, flags=re.MULTILINE)
    assert lines, f"the README shows no `commonweal {command}`"
    return str(lines[0]).split()


def run(arguments: list[str], folder: Path, kafka: KafkaSettings) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **kafka.environment()}
    return subprocess.run([COMMONWEAL, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


@contextmanager
def up(folder: Path, kafka: KafkaSettings) -> Iterator["subprocess.Popen[str]"]:
    """`commonweal up --kafka`, ended by Ctrl-C in any case."""
    command = [COMMONWEAL, *("city" if word == "DIR" else word for word in shown("up --kafka")), "--port", "0"]
    env = {**os.environ, **kafka.environment(), "COMMONWEAL_SESSION_SECONDS": "6"}
    with (
        (folder / "up.log").open("w") as said,
        subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=said, text=True) as process,
    ):
        try:
            log = folder / "up.log"
            within(lambda: process.poll() is not None or "is up on" in log.read_text(), "it does not come up", WITHIN_S)
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(WITHIN_S)


def proposals(log: KafkaLog, town: str) -> dict[str, Proposed]:
    facts = [fact for block in decided(log, town) for fact in block.facts]
    return {fact.match: fact for fact in facts if isinstance(fact, Proposed)}


def decided(log: KafkaLog, town: str) -> list[DecisionBlock]:
    """What stands in a town's decisions: the first for each journal record."""
    blocks: list[DecisionBlock] = []
    for record in scan(log, DECISIONS.name, partition_of(town)):
        block = DecisionBlock.model_validate_json(record.value or b"")
        assert block.source <= len(blocks), f"decisions jump to {block.source} after {len(blocks) - 1}"
        if block.source == len(blocks):
            blocks.append(block)
    return blocks


def journalled(log: KafkaLog, town: str) -> int:
    """Events in a town's journal."""
    bodies = [JOURNAL_BODY.validate_json(record.value or b"") for record in scan(log, JOURNAL.name, partition_of(town))]
    return sum(len(getattr(body, "events", ())) for body in bodies)


def told(log: KafkaLog) -> int:
    return sum(log.next_offset(NOTIFICATIONS.name, partition) for partition in log.partitions(NOTIFICATIONS.name))


def test_what_the_readme_shows_leads_from_an_ask_to_a_notification(own_broker: LocalBroker, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(example(README, "events.jsonl"), encoding="utf-8")
    own_broker.up()
    kafka = KafkaSettings(bootstrap=own_broker.status().bootstrap or "")
    with up(tmp_path, kafka) as system:
        submitted = run(
            ["city" if word == "DIR" else word for word in shown("submit events.jsonl --kafka")], tmp_path, kafka
        )
        assert (submitted.returncode, "admitted 3" in submitted.stdout) == (0, True), submitted.stderr
        with closing(KafkaLog(kafka, TOPICS)) as log:
            within(lambda: len(proposals(log, "riverside")) == 1, "nobody was proposed to", WITHIN_S)
            within(lambda: told(log) > 0, "nobody was told", WITHIN_S)
        verified = run(shown("verify --kafka"), tmp_path, kafka)
        assert (verified.returncode, "Nothing was found" in verified.stdout) == (0, True), verified.stderr
    assert system.returncode == 0, (tmp_path / "up.log").read_text()


def test_whatever_worker_is_killed_under_load_nothing_is_lost_and_all_holds(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    live_under_kills(kafka, tmp_path, kills=5)

    with closing(KafkaLog(kafka, TOPICS)) as log:
        assert verify(log).breach is None


@pytest.mark.long
def test_fifty_kills_under_load_leave_nothing_lost_and_all_holding(kafka: KafkaSettings, tmp_path: Path) -> None:
    live_under_kills(kafka, tmp_path, kills=50)

    with closing(KafkaLog(kafka, TOPICS)) as log:
        assert verify(log).breach is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells a process that its parent is gone")
def test_workers_drain_when_whoever_started_them_is_killed(kafka: KafkaSettings, tmp_path: Path) -> None:
    with up(tmp_path, kafka) as system:
        within(lambda: len(workers_of(system.pid)) == 5, "not all workers came up")
        workers = workers_of(system.pid)
        system.kill()
        _, left = psutil.wait_procs(workers, timeout=WITHIN_S)
    assert not left


def live_under_kills(kafka: KafkaSettings, folder: Path, kills: int) -> None:
    """Write events while workers are killed, answer what is proposed, and wait until all of it is decided."""
    draw, written = Random(7), dict.fromkeys(TOWNS, 0)
    with up(folder, kafka) as system, closing(KafkaLog(kafka, TOPICS)) as log:
        within(lambda: len(workers_of(system.pid)) == 5, "not all workers came up")
        for kill in range(kills):
            decisions = len(decided(log, TOWNS[0]))
            for town in TOWNS:
                said = said_in(town, 60, seed=kill, source=f"form-{kill}")
                asyncio.run(write(kafka, said))
                written[town] += len(said)
                written[town] += accept_some(kafka, log, town, kill)
            within(lambda before=decisions: len(decided(log, TOWNS[0])) > before, "nothing is decided", WITHIN_S)  # type: ignore[misc]
            draw.choice(workers_of(system.pid)).kill()
        for town in TOWNS:
            within(lambda town=town: journalled(log, town) >= written[town], f"{town} is not journalled", WITHIN_S)  # type: ignore[misc]
            end = log.next_offset(JOURNAL.name, partition_of(town))
            within(lambda town=town, end=end: len(decided(log, town)) >= end, f"{town} is not decided", WITHIN_S)  # type: ignore[misc]
        moved = [fact for town in TOWNS for block in decided(log, town) for fact in block.facts]
        assert any(isinstance(fact, MatchMoved) for fact in moved), "somebody accepted"


def accept_some(kafka: KafkaSettings, log: KafkaLog, town: str, turn: int) -> int:
    """A few of those who were proposed to accept; how many."""
    asked = list(proposals(log, town).values())[:3]
    yes = [
        sent(
            Acknowledged(community=town, match=one.match, member=one.offerer, verb=Verb.accept),
            f"yes-{turn}-{number}",
        )
        for number, one in enumerate(asked)
    ]
    asyncio.run(write(kafka, yes))
    return len(yes)


def workers_of(pid: int) -> list[psutil.Process]:
    """The worker processes that run now."""
    return [child for child in psutil.Process(pid).children() if child.status() != psutil.STATUS_ZOMBIE]
