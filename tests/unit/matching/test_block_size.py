"""However long and however random ids are, what time brings to one record fits into a message of a log, once packed."""

import gzip
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from schemas.decided_examples import FACTS, VALUES
from schemas.decisions import DecisionBlock, RoundCut
from schemas.facts import Alternative, AnyFact, AskListed, Fell, Proposed
from schemas.journal import BLOCK_EVENTS_MAX
from schemas.topics import MESSAGE_BYTES_MAX
from services.matching import canonical
from services.matching.limits import LIMITS
from services.matching.rules import HELPER_RULES, PAIR_RULES

ID_CHARS, UID_CHARS = 80, 160
LETTERS = string.ascii_letters + string.digits + "-_"
LEFT_FOR_EVENTS = 1024 * 1024
"""A record's events have less than a megabyte, and their facts repeat them; random ids do not pack, all else does."""
EXAMPLES = {fact.fact: fact for fact in FACTS}
RULES = [rule.name for rule in (*HELPER_RULES, *PAIR_RULES)]
PARTS = ("base", "urgency", "uncovered", "way", "near", "again", "known_well", "stand_in", "active", "chance", "life")


@pytest.fixture
def chance() -> random.Random:
    return random.Random(1)


@pytest.mark.slow
def test_the_fullest_block_that_time_brings_fits_into_a_message(chance: random.Random) -> None:
    (example,) = (value for value in VALUES if isinstance(value, DecisionBlock))
    ids = [random_id(chance) for _ in range(LIMITS.looks_max)]
    cut = RoundCut(community=ids[0], asks=tuple(ids), offers=tuple(random_id(chance) for _ in ids))
    block = example.model_copy(update={"facts": tuple(fullest(chance)), "cuts": (cut,)})

    packed = len(gzip.compress(canonical.encode(block), 6))

    assert len(block.facts) > 6 * LIMITS.due_facts_max + LIMITS.proposals_max
    assert packed + LEFT_FOR_EVENTS < MESSAGE_BYTES_MAX
    assert LIMITS.due_facts_max >= BLOCK_EVENTS_MAX


def fullest(chance: random.Random) -> Iterator[AnyFact]:
    """As much as a record decides of everything, nothing of it alike."""
    kinds: tuple[Callable[[random.Random], list[AnyFact]], ...] = (
        moved,
        reminded,
        ended,
        stopped,
        recurring,
        waited,
        marked,
    )
    for kind in kinds:
        several = kind(chance)
        yield from several
        for _ in range(LIMITS.due_facts_max // len(several) - 1):
            yield from kind(chance)
    for _ in range(LIMITS.proposals_max):
        yield proposed(chance)


def random_id(chance: random.Random, chars: int = ID_CHARS) -> str:
    return "i" + "".join(chance.choices(LETTERS, k=chars - 1))


def match_id(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128)))


def moved(chance: random.Random) -> list[AnyFact]:
    return [EXAMPLES["match.moved"].model_copy(update={"cause": None, "match": match_id(chance)})]


def reminded(chance: random.Random) -> list[AnyFact]:
    return [EXAMPLES["match.reminded"].model_copy(update={"match": match_id(chance)})]


def ended(chance: random.Random) -> list[AnyFact]:
    return [EXAMPLES["ask.ended"].model_copy(update={"cause": None, "ask": random_id(chance)})]


def stopped(chance: random.Random) -> list[AnyFact]:
    return [EXAMPLES["offer.ended"].model_copy(update={"cause": None, "offer": random_id(chance)})]


def marked(chance: random.Random) -> list[AnyFact]:
    return [EXAMPLES["ask.marked"].model_copy(update={"cause": None, "ask": random_id(chance)})]


def recurring(chance: random.Random) -> list[AnyFact]:
    listed = EXAMPLES["ask.listed"]
    assert isinstance(listed, AskListed)
    new = [random_id(chance) for _ in range(4)]
    ask = replace(listed.ask, ask=new[0], member=new[1], root=new[2], on_behalf_of=new[3])
    advanced = EXAMPLES["series.advanced"].model_copy(update={"series": ask.ask, "listed": ask.ask})
    return [listed.model_copy(update={"cause": None, "ask": ask}), advanced]


def waited(chance: random.Random) -> list[AnyFact]:
    uid = random_id(chance, UID_CHARS)
    left = EXAMPLES["event.admitted"].model_copy(update={"cause": uid, "uid": uid})
    return [left, EXAMPLES["event.refused"].model_copy(update={"cause": uid, "about": random_id(chance)})]


def proposed(chance: random.Random) -> AnyFact:
    example = EXAMPLES["match.proposed"]
    assert isinstance(example, Proposed)
    others = tuple(Alternative(offer=random_id(chance), points=chance.randrange(10**9)) for _ in range(3))
    fell = tuple(Fell(rule=rule, count=chance.randrange(1, 500)) for rule in RULES)
    parts = {name: chance.randrange(10**6) for name in PARTS}
    explanation = example.explanation.model_copy(update={"alternatives": others, "fell": fell, "parts": parts})
    names = {name: random_id(chance) for name in ("ask", "offer", "asker", "offerer")}
    numbers = {name: chance.randrange(10**6) for name in ("points", "chance_ppm", "accept_ppm", "distance_m")}
    return example.model_copy(update={"match": match_id(chance), "explanation": explanation, **names, **numbers})
