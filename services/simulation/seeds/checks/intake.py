"""What was sent is in the journal once, or among the dead letters, and never in both or in neither."""

from collections import Counter
from collections.abc import Iterator, Sequence

from schemas.topics import INBOUND
from services.intake import Why
from services.relay import SOURCE as RELAY
from services.runtime.dead_letters import Letter
from services.runtime.log import Log, scan
from services.simulation.seeds.checks.records import Decided, Histories
from services.simulation.seeds.life import Lived


def nothing_is_lost_at_the_door(
    lived: Lived, log: Log, put_aside: Sequence[Letter], histories: Histories
) -> Iterator[str]:
    """Breaches between what was sent, what was let in, and what was put aside."""
    strays = {letter.origin for letter in put_aside if "/" in letter.origin}
    refused = Counter(
        (letter.origin, letter.reason.replace("-", "_"))
        for letter in put_aside
        if letter.source != RELAY and "/" not in letter.origin
    )
    yield from _at_the_door(lived, refused)
    let_in = 0
    for partition in sorted({partition for topic in INBOUND for partition in log.partitions(topic.name)}):
        sent = Counter(_inbound(log, partition, strays))
        taken = Counter(_journalled(histories.decided.get(partition, ())))
        let_in += sum(times for name, times in sent.items() if not name.startswith(f"{RELAY}/"))
        for name in (sent - taken) + (taken - sent):
            yield f"partition {partition}: {name} was let in {sent[name]} times and journalled {taken[name]} times"
    if let_in != lived.report.admitted_total:
        yield f"{lived.report.admitted_total} events were let in, {let_in} lie on the inbound topics"
    if len(strays) != lived.strays:
        yield f"{lived.strays} records that are no events were written, {len(strays)} were put aside"


def _at_the_door(lived: Lived, refused: Counter[tuple[str, str]]) -> Iterator[str]:
    if refused.total() != lived.report.rejected_total:
        yield f"{lived.report.rejected_total} events were refused, {refused.total()} lie among the dead letters"
    limited = Counter({origin: times for (origin, why), times in refused.items() if why == Why.source_limited.value})
    for (origin, why), times in lived.refused.items():
        if refused[origin, why] + limited[origin] < times:
            yield f"{origin}: should have been refused {times} times as {why}, and was {refused[origin, why]} times"
    expected = {origin for origin, _ in lived.refused}
    for origin, why in refused:
        if origin not in expected and why != Why.source_limited.value:
            yield f"{origin}: was refused as {why}, and nothing is wrong with it"


def _inbound(log: Log, partition: int, strays: set[str]) -> Iterator[str]:
    for topic in INBOUND:
        for record in scan(log, topic.name, partition):
            if f"{record.topic}/{record.partition}/{record.offset}" not in strays:
                headers = dict(record.headers)
                yield f"{headers['ce_source'].decode()}/{headers['ce_id'].decode()}"


def _journalled(decided: tuple[Decided, ...]) -> Iterator[str]:
    for one in decided:
        for event in one.events:
            yield event.uid
