"""Impact on a real broker: the measures are as counted without one, also after kills."""

import asyncio
import json
import signal
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.topics import MEASURES, TOPICS
from services.impact import measured
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.ledger import Ledger, decoded
from services.runtime.log import NewRecord, scan
from tests.kafka.decided import Decided, decided, write
from tests.kafka.reading import await_committed, rows
from tests.kafka.workers import running, within

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("decisions", MEASURES.name)], indirect=True),
]
COMMUNITIES = ("north", "south")


@pytest.fixture(scope="module")
def blocks() -> Decided:
    return decided(COMMUNITIES, 600)


def rebuilt(blocks: Decided) -> tuple[Counter[str], dict[str, bytes]]:
    """All measures together, and the rows: by the pure core, without a broker and undisturbed."""
    counts, standing = Counter[str](), dict[str, bytes]()
    for partition, written in blocks.items():
        ledger = Ledger(partition, standing, ())
        for offset, value in enumerate(written):
            step = ledger.take(decoded(partition, offset, value), measured)
            assert step is not None
            counts.update({measure.value: count for measure, count in step.outcome.counts.items()})
            for key, row in (step.position, *step.changes.items()):
                if row is None:
                    standing.pop(key, None)
                else:
                    standing[key] = row
    return counts, standing


def stale(kafka: KafkaSettings, partition: int) -> list[NewRecord]:
    """What a writer that was frozen early still had to send: a position and rows, as they stand far back in the changelog."""
    with closing(KafkaLog(kafka, TOPICS)) as log:
        written = list(scan(log, MEASURES.name, partition))
        starts = [index for index, one in enumerate(written) if one.key == f"{partition}/position".encode()]
        first, end = next(pair for pair in pairwise(starts) if pair[1] - pair[0] > 1)
        again = [NewRecord(one.value, one.key) for one in written[first:end]]
        log.append(MEASURES.name, partition, again)
    return again


def test_a_writer_that_wakes_up_after_its_successor_took_over_changes_no_row(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path
) -> None:
    _, wanted_rows = rebuilt(blocks)
    early = {partition: written[:-5] for partition, written in blocks.items()}
    asyncio.run(write(kafka, early))

    with running("impact", kafka, tmp_path) as worker:
        await_committed(kafka, "impact", early)
        for partition in blocks:
            assert stale(kafka, partition)
        asyncio.run(write(kafka, {partition: written[-5:] for partition, written in blocks.items()}))
        await_committed(kafka, "impact", blocks)
        assert worker.stop() == 0

    assert "a worker that was overtaken wrote rows" in worker.said()
    assert asyncio.run(rows(kafka, MEASURES.name)) == wanted_rows


def test_rows_of_a_writer_that_was_overtaken_are_left_out_by_whoever_reads_them_back(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path
) -> None:
    _, wanted_rows = rebuilt(blocks)
    early = {partition: written[:-5] for partition, written in blocks.items()}
    asyncio.run(write(kafka, early))
    with running("impact", kafka, tmp_path) as worker:
        await_committed(kafka, "impact", early)
        assert worker.stop() == 0
    for partition in blocks:
        stale(kafka, partition)

    asyncio.run(write(kafka, {partition: written[-5:] for partition, written in blocks.items()}))
    with running("impact", kafka, tmp_path) as worker:
        await_committed(kafka, "impact", blocks)
        troubles = worker.troubles()
        assert worker.stop() == 0

    assert troubles == []
    assert asyncio.run(rows(kafka, MEASURES.name)) == wanted_rows


def test_frozen_under_load_and_awake_beside_its_successor_a_worker_ends_or_joins_and_no_row_is_wrong(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path
) -> None:
    half = {partition: written[: len(written) // 2] for partition, written in blocks.items()}
    asyncio.run(write(kafka, half))
    with running("impact", kafka, tmp_path / "sleeper") as sleeper:
        within(lambda: sleeper.metric("impact_total", measure="proposals") > 20, "nothing is counted")
        sleeper.process.send_signal(signal.SIGSTOP)
        with running("impact", kafka, tmp_path / "successor") as successor:
            asyncio.run(write(kafka, {partition: blocks[partition][len(half[partition]) :] for partition in blocks}))
            await_committed(kafka, "impact", blocks)
            sleeper.process.send_signal(signal.SIGCONT)
            within(lambda: sleeper.process.poll() == 1 or sleeper.troubles() == [], "it neither ends nor joins")
            successor.await_ready()
            successor.stop()
        if sleeper.process.poll() is None:
            sleeper.stop()
    with running("impact", kafka, tmp_path / "reader") as reader:
        shown = json.loads(reader.get("/impact")[1])["communities"]

    together = Counter[str]()
    for measures in shown.values():
        together.update({measure: count for measure, count in measures.items() if count})
    assert together == rebuilt(blocks)[0]


def test_killed_midway_the_measures_are_those_of_a_rebuild_and_shown_per_community(
    kafka: KafkaSettings, blocks: Decided, tmp_path: Path
) -> None:
    counts, wanted_rows = rebuilt(blocks)
    asyncio.run(write(kafka, blocks))

    with running("impact", kafka, tmp_path) as worker:
        within(lambda: worker.metric("impact_total", measure="proposals") > 50, "nothing is counted")
        worker.kill()
    with running("impact", kafka, tmp_path) as worker:
        await_committed(kafka, "impact", blocks)
        shown = json.loads(worker.get("/impact")[1])["communities"]
        assert worker.stop() == 0

    assert counts["asks_accepted"] > 0
    together = Counter[str]()
    for measures in shown.values():
        together.update({measure: count for measure, count in measures.items() if count})
    assert together == counts
    assert shown.keys() == set(COMMUNITIES)
    assert asyncio.run(rows(kafka, MEASURES.name)) == wanted_rows
