"""Riverside, a small community for tests: what its people say from minute to minute, the same in every run.

All ids are invented, nobody is meant. Places and answers come from arithmetic on numbers, so nothing is drawn.
"""

from collections.abc import Iterable, Iterator

import orjson

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import Reason, Urgency, Verb
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent
from schemas.facts import Proposed
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined, PolicySet
from schemas.partitions import partition_of
from schemas.policy import HoldDial, Policy
from schemas.presets import with_certain_answers
from services.embedded import Embedded, Step
from services.intake import RawEvent
from services.runtime.log import VirtualClock

HERE = "riverside"
PARTITION = partition_of(HERE)
START_MS = 1_767_258_000_000  # 2026-01-01 09:00 UTC
MINUTE_MS = 60_000
TOOLS = "cw:lending.tools"  # anybody may lend, vetted or not
AT_ONCE = with_certain_answers(Policy(name="at-once", tick_ms=30_000, hold=HoldDial(near_m=500_000)))
"""Nothing is held back for something nearer, so that a test need not wait."""


def raw(event: AnyEvent, event_id: str, source: str = "test") -> RawEvent:
    """An event as somebody sends it."""
    document = {"id": event_id, "data": event.model_dump(mode="json", exclude_none=True)}
    return RawEvent(source, orjson.dumps(document), f"test, {event_id}")


def founding(policy: Policy = AT_ONCE, community: str = HERE) -> list[RawEvent]:
    """What comes before everything else."""
    return [
        raw(CommunityDefined(community=community, cell_m=10), f"community.{community}"),
        raw(PolicySet(community=community, policy=policy), f"policy.{community}"),
    ]


def ask(number: int, at_ms: int, community: str = HERE) -> AskOpened:
    """The ask of this number, with an hour to live."""
    return AskOpened(
        community=community,
        ask=f"ask-{number}",
        member=f"asker-{number}",
        need=TOOLS,
        place=Place(x_m=number * 370 % 3_000, y_m=number * 910 % 2_000),
        urgency=Urgency.critical if number % 5 == 0 else Urgency.normal,
        quantity=1 + number % 2,
        list_until_ms=at_ms + 60 * MINUTE_MS,
    )


def offer(number: int, at_ms: int, community: str = HERE) -> OfferOpened:
    """The offer of this number, with two hours to live."""
    return OfferOpened(
        community=community,
        offer=f"offer-{number}",
        member=f"helper-{number}",
        needs=(TOOLS,),
        place=Place(x_m=number * 530 % 3_000, y_m=number * 290 % 2_000),
        radius_m=5_000,
        capacity=2,
        list_until_ms=at_ms + 120 * MINUTE_MS,
    )


def minute(number: int, community: str = HERE) -> list[RawEvent]:
    """What people open in this minute: an ask, and in two minutes of three an offer."""
    at_ms = START_MS + number * MINUTE_MS
    opened = [raw(ask(number, at_ms, community), f"{community}.ask-{number}")]
    if number % 3:
        opened.append(raw(offer(number, at_ms, community), f"{community}.offer-{number}"))
    return opened


def answers(blocks: Iterable[DecisionBlock]) -> Iterator[RawEvent]:
    """What those who were asked say: of five one declines, one says nothing, the others accept."""
    for block in blocks:
        for fact in block.facts:
            if isinstance(fact, Proposed):
                yield from _answer(fact)


def _answer(fact: Proposed) -> Iterator[RawEvent]:
    mood = int(fact.match[-2:], 16) % 5
    if mood == 0:
        return
    verb, reason = (Verb.decline, Reason.busy) if mood == 1 else (Verb.accept, None)
    said = Acknowledged(community=fact.community, match=fact.match, member=fact.offerer, verb=verb, reason=reason)
    yield raw(said, f"{verb.value}.{fact.match}")


def live(embedded: Embedded, clock: VirtualClock, minutes: Iterable[int], community: str = HERE) -> None:
    """Let these minutes pass: people open asks and offers, and answer within a minute."""
    said: list[RawEvent] = []
    for number in minutes:
        clock.advance_to(START_MS + number * MINUTE_MS)
        embedded.submit([*said, *minute(number, community)])
        said = list(answers(settled(embedded)))


def settled(embedded: Embedded) -> list[DecisionBlock]:
    """What is decided until nothing waits."""
    steps: list[Step] = []
    embedded.settle(steps.append)
    return [block for step in steps for _, block in step.decided]
