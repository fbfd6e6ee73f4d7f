"""What askers and offerers say: asks and offers, second thoughts, people who come and go.

What is said does not always make sense, and must be answered all the same.
"""

from collections.abc import Callable, Mapping
from random import Random

from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import Urgency, Vetting
from schemas.events import AnyEvent
from schemas.members import MemberChanged, MemberJoined, MemberLeft
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.schedules import Freq, Schedule
from services.simulation.chance import pick
from services.simulation.seeds.policies import DAY_MS, HOUR_MS, MINUTE_MS
from services.simulation.seeds.towns import Town, draw_fields, draw_languages, draw_place

NEEDS = {"cw:lending.tools": 76, "oe:102": 8, "oe:102-04": 6, "cw:errands.groceries": 10}
REMOTE, RECURS = 0.12, 0.06
LIVES_MS = {None: 60, DAY_MS: 14, 6 * HOUR_MS: 10, HOUR_MS: 10, 90_000: 4, 0: 2}
"""How long after it is said something stands; None leaves it to the policy."""
LATER_MS = {None: 85, 1_000: 8, HOUR_MS: 7}
TAKEN_NAME = 0.06
"""Chance that something is opened under a name that is in use, or was."""

Say = Callable[[Random, Town, int], AnyEvent]


def ask(draw: Random, town: Town, at_ms: int) -> AskOpened:
    """An ask around `at_ms`."""
    remote, who = draw.random() < REMOTE, member(draw, town)
    return AskOpened(
        community=town.community,
        ask=_name(draw, "A", town.asks, who),
        member=who,
        need=pick(draw, NEEDS),
        place=None if remote and draw.random() < 0.5 else draw_place(draw),
        remote=remote,
        reach_m=pick(draw, {None: 75, 1_500: 15, 450: 7, 0: 3}),
        urgency=pick(draw, {Urgency.critical: 15, Urgency.high: 15, Urgency.normal: 60, Urgency.low: 10}),
        quantity=pick(draw, {1: 80, 2: 15, 3: 5}),
        earliest_ms=_after(draw, LATER_MS, at_ms),
        needed_by_ms=_after(draw, LIVES_MS, at_ms),
        list_until_ms=_after(draw, LIVES_MS, at_ms) if draw.random() < 0.3 else None,
        languages=draw_languages(draw) if draw.random() < 0.15 else (),
        vetting=pick(draw, {Vetting.none: 85, Vetting.basic: 15}),
        schedule=_draw_schedule(draw, at_ms),
    )


def offer(draw: Random, town: Town, at_ms: int) -> OfferOpened:
    """An offer around `at_ms`."""
    remote, who = draw.random() < REMOTE, member(draw, town)
    return OfferOpened(
        community=town.community,
        offer=_name(draw, "O", town.offers, who),
        member=who,
        needs=tuple(sorted({pick(draw, NEEDS), pick(draw, NEEDS)})),
        place=None if remote and draw.random() < 0.5 else draw_place(draw),
        remote=remote,
        radius_m=pick(draw, {3_000: 60, 1_500: 25, 450: 12, 0: 3}),
        capacity=pick(draw, {1: 60, 2: 25, 5: 15}),
        from_ms=_after(draw, LATER_MS, at_ms),
        list_until_ms=_after(draw, LIVES_MS, at_ms),
        schedule=_draw_schedule(draw, at_ms),
    )


def member(draw: Random, town: Town) -> str:
    """Somebody of the town; rarely somebody nobody told of."""
    return "m-stranger" if draw.random() < 0.02 else f"m-{draw.randrange(max(len(town.members), 3))}"


def of_ask(draw: Random, town: Town, at_ms: int, name: str | None = None) -> AnyEvent:
    """A second thought about an ask."""
    name, community = name or town.an_ask(draw), town.community
    if draw.random() < 0.25:
        return AskWithdrawn(community=community, ask=name)
    return AskChanged(
        community=community,
        ask=name,
        quantity=pick(draw, {None: 60, 1: 20, 2: 20}),
        place=draw_place(draw) if draw.random() < 0.3 else None,
        needed_by_ms=_after(draw, LIVES_MS, at_ms),
        urgency=pick(draw, {None: 60, Urgency.critical: 20, Urgency.low: 20}),
    )


def of_offer(draw: Random, town: Town, at_ms: int, name: str | None = None) -> AnyEvent:
    """A second thought about an offer."""
    name, community = name or town.an_offer(draw), town.community
    kind = pick(draw, {"pause": 25, "resume": 30, "withdraw": 15, "change": 30})
    if kind == "pause":
        return OfferPaused(community=community, offer=name)
    if kind == "resume":
        return OfferResumed(community=community, offer=name)
    if kind == "withdraw":
        return OfferWithdrawn(community=community, offer=name)
    return OfferChanged(
        community=community,
        offer=name,
        capacity=pick(draw, {None: 50, 1: 25, 4: 25}),
        place=draw_place(draw) if draw.random() < 0.3 else None,
        radius_m=pick(draw, {None: 50, 0: 10, 3_000: 40}),
        list_until_ms=_after(draw, LIVES_MS, at_ms),
    )


def of_member(draw: Random, town: Town, at_ms: int) -> AnyEvent:
    """Somebody joins again, changes a boundary, or leaves."""
    who, community = member(draw, town), town.community
    kind = pick(draw, {"join": 40, "change": 45, "leave": 15})
    if kind == "leave":
        return MemberLeft(community=community, member=who)
    fields = draw_fields(draw, [f"m-{number}" for number in range(3)])
    if kind == "join":
        return MemberJoined(community=community, member=who, **dict(fields))
    paused_until_ms = _after(draw, {None: 60, MINUTE_MS: 20, DAY_MS: 20}, at_ms)
    return MemberChanged(
        community=community,
        member=who,
        blocked=fields.blocked,
        active_max=fields.active_max,
        asked_per_day_max=fields.asked_per_day_max,
        quiet=fields.quiet,
        paused_until_ms=paused_until_ms,
    )


SAYINGS: Mapping[Say, float] = {ask: 40, offer: 36, of_ask: 9, of_offer: 9, of_member: 6}


def _name(draw: Random, letter: str, names: dict[str, str], who: str) -> str:
    """A name nobody has used yet, as a rule; from then on it is known."""
    if names and draw.random() < TAKEN_NAME:
        return draw.choice(list(names))
    name = f"{letter}{len(names)}"
    names[name] = who
    return name


def _after(draw: Random, spans_ms: Mapping[int | None, float], at_ms: int) -> int | None:
    span_ms = pick(draw, spans_ms)
    return None if span_ms is None else at_ms + span_ms


def _draw_schedule(draw: Random, at_ms: int) -> Schedule | None:
    if draw.random() >= RECURS:
        return None
    opens = pick(draw, {None: 50, 9 * 60: 25, 22 * 60: 25})
    return Schedule(
        dtstart_ms=at_ms + draw.choice((0, HOUR_MS)),
        freq=pick(draw, {Freq.daily: 60, Freq.weekly: 30, Freq.monthly: 10}),
        interval=draw.choice((1, 1, 2)),
        count=pick(draw, {None: 40, 1: 20, 3: 40}),
        opens_at_minute=opens,
        closes_at_minute=None if opens is None else (opens + 180) % 1_440,
    )
