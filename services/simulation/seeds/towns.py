"""The communities of a seed: few people, close together, so that everything meets everything."""

from dataclasses import dataclass, field
from itertools import count
from random import Random

from schemas.codes import Vetting
from schemas.members import MemberFields, MemberJoined, QuietHours
from schemas.model import Place
from schemas.operations import CommunityDefined
from schemas.partitions import partition_of
from schemas.schedules import OffsetFrom
from services.simulation.chance import chance, pick

NAMES = ("larkmere", "ashford", "quarry-bank")
CELL_M, CELLS = 150, 8
"""People live in a square of so many cells a side."""
LANGUAGES = ("de", "en", "tr")
SHARES_PARTITION = 0.35
"""Chance that a further community lies on the first one's partition."""
UNHEARD_OF, LATELY = 0.05, 6


@dataclass(frozen=True, slots=True)
class Town:
    """A community and everybody in it."""

    definition: CommunityDefined
    members: tuple[MemberJoined, ...]
    asks: dict[str, str] = field(default_factory=dict)
    """Name of each ask that is opened → who opens it, in the order in which that is said. Grows while a script is
    drawn."""
    offers: dict[str, str] = field(default_factory=dict)

    def an_ask(self, draw: Random) -> str:
        """The name of an ask, mostly one that was opened lately; rarely one that never was."""
        return _one_of(draw, list(self.asks))

    def an_offer(self, draw: Random) -> str:
        """The name of an offer, chosen alike."""
        return _one_of(draw, list(self.offers))

    @property
    def community(self) -> str:
        """Its id."""
        return self.definition.community


def draw_towns(seed: int) -> list[Town]:
    """One to three communities, some of which are neighbours."""
    draw = chance(seed, "towns")
    names: list[str] = []
    for name in NAMES[: pick(draw, {1: 50, 2: 30, 3: 20})]:
        names.append(_on_partition_of(names[0], name) if names and draw.random() < SHARES_PARTITION else name)
    people = draw.randint(10, 60)
    return [_draw_town(chance(seed, "town", name), name, names, people // len(names) + 1) for name in names]


def draw_place(draw: Random) -> Place:
    """Somewhere in the square."""
    return Place(x_m=draw.randrange(CELLS) * CELL_M, y_m=draw.randrange(CELLS) * CELL_M)


def draw_languages(draw: Random) -> tuple[str, ...]:
    """None, one or two."""
    return tuple(draw.sample(LANGUAGES, pick(draw, {0: 60, 1: 30, 2: 10})))


def draw_fields(draw: Random, members: list[str]) -> MemberFields:
    """What somebody can, and which boundaries they set."""
    asked_before = pick(draw, {0: 60, 10: 40})
    return MemberFields(
        languages=draw_languages(draw),
        vetting=pick(draw, {Vetting.none: 25, Vetting.basic: 35, Vetting.checked: 25, Vetting.trusted: 15}),
        quiet=_draw_quiet(draw) if draw.random() < 0.2 else None,
        asked_per_day_max=pick(draw, {None: 82, 0: 2, 1: 6, 3: 10}),
        asked_per_week_max=pick(draw, {None: 92, 2: 6, 0: 2}),
        active_max=pick(draw, {None: 80, 1: 20}),
        blocked=tuple(sorted(draw.sample(members, pick(draw, {0: 80, 1: 15, 3: 5})))),
        asked_before=asked_before,
        accepted_before=draw.randint(0, asked_before),
    )


def _one_of(draw: Random, names: list[str]) -> str:
    if not names or draw.random() < UNHEARD_OF:
        return f"X{draw.randrange(5)}"
    return draw.choice(names[-LATELY:] if draw.random() < 0.7 else names)


def _draw_town(draw: Random, name: str, names: list[str], people: int) -> Town:
    neighbours = tuple(other for other in names if other != name and draw.random() < 0.7)
    definition = CommunityDefined(community=name, cell_m=pick(draw, {1: 60, 250: 40}), neighbours=neighbours)
    members = [f"m-{number}" for number in range(people)]
    joined = tuple(
        MemberJoined(community=name, member=member, **dict(draw_fields(draw, members)))
        for member in members
        if draw.random() < 0.9  # the others are heard of by what they ask and offer
    )
    return Town(definition, joined)


def _draw_quiet(draw: Random) -> QuietHours:
    offsets = (OffsetFrom(from_ms=0, minutes=draw.choice((60, -480))),) if draw.random() < 0.5 else ()
    return QuietHours(from_minute=draw.randrange(1_441), to_minute=draw.randrange(1_441), offsets=offsets)


def _on_partition_of(first: str, name: str) -> str:
    """The name with the first number that brings it there."""
    wanted = partition_of(first)
    return next(named for named in (f"{name}-{number}" for number in count()) if partition_of(named) == wanted)
