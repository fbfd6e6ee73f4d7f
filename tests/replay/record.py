"""Record a history: `python -m tests.replay.record a_saturday_of_lending`.

Three files: the journal, the decisions, and what people were told in the end, for whoever reads along. Histories are
added, never edited: this refuses a name that is there.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from schemas.topics import DECISIONS, JOURNAL
from services.embedded import DataFolder, Embedded
from services.matching import Engine
from services.runtime.log import VirtualClock, export_topic
from tests.replay.saturday import live_through
from tests.unit.embedded.riverside import PARTITION, START_MS

HISTORIES = Path(__file__).parent / "histories"


def record(name: str) -> None:
    """Live through the day, and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        clock = VirtualClock(START_MS)
        with Embedded.open(Path(folder), clock, clock_kind="virtual") as embedded:
            live_through(embedded, clock)
            in_the_end = "".join(f"{line}\n" for line in told(embedded.matching.at_end(PARTITION)))
        (HISTORIES / f"{name}.told.txt").open("x").write(in_the_end)
        log = DataFolder(Path(folder)).read_log()
        for topic in (JOURNAL, DECISIONS):
            with (HISTORIES / f"{name}.{topic.name}.jsonl").open("xb") as out:
                export_topic(log, topic, out)
        log.close()


def told(engine: Engine) -> Iterator[str]:
    """What became of every ask, offer and match, a line each."""
    for name, community in sorted(engine.state.communities.items()):
        yield f"{name}: policy {community.policy.name}@{community.policy.version}"
        for ask in community.asks.values():
            how = "still open" if ask.ended is None else ask.ended.value
            yield f"  ask {ask.spec.ask}: {how}, {ask.fulfilled} of {ask.spec.quantity} given, asked {ask.attempts} times"
        for offer in community.offers.values():
            how = "still open" if offer.ended is None else offer.ended.value
            yield f"  offer {offer.spec.offer}: {how}, {offer.fulfilled} of {offer.spec.capacity} given"
        for match in community.matches.values():
            yield f"  match of {match.ask} and {match.offer}: {match.status.value}"


if __name__ == "__main__":
    record(*sys.argv[1:])
