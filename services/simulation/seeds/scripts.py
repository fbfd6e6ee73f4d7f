"""The script of a seed: all that is said and all that befalls it, drawn before anything is run.

Answers to what will be decided are not in it: those follow from the decisions (`replies`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import orjson

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.events import AnyEvent
from schemas.operations import PolicySet
from services.intake import IntakeSettings, RawEvent, SourceLimits, Why
from services.matching import match_id
from services.simulation.chance import around, chance, pick
from services.simulation.seeds import speech
from services.simulation.seeds.coordination import about_ask, coordination
from services.simulation.seeds.policies import DAY_MS, HOUR_MS, MINUTE_MS, draw_policy
from services.simulation.seeds.rubbish import PARTNER, Stray, draw_rubbish, draw_stray
from services.simulation.seeds.towns import Town, draw_towns

START_MS = 1_767_600_000_000
PEOPLE, CONSOLE = "people", "console"
SAID = {"people": 85, "coordinator": 7, "rubbish": 5, "stray": 3}
EARLY, FORESEEN, TWICE, OTHERWISE = 0.2, 0.1, 0.12, 0.02
"""Chances that something comes before what it speaks of, or before anybody was asked, or comes again, or that another
thing comes under the same id."""
AGAIN_MS = {0: 40, 1_000: 20, 5 * MINUTE_MS: 20, 5 * HOUR_MS: 15, 30 * HOUR_MS: 5}
LEAPS, STALLS = 0.012, 0.03
"""Chances of a turn that time leaps, and that intake stalls from there on."""
LEAPS_MS = (11 * MINUTE_MS, 25 * HOUR_MS, 9 * DAY_MS)
STEPS_MAX, TURNS_MAX = 1_000, 90
CRASHES_MAX, CRASH_EVERY = 6, 40
"""Crashes, and after about how many finished steps one comes."""
UNLIMITED = SourceLimits(events_per_minute_max=10**9, burst_max=10**9, rejected_ppm_max=1_000_000)
TIGHT = SourceLimits(events_per_minute_max=2, burst_max=30, window_events=5, rejected_ppm_max=400_000)


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that reaches the door, or goes around it."""

    at_ms: int
    what: RawEvent | Stray
    why: Why | None = None
    """The reason for which the door must refuse it; None where it must not."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of virtual time, and what happens at its end."""

    until_ms: int
    decides: bool
    """Whether anything is taken in: where intake is stalled, events lie until it is not."""
    ticks: bool
    steps_max: int
    """Of the product, before time goes on."""


@dataclass(frozen=True, slots=True)
class Script:
    """Everything about a seed that does not depend on what is decided."""

    seed: int
    towns: tuple[Town, ...]
    sent: tuple[Sent, ...]
    turns: tuple[Turn, ...]
    crashes: tuple[int, ...]
    """After how many finished steps the process is killed, counted from the last time."""
    intake: IntakeSettings
    snapshot_bytes_min: int


def draw_script(seed: int) -> Script:
    """The script of a seed, the same on every machine."""
    towns, draw = draw_towns(seed), chance(seed, "script")
    turns = _draw_turns(chance(seed, "turns"))
    sent = [one for town in towns for one in _founding(draw, town)]
    for number, at_ms in enumerate(sorted(_moment(draw, turns) for _ in range(draw.randint(20, 150)))):
        sent += _said(chance(seed, "said", str(number)), draw.choice(towns), at_ms, number)
    sent.sort(key=lambda one: one.at_ms)  # those of one moment stay as they are: what founds a town comes first
    fate = chance(seed, "fate")
    limits = TIGHT if fate.random() < 0.08 else UNLIMITED
    intake = IntakeSettings(cut_records_max=pick(fate, {1: 15, 3: 25, 10: 25, 5_000: 35}), limits=limits)
    crashes = tuple(1 + int(fate.expovariate(1 / CRASH_EVERY)) for _ in range(fate.randint(0, CRASHES_MAX)))
    return Script(seed, tuple(towns), tuple(sent), turns, crashes, intake, fate.choice((1, 2_000, 20_000)))


def _moment(draw: Random, turns: tuple[Turn, ...]) -> int:
    """Towards the end of some turn, more often of an early one: what is asked soon can still be answered."""
    turn = turns[min(draw.randrange(len(turns)) for _ in range(3))]
    return max(turn.until_ms - draw.randrange(MINUTE_MS), START_MS + 1)


