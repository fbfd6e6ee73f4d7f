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
from schemas.topics import CONTACT_BUDGETS, DECISIONS, NOTIFICATIONS
from services.notifications import NotificationSettings, requests
from services.notifications.records import record
from services.runtime.kafka import KafkaSettings
from services.runtime.ledger import Ledger, Page, decoded
from services.simulation.bench.town import START_MS
from tests.kafka.decided import Decided, decided, write
from tests.kafka.reading import await_committed, committed, everything, rows
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
        wanted = map(record, requests(page, block, NotificationSettings().contacts_per_day_max).notifications)
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


def test_two_workers_on_one_machine_share_the_partitions_and_the_second_takes_over_at_once_when_the_first_drains(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path
) -> None:
    wanted, wanted_rows = rebuilt(blocks)
    half = {partition: written[: len(written) // 2] for partition, written in blocks.items()}

    with (
        running("notifications", kafka, tmp_path / "one") as one,
        running("notifications", kafka, tmp_path / "two") as two,
    ):
        asyncio.run(write(kafka, half))
        await_committed(kafka, "notifications", half)
        assert one.address() != two.address()
        assert one.stop() == 0
        asyncio.run(write(kafka, {place: written[len(half[place]) :] for place, written in blocks.items()}))
        await_committed(kafka, "notifications", blocks)
        assert two.stop() == 0

    found = requested_on(kafka)
    assert still_worth_telling(wanted) <= found.keys() <= wanted.keys()
    assert all(len(values) == 1 for values in found.values()), "drained, and yet told twice"
    assert asyncio.run(rows(kafka, CONTACT_BUDGETS.name)) == wanted_rows


def test_what_is_no_block_stops_its_partition_loudly_uncommitted_and_the_others_go_on(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path
) -> None:
    poisoned, *others = blocks
    broken = {place: [*written[:20], b'{"version":9}', *written[20:40]] for place, written in blocks.items()}
    whole = {place: written[:41] for place, written in blocks.items()}

    with running("notifications", kafka, tmp_path) as worker:
        asyncio.run(write(kafka, {poisoned: broken[poisoned]} | {place: whole[place] for place in others}))
        within(lambda: len(worker.troubles()) == 1, f"it does not say what is the matter; see {worker.log}")
        within(
            lambda: {place: committed_by(kafka).get(place) for place in others} == dict.fromkeys(others, 41),
            "the neighbours stand still",
        )
        assert worker.troubles() == [
            f"partition {poisoned}: decision 20 is no block this version reads; start the version that wrote it, or a later one"
        ]
        assert worker.get("/health/live")[0] == 200
        assert worker.stop() == 0

    assert committed_by(kafka)[poisoned] == 20


def committed_by(kafka: KafkaSettings) -> dict[int, int]:
    return asyncio.run(committed(kafka, "notifications", DECISIONS.name))


def test_decisions_past_their_deadline_are_counted_and_nobody_is_told_of_them(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    long_ago = decided(("north",), 100, start_ms=START_MS)
    asyncio.run(write(kafka, long_ago))

    with running("notifications", kafka, tmp_path) as worker:
        await_committed(kafka, "notifications", long_ago)
        withheld = worker.metric("notifications_withheld_total", reason="past_deadline")
        assert worker.stop() == 0

    assert requested_on(kafka) == {}
    assert withheld == len(rebuilt(long_ago)[0])
