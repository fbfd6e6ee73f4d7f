"""Waiting until the services have decided what came."""

from schemas.topics import DECISIONS, JOURNAL
from services.runtime.log import ReadableLog
from services.simulation.bench_kafka.people import taken_by
from services.simulation.bench_kafka.processes import Site
from tests.kafka.towns import until

WITHIN_S = 240.0


def wait_until_decided(log: ReadableLog, site: Site, *, inbound: int | None = None) -> None:
    """Wait until every journal record has its decision.

    Args:
        inbound: and so many inbound records were taken into the journal.
    """

    def is_done() -> bool:
        site.check()
        return (inbound is None or taken_in(log) == inbound) and is_decided(log)

    until(is_done, f"all decided, of {inbound} inbound records", WITHIN_S)


def taken_in(log: ReadableLog) -> int:
    """How many inbound records the journal says it took."""
    partitions = log.partitions(JOURNAL.name)
    lasts = [log.read(JOURNAL.name, one, log.next_offset(JOURNAL.name, one) - 1)[0] for one in partitions]
    return sum(taken_by(last.value or b"") for last in lasts)


def is_decided(log: ReadableLog) -> bool:
    """Every journal record has its decision, and there are some."""
    partitions = log.partitions(JOURNAL.name)
    return bool(partitions) and all(
        log.next_offset(DECISIONS.name, one) >= log.next_offset(JOURNAL.name, one) for one in partitions
    )