def raw(event: AnyEvent, source: str, name: str) -> RawEvent:
    """An event as it is sent."""
    document = {"id": name, "data": event.model_dump(mode="json", exclude_none=True)}
    return RawEvent(source, orjson.dumps(document), f"{source} {name}")


def _founding(draw: Random, town: Town) -> Iterator[Sent]:
    """The community, its policy and most of its people, before anybody says anything."""
    yield Sent(START_MS, raw(town.definition, CONSOLE, f"define-{town.community}"))
    policy = PolicySet(community=town.community, policy=draw_policy(draw, 1))
    yield Sent(START_MS, raw(policy, CONSOLE, f"policy-{town.community}"))
    for joined in town.members:
        yield Sent(START_MS, raw(joined, PEOPLE, f"join-{town.community}-{joined.member}"))


def _said(draw: Random, town: Town, at_ms: int, number: int) -> Iterator[Sent]:
    """One thing that is said, with what comes before and after because of it."""
    name = f"e{number}"
    kind = pick(draw, SAID)
    if kind == "stray":
        yield Sent(at_ms, draw_stray(draw, town.community, name))
        return
    if kind == "rubbish":
        value, why = draw_rubbish(draw, town.community, name)
        for at in _times(draw, at_ms):
            yield Sent(at, RawEvent(PARTNER, value, f"{PARTNER} {name}"), why)
        return
    by_people = kind == "people"
    event = pick(draw, speech.SAYINGS)(draw, town, at_ms) if by_people else coordination(draw, town, at_ms)
    source = PEOPLE if by_people else CONSOLE
    for at in _times(draw, at_ms):
        yield Sent(at, raw(event, source, name))
    if draw.random() < OTHERWISE:
        yield Sent(at_ms + draw.choice((0, MINUTE_MS)), raw(speech.ask(draw, town, at_ms), source, name))
    if draw.random() < EARLY:
        yield from _early(draw, town, event, at_ms, name)
    if draw.random() < FORESEEN:
        yield Sent(at_ms, raw(_foreseen(draw, town), PEOPLE, f"{name}-foreseen"))


def _times(draw: Random, at_ms: int) -> list[int]:
    """When it is sent: once, as a rule."""
    return [at_ms, at_ms + pick(draw, AGAIN_MS)] if draw.random() < TWICE else [at_ms]


def _early(draw: Random, town: Town, event: AnyEvent, at_ms: int, name: str) -> Iterator[Sent]:
    """A second thought about what is opened at `at_ms`, which comes before it."""
    at = max(START_MS + 1, at_ms - draw.choice((1, 1_000, MINUTE_MS, 20 * MINUTE_MS)))
    match event.type:
        case "ask.opened":
            said = (speech.of_ask, about_ask)[draw.random() < 0.3]
            thought = said(draw, town, at, event.ask) if said is speech.of_ask else about_ask(draw, town, event.ask)
        case "offer.opened":
            thought = speech.of_offer(draw, town, at, event.offer)
        case _:
            return
    yield Sent(at, raw(thought, PEOPLE, f"{name}-early"))


def _foreseen(draw: Random, town: Town) -> Acknowledged:
    """A yes to what nobody was asked yet, and may be asked while it waits: ids of matches can be computed."""
    ask, offer = town.an_ask(draw), town.an_offer(draw)
    who, match = town.offers.get(offer, "m-stranger"), match_id(town.community, ask, offer, 1)
    return Acknowledged(community=town.community, match=match, member=who, verb=Verb.accept)


def _draw_turns(draw: Random) -> tuple[Turn, ...]:
    """How time goes on: mostly a little, sometimes by leaps; sometimes intake is stalled for a while."""
    turns, now_ms, stalled = list[Turn](), START_MS, 0
    usual_ms = around(draw, 4 * MINUTE_MS, 1.0)
    for _ in range(draw.randint(25, TURNS_MAX)):
        now_ms += 1 + int(around(draw, usual_ms, 1.2))
        if draw.random() < LEAPS:
            now_ms += draw.choice(LEAPS_MS)
        stalled = draw.randint(2, 12) if not stalled and draw.random() < STALLS else max(0, stalled - 1)
        steps_max = pick(draw, {1: 40, 3: 30, STEPS_MAX: 30})
        turns.append(Turn(now_ms, not stalled, draw.random() < 0.5, steps_max))
    return tuple(turns)
