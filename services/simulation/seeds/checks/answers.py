"""Every event is answered in the very block that answers its record, and none has an effect twice."""

from collections import Counter
from collections.abc import Iterator

from schemas.facts import LeftWaiting, PolicyTaken, PutWaiting, Refused
from services.simulation.seeds.checks.records import Decided

UNANSWERING = ("duplicate", "unknown_community")
"""Refusals after which the event's name is as free as before."""


def every_event_is_answered(decided: tuple[Decided, ...]) -> Iterator[str]:
    """Breaches in one partition's history."""
    waiting = Counter[str]()
    taken_ms: dict[tuple[str, str], int] = {}
    horizon_ms: dict[str, int] = {}
    for one in decided:
        yield from _unanswered(one)
        yield from _waiting(one, waiting)
        yield from _doubled(one, taken_ms, horizon_ms)


def _unanswered(one: Decided) -> Iterator[str]:
    answers = Counter(fact.cause for fact in one.block.facts)
    for uid, times in Counter(event.uid for event in one.events).items():
        if answers[uid] < times:
            yield f"{one.place}: {uid} came {times} times and was answered {answers[uid]} times"


def _waiting(one: Decided, waiting: Counter[str]) -> Iterator[str]:
    """Whoever is put into the waiting room leaves it once, and is answered then."""
    for position, fact in enumerate(one.block.facts):
        if isinstance(fact, PutWaiting):
            waiting[fact.event.uid] += 1
        elif isinstance(fact, LeftWaiting):
            waiting[fact.uid] -= 1
            if waiting[fact.uid] < 0:
                yield f"{one.place}, fact {position}: {fact.uid} left the waiting room without having been in it"
            if all(later.cause != fact.uid for later in one.block.facts[position + 1 :]):
                yield f"{one.place}, fact {position}: {fact.uid} left the waiting room and was not answered"


def _doubled(one: Decided, taken_ms: dict[tuple[str, str], int], horizon_ms: dict[str, int]) -> Iterator[str]:
    """An event's name is taken once, unless it comes again after it was forgotten."""
    for fact in one.block.facts:
        if isinstance(fact, PolicyTaken):
            known_ms = horizon_ms.get(fact.community, fact.policy.seen_horizon_ms)
            horizon_ms[fact.community] = min(known_ms, fact.policy.seen_horizon_ms)
    free = Counter(fact.cause for fact in one.block.facts if isinstance(fact, Refused) and fact.reason in UNANSWERING)
    for event in one.events:
        if free[event.uid] > 0:
            free[event.uid] -= 1
            continue
        name = event.data.community, event.uid
        before_ms, now_ms = taken_ms.get(name), one.block.now_ms
        if before_ms is not None and now_ms - before_ms <= horizon_ms.get(event.data.community, 0):
            yield f"{one.place}: {event.uid} was decided at {before_ms} and again at {now_ms}, before it was forgotten"
        taken_ms[name] = now_ms
