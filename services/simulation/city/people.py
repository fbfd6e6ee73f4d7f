"""The people of Larkmere: where they live, what they speak, who helps with what, and how they answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from schemas.codes import Vetting
from schemas.members import MemberJoined, QuietHours
from schemas.model import Place
from services.simulation.chance import around, chance, pick
from services.simulation.city.clock import OFFSETS
from services.simulation.city.places import District, draw_district, draw_place

ENGLISH = "en"
SPEAKS_ENGLISH_TOO = 0.72
HELPERS_LANGUAGES = 0.35
"""How many of those who help speak the language of a neighbour's home besides their own."""
SKILLS = {
    "driving": 40, "first-aid": 25, "computers": 25, "dogs": 25, "heavy-lifting": 25, "power-tools": 20, "cooking": 20,
    "listening": 20, "experience-disability": 8, "wheelchair-transfer": 6,
}  # fmt: skip
"""Skill → percent of helpers who have it."""
PROVIDES = {"step-free": 45, "scent-free": 25, "pet-free": 30, "easy-language": 20}
VETTED = {Vetting.none: 10, Vetting.basic: 38, Vetting.checked: 37, Vetting.trusted: 15}
BLOCKS_PER_THOUSAND = 30


@dataclass(frozen=True, slots=True)
class Temper:
    """How somebody who helps answers. Nothing of this is told to the engine: it has to find out."""

    accepts: float
    """Chance to say yes to what is near."""
    declines: float
    """Chance to say no rather than nothing, where it is not yes."""
    reply_min: float
    """Half of the answers come sooner than this, in minutes."""
    reliable: float
    """Chance that what was accepted is done."""


@dataclass(frozen=True, slots=True)
class Resident:
    """One person: what the engine may know (`joined`), and what it may not."""

    joined: MemberJoined
    home: District
    place: Place
    household: int
    temper: Temper

    @property
    def member(self) -> str:
        """Their opaque id."""
        return self.joined.member


def draw_people(seed: int, community: str, count: int) -> list[Resident]:
    """So many people, the same for the same seed. Some of them want nothing to do with some others."""
    draw = chance(seed, "people")
    people = [_draw_resident(draw, community) for _ in range(count)]
    by_id = {one.member: one for one in people}  # an id drawn twice is one person
    return _with_blocks(chance(seed, "blocks"), list(by_id.values()))


def _draw_resident(draw: Random, community: str) -> Resident:
    home = draw_district(draw)
    joined = MemberJoined(
        community=community,
        member=f"n-{draw.getrandbits(40):010x}",
        languages=_draw_languages(draw, home),
        skills=_draw_some(draw, SKILLS),
        accessibility=_draw_some(draw, PROVIDES),
        vetting=pick(draw, VETTED),
        quiet=_draw_quiet(draw),
        asked_per_day_max=pick(draw, {None: 70, 4: 10, 6: 12, 8: 8}),
        active_max=pick(draw, {None: 70, 1: 15, 2: 15}),
    )
    household = pick(draw, {1: 38, 2: 30, 3: 13, 4: 12, 5: 5, 7: 2})
    return Resident(joined, home, draw_place(draw, home), household, _draw_temper(draw))


def _draw_languages(draw: Random, home: District) -> tuple[str, ...]:
    weights: Mapping[str, int] = {ENGLISH: 100 - sum(home.languages.values()), **home.languages}
    mother = pick(draw, weights)
    if mother == ENGLISH:
        also = pick(draw, home.languages) if draw.random() < HELPERS_LANGUAGES * 0.25 else None
        return (ENGLISH,) if also is None else (ENGLISH, also)
    return (mother, ENGLISH) if draw.random() < SPEAKS_ENGLISH_TOO else (mother,)


def _draw_some(draw: Random, percents: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(code for code, percent in percents.items() if draw.random() * 100 < percent)


def _draw_quiet(draw: Random) -> QuietHours | None:
    """Most people sleep at night and say so; some leave it to the silence."""
    if draw.random() < 0.12:
        return None
    return QuietHours(
        from_minute=pick(draw, {20 * 60: 1, 21 * 60: 3, 22 * 60: 5, 23 * 60: 2}),
        to_minute=pick(draw, {6 * 60: 2, 6 * 60 + 30: 2, 7 * 60: 4, 8 * 60: 2}),
        offsets=OFFSETS,
    )


def _draw_temper(draw: Random) -> Temper:
    return Temper(
        accepts=draw.betavariate(2, 3.6),
        declines=draw.betavariate(2, 3),
        reply_min=around(draw, 9, 0.9),
        reliable=draw.betavariate(18, 1.2),
    )


def _with_blocks(draw: Random, people: list[Resident]) -> list[Resident]:
    """Now and then somebody blocks a neighbour: nobody needs to say why, and nobody is told."""
    blocked = []
    for one in people:
        neighbours = [other.member for other in people if other.home is one.home and other is not one]
        if neighbours and draw.random() * 1_000 < BLOCKS_PER_THOUSAND:
            joined = one.joined.model_copy(update={"blocked": (draw.choice(neighbours),)})
            blocked.append(Resident(joined, one.home, one.place, one.household, one.temper))
        else:
            blocked.append(one)
    return blocked
