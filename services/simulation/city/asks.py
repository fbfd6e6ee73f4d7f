"""A day's asks: who asks for what, when, how urgently, for whom, and how long it can wait."""

from collections.abc import Sequence
from random import Random

from schemas.asks import AskOpened, AskWithdrawn
from schemas.codes import WithdrawnWhy
from schemas.events import AskEvent
from services.simulation.chance import around, chance, pick
from services.simulation.city.clock import at_minute
from services.simulation.city.needs import CRITICAL, WANTS, Want
from services.simulation.city.people import ENGLISH, Resident
from services.simulation.said import Said

ANONYMOUS = 0.06
ON_BEHALF = 0.09
SOLVED_ELSEWHERE = 0.04
WISHES_LANGUAGE = 0.55
"""How many of those who speak no English, or ask for talk, wish for a language of theirs."""
WISHES_SKILL = 0.33
WISHES_STEP_FREE = 0.04
MINUTES_LEFT_MIN = 45.0


def draw_asks(seed: int, people: Sequence[Resident], count: int) -> list[Said]:
    """So many asks over the day, some of which are taken back again because a neighbour rang the bell."""
    draw = chance(seed, "asks")
    moments = sorted((_draw_moment(draw, want), place, want) for place, want in enumerate(_draw_wants(draw, count)))
    said: list[Said] = []
    for number, (minute, _, want) in enumerate(moments, 1):
        asked = _draw_ask(draw, draw.choice(people), people, want, minute, f"a{number:04}")
        said.append(Said(at_minute(minute), asked))
        if draw.random() < SOLVED_ELSEWHERE:
            said.append(Said(at_minute(minute + around(draw, 60, 0.8)), _taken_back(asked)))
    return said


def _draw_wants(draw: Random, count: int) -> list[Want]:
    return draw.choices(WANTS, [want.asked for want in WANTS], k=count)


def _draw_moment(draw: Random, want: Want) -> float:
    """The local minute at which somebody asks."""
    return 60 * (pick(draw, dict(enumerate(want.hours))) + draw.random())


def _draw_ask(
    draw: Random, asker: Resident, people: Sequence[Resident], want: Want, minute: float, name: str
) -> AskOpened:
    for_other = draw.choice(people) if draw.random() < ON_BEHALF else None
    anonymous = for_other is None and draw.random() < ANONYMOUS
    helped = for_other or asker
    needed_min = max(MINUTES_LEFT_MIN, 60 * around(draw, want.patience_h, 0.5))
    urgency = pick(draw, want.urgency)
    if urgency is CRITICAL:
        needed_min = min(needed_min, 150)
    return AskOpened(
        community=asker.joined.community,
        ask=name,
        member=f"once-{name}" if anonymous else asker.member,
        need=want.need,
        place=None if want.remote and draw.random() < 0.5 else helped.place,
        remote=want.remote,
        urgency=urgency,
        quantity=pick(draw, want.quantity),
        needed_by_ms=at_minute(minute + needed_min),
        languages=_draw_languages(draw, helped, want),
        skills=want.skills if want.skills and draw.random() < WISHES_SKILL else (),
        accessibility=("step-free",) if draw.random() < WISHES_STEP_FREE else (),
        on_behalf_of=for_other.member if for_other else None,
        anonymous=anonymous,
        household_size=helped.household
        if want.need.startswith(("oe:102", "cw:errands.groceries", "cw:meals"))
        else None,
    )


def _draw_languages(draw: Random, helped: Resident, want: Want) -> tuple[str, ...]:
    """Who speaks English takes anybody, unless it is about talking."""
    spoken = helped.joined.languages
    talks = want.remote and spoken[0] != ENGLISH
    return spoken if (ENGLISH not in spoken or talks) and draw.random() < WISHES_LANGUAGE else ()


def _taken_back(asked: AskOpened) -> AskEvent:
    return AskWithdrawn(community=asked.community, ask=asked.ask, why=WithdrawnWhy.solved)
