"""A town as it stands: so many open asks, each as old as asks are, with the offers and the proposals around them.

Written as facts and folded into an engine block by block, as a start folds what was decided: the state is a true fold,
and a million open asks are there within minutes. What is drawn is what a town comes to in which asks and offers have
long come and gone at the bench's rates: ages, what is left of everybody's patience, and who has been asked by now.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from math import isqrt, log
from random import Random
from sys import intern

from schemas.codes import Vetting
from schemas.decisions import DecisionBlock
from schemas.facts import (
    AnyFact,
    AskListed,
    CommunityKnown,
    Explanation,
    MemberKnown,
    OfferListed,
    PolicyTaken,
    Proposed,
)
from schemas.listed import Ask, Offer
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from schemas.taxonomy import Taxonomy
from services.matching import Engine, Sealed, match_id, sealed
from services.simulation.bench import town
from services.simulation.bench.town import LIFE_MS, START_MS, Town
from services.simulation.chance import chance

FACTS_PER_BLOCK = 500
BLOCK_MS_MAX = 1_000
SOURCE = "bench"
FIRST_ASKED = 1
"""How many are asked for an ask; one more after each of these silences."""
MORE_ASKED_MS = (360_000, 900_000)
PROPOSAL_LIFE_MS, OPEN_SLOTS = Policy().proposal_life_ms, Policy().open_slots
SEARCH_CELL_M = 1_500
AROUND = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))
NOBODY_ASKS_WHY = Explanation(
    parts={"base": 1_000_000}, considered=0, feasible=0, fell=(), alternatives=(), solver="bench"
)
OFFERS, ASKS = range(2)
"""Of the same moment, offers come first."""

Timed = tuple[int, AnyFact]
"""A fact, and when it was decided."""


def fold_town(engine: Engine, timeline: Iterable[Timed], start_ms: int = START_MS) -> None:
    """Fold facts into an engine, in blocks as they come from a log; log time then stands at `start_ms`."""
    for _ in folded_town(engine, timeline, start_ms):
        pass


def folded_town(
    engine: Engine, timeline: Iterable[Timed], start_ms: int, block_ms_max: int = BLOCK_MS_MAX
) -> Iterator[Sealed]:
    """The same, block by block, each as it lies in a log of decisions."""
    several: list[AnyFact] = []
    now_ms = since_ms = 0
    for now_ms, fact in timeline:
        if len(several) >= FACTS_PER_BLOCK or now_ms - since_ms > block_ms_max:
            yield _folded(engine, now_ms, several)
            several, since_ms = [], now_ms
        several.append(fact)
    yield _folded(engine, now_ms, several)
    yield _folded(engine, start_ms, [])


def timeline_of(where: Town, taxonomy: Taxonomy, seed: int, helpers_to_come: int) -> Iterator[Timed]:
    """Everything that led to a town as it stands when the town is complete, in the order of log time.

    Args:
        helpers_to_come: how many helpers have joined whose offers are yet to come.
    """
    definition = CommunityDefined(community=where.community, cell_m=town.CELL_M)
    since_ms = where.start_ms - PROPOSAL_LIFE_MS
    yield since_ms, CommunityKnown(community=where.community, cause=f"{SOURCE}/c", definition=definition)
    yield since_ms, PolicyTaken(community=where.community, cause=f"{SOURCE}/p", policy=Policy())
    joins = chance(seed, "bench", "helpers")
    for number in range(where.open_offers, where.open_offers + helpers_to_come):
        yield since_ms, _joined(where, joins, number)
    offers = Offers.of(where, taxonomy, chance(seed, "bench", "offers"))
    draw = chance(seed, "bench", "asks")
    came = merge(
        _moments(where, where.open_asks, LIFE_MS, ASKS), _moments(where, where.open_offers, town.OFFER_LIFE_MS, OFFERS)
    )
    for at_ms, kind, opened_ms, number in came:
        if kind == OFFERS:
            yield from ((at_ms, fact) for fact in offers.list_one(number, opened_ms))
        else:
            ask = _ask(where, draw, number, opened_ms)
            yield at_ms, AskListed.trusted(community=where.community, cause=f"{SOURCE}/{ask.ask}", ask=ask)
            yield from ((at_ms, fact) for fact in offers.propose(ask, at_ms))


def _folded(engine: Engine, now_ms: int, facts: Sequence[AnyFact]) -> Sealed:
    block = DecisionBlock.trusted(
        source=engine.next_offset,
        logic=engine.logic,
        policies={},
        now_ms=now_ms,
        told_ms=now_ms,
        facts=tuple(facts),
        chain="0" * 64,
    )
    decided = sealed(engine.state.chain, block)
    engine.fold(decided.block, decided.written)
    return decided


def _moments(where: Town, of: int, mean_ms: int, kind: int) -> list[tuple[int, int, int, int]]:
    """When each of those that still stand was heard of last, in order; with the kind, when it came, and its number.

    Ages are as they are where things leave at an even rate. What is older than a proposal lives has been asked about
    anew since: it comes as if it were younger by whole lives of a proposal.
    """
    moments = []
    for number in range(of):
        age_ms = int(-log((number + 0.5) / of) * mean_ms)
        moments.append((where.start_ms - age_ms % PROPOSAL_LIFE_MS, kind, where.start_ms - age_ms, number))
    return sorted(moments)


def _ask(where: Town, draw: Random, number: int, opened_ms: int) -> Ask:
    return Ask(
        ask=town.ask_id(number),
        member=town.asker_id(number),
        need=town.ASKED.draw(draw),
        place=where.draw_place(draw),
        remote=False,
        reach_m=None,
        urgency=town.URGENCY.draw(draw),
        quantity=1,
        unit="visit",
        opened_ms=opened_ms,
        earliest_ms=opened_ms,
        deadline_ms=where.start_ms + town.draw_span_ms(draw, town.PATIENCE_MS),
        languages=town.WISHED.draw(draw),
        skills=(),
        accessibility=(),
        vetting=Vetting.none,
        root=town.ask_id(number),
    )


def _joined(where: Town, draw: Random, number: int) -> MemberKnown:
    member = intern(town.helper_id(number))
    return MemberKnown.trusted(
        community=where.community, cause=f"{SOURCE}/{member}", member=member, fields=town.draw_helper(draw)
    )


@dataclass(slots=True)
class Offers:
    """The open offers of a town: where they are and what they have left, in columns of numbers."""

    where: Town
    taxonomy: Taxonomy
    draw: Random
    x_m: "array[int]"
    y_m: "array[int]"
    radius_m: "array[int]"
    slots: "array[int]"
    deadline_ms: "array[int]"
    near: "dict[tuple[str, int, int], array[int]]" = field(default_factory=dict)
    """Need and cell → the numbers of the offers there."""

    @classmethod
    def of(cls, where: Town, taxonomy: Taxonomy, draw: Random) -> "Offers":
        """None yet, with room for all."""
        x_m, y_m, radius_m, slots, deadline_ms = (
            array(code, bytes(array(code).itemsize * where.open_offers)) for code in "iiibq"
        )
        return cls(where, taxonomy, draw, x_m, y_m, radius_m, slots, deadline_ms)

    def list_one(self, number: int, opened_ms: int) -> tuple[AnyFact, AnyFact]:
        """A helper and their offer."""
        offer = self._offer(number, opened_ms)
        self._file(number, offer)
        joined = _joined(self.where, self.draw, number)
        return joined, OfferListed.trusted(community=self.where.community, cause=f"{SOURCE}/{offer.offer}", offer=offer)

    def propose(self, ask: Ask, proposed_ms: int) -> Iterator[Proposed]:
        """Who was asked for it and has not answered: those nearest who had come by then."""
        silent_ms = self.where.start_ms - proposed_ms
        wanted = FIRST_ASKED + sum(1 for more_ms in MORE_ASKED_MS if silent_ms >= more_ms)
        ranked = sorted(self._within_reach(ask))
        for attempt, (squared, number) in enumerate(ranked[:wanted], 1):
            self.slots[number] -= 1
            yield self._proposed(ask, number, attempt, proposed_ms, squared)

    def _offer(self, number: int, opened_ms: int) -> Offer:
        draw = self.draw
        return Offer(
            offer=intern(town.offer_id(number)),  # one string for all who name it, as in an engine that decided
            member=intern(town.helper_id(number)),
            needs=town.draw_needs(draw),
            place=self.where.draw_place(draw),
            remote=False,
            radius_m=town.RADIUS_M.draw(draw),
            capacity=town.CAPACITY.draw(draw),
            unit="visit",
            opened_ms=opened_ms,
            from_ms=opened_ms,
            deadline_ms=self.where.start_ms + town.draw_span_ms(draw, town.OFFER_LIFE_MS),
        )

    def _file(self, number: int, offer: Offer) -> None:
        assert offer.place is not None, "whoever helps here comes"
        self.x_m[number] = offer.place.x_m
        self.y_m[number] = offer.place.y_m
        self.radius_m[number] = offer.radius_m
        self.slots[number] = OPEN_SLOTS
        self.deadline_ms[number] = offer.deadline_ms
        cell = offer.place.x_m // SEARCH_CELL_M, offer.place.y_m // SEARCH_CELL_M
        for need in offer.needs:
            self.near.setdefault((need, *cell), array("i")).append(number)

    def _within_reach(self, ask: Ask) -> Iterator[tuple[int, int]]:
        """Offers with a free slot that reach the ask: squared metres and number. Those over a cell away do not count."""
        assert ask.place is not None, "whoever asks here is somewhere"
        x_m, y_m = ask.place.x_m, ask.place.y_m
        cell_x, cell_y = x_m // SEARCH_CELL_M, y_m // SEARCH_CELL_M
        near, found = self.near, dict[int, None]()
        for need in self.taxonomy.answers(ask.need):
            for east, north in AROUND:
                numbers = near.get((need, cell_x + east, cell_y + north))
                if numbers is not None:
                    found |= dict.fromkeys(numbers)
        slots, xs, ys, radius_m = self.slots, self.x_m, self.y_m, self.radius_m
        for number in found:
            if slots[number] > 0:
                squared = (xs[number] - x_m) ** 2 + (ys[number] - y_m) ** 2
                if squared <= radius_m[number] ** 2:
                    yield squared, number

    def _proposed(self, ask: Ask, number: int, attempt: int, proposed_ms: int, squared: int) -> Proposed:
        return Proposed.trusted(
            community=self.where.community,
            match=match_id(self.where.community, ask.ask, town.offer_id(number), attempt),
            ask=ask.ask,
            offer=intern(town.offer_id(number)),
            asker=ask.member,
            offerer=intern(town.helper_id(number)),
            units=1,
            attempt=attempt,
            proposed_ms=proposed_ms,
            expires_ms=min(proposed_ms + PROPOSAL_LIFE_MS, ask.deadline_ms, self.deadline_ms[number]),
            distance_m=isqrt(squared - 1) + 1 if squared else 0,
            points=1_000_000,
            explanation=NOBODY_ASKS_WHY,
        )
