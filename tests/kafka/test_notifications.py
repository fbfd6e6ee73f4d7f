"""Notifications on a real broker: killed under load, drained, shared, poisoned, and late."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

import orjson
import pytest

from schemas.decisions import DecisionBlock
from schemas.topics import CONTACT_BUDGETS, NOTIFICATIONS
from services.notifications import NotificationSettings, requests
from services.notifications.records import record
from services.runtime.kafka import KafkaSettings
from services.runtime.ledger import Ledger, Page, decoded
from tests.kafka.decided import Decided, decided, write
from tests.kafka.reading import await_committed, everything, rows
from tests.kafka.workers import WorkerProcess, running, within

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("decisions", "notifications", CONTACT_BUDGETS.name)], indirect=True),
]
COMMUNITIES = ("north", "south", "east")
EVENTS = 1_500
KILLS = (pytest.param(2, id="twice"), pytest.param(12, id="a dozen times", marks=pytest.mark.long))


@pytest.fixture(scope="module")
def blocks() -> Decided:
    return decided(COMMUNITIES, EVENTS)


def rebuilt(blocks: Decided) -> tuple[dict[bytes, bytes], dict[str, bytes]]:
    """What is requested, id → record, and the rows: by the pure core, without a broker and undisturbed."""

    def fold(page: Page, block: DecisionBlock) -> Sequence[tuple[bytes, bytes]]:
        wanted = map(record, requests(page, block, NotificationSettings()).notifications)
        return [(one.key or b"", one.value or b"") for one in wanted]

    requested: dict[bytes, bytes] = {}
    standing: dict[str, bytes] = {}
    for partition, written in blocks.items():
        ledger = Ledger(partition, standing, ())
        for offset, value in enumerate(written):
            step = ledger.take(decoded(partition, offset, value), fold)
            assert step is not None
            requested.update(step.outcome)
            for key, row in (step.position, *step.changes.items()):
                if row is None:
                    standing.pop(key, None)
                else:
                    standing[key] = row
    return requested, standing


def requested_on(kafka: KafkaSettings) -> dict[bytes, list[bytes]]:
    found = defaultdict[bytes, list[bytes]](list)
    for one in asyncio.run(everything(kafka, NOTIFICATIONS.name)):
        found[one.key].append(one.value)
    return found


def await_requested(worker: WorkerProcess, count: int) -> None:
    """Until it has requested so many."""
    within(lambda: sum(metric_of(worker, "notifications_requested_total")) > count, f"not {count} were requested")


@pytest.mark.parametrize("kills", KILLS)
def test_killed_again_and_again_under_load_no_notification_is_lost_and_rows_are_as_rebuilt(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path, kills: int
) -> None:
    wanted, wanted_rows = rebuilt(blocks)
    chance = Random(48_211)
    asyncio.run(write(kafka, blocks))

    for _ in range(kills):
        with running("notifications", kafka, tmp_path) as worker:
            finished = chance.randrange(10, 3_000 // kills)
            await_requested(worker, finished)
            worker.kill()
    with running("notifications", kafka, tmp_path) as worker:
        await_committed(kafka, "notifications", blocks)
        assert worker.stop() == 0

    found = requested_on(kafka)
    assert still_worth_telling(wanted) <= found.keys() <= wanted.keys()
    assert all(set(values) == {wanted[name]} for name, values in found.items()), "one id, two contents"
    assert asyncio.run(rows(kafka, CONTACT_BUDGETS.name)) == wanted_rows


def still_worth_telling(wanted: dict[bytes, bytes]) -> set[bytes]:
    """Those whose deadline lies ahead; what is past it may have been told, or not, as quick as the worker was."""
    return {name for name, value in wanted.items() if orjson.loads(value)["deadline_ms"] > time.time() * 1_000}


def metric_of(worker: WorkerProcess, name: str) -> list[float]:
    """Every series of a counter."""
    lines = worker.get("/metrics")[1].splitlines()
    return [float(line.split()[-1]) for line in lines if line.startswith(f"commonweal_{name}{{")]
