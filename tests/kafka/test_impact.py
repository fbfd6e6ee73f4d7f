"""Impact on a real broker: the measures are as counted without one, also after kills."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from schemas.topics import MEASURES
from services.impact import measured
from services.runtime.kafka import KafkaSettings
from services.runtime.ledger import Ledger, decoded
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
