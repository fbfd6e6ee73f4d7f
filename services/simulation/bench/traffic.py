"""What comes into the town, block by block: asks, offers and answers three to two to five, as an intake writes them.

Answers go to proposals the engine really made. As many are acceptances as it takes to keep as many asks open as there
should be, so that what is measured is a town in balance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened, AskWithdrawn
from schemas.codes import EndedHow, MatchStatus, Reason, Verb
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.facts import AskEnded, AskListed, MatchMoved, Proposed, Refused
from schemas.journal import Block
from schemas.offers import OfferOpened
from services.simulation.bench import town
from services.simulation.bench.open_proposals import Open, OpenProposals
from services.simulation.bench.standing import SOURCE
from services.simulation.bench.town import LIFE_MS, Town
from services.simulation.chance import chance

ASK, OFFER, ANSWER = "ask", "offer", "answer"
TURNS = (ANSWER, ASK, ANSWER, OFFER, ANSWER, ASK, ANSWER, OFFER, ANSWER, ASK)
"""Three asks, two offers and five answers to ten events, well mixed."""
BLOCK_EVENTS_MAX = 500
BLOCK_MS_MAX = 10_000
"""A block is cut after this much log time, however few events it has."""
WITHDRAWN = 0.05
"""How many of what askers say take an ask back."""
COMPLETED = 0.27
"""How many of what helpers say is that help was given; the rest answers a proposal."""
ACCEPTED = 0.74
"""How many answers are acceptances where as many asks are open as should be: about what is known of people here."""
DRIFT = 4
"""How much more, or less, for each part by which there are too many or too few."""
ANSWERED_PER_ASK = 4
"""One proposal is kept in mind to be answered for so many open asks."""


@dataclass(slots=True)
class Counts:
    """What came and what became of it, since the town stood."""

    events: dict[str, int] = field(default_factory=lambda: dict.fromkeys((ASK, OFFER, ANSWER), 0))
    facts: int = 0
    proposed: int = 0
    accepted: int = 0
    declined: int = 0
    completed: int = 0
    expired: int = 0
    withdrawn: int = 0
    refused: int = 0
    """Answers that came in vain: somebody else was quicker, or the ask had ended."""

    @property
    def all_events(self) -> int:
        """Events of all kinds."""
        return sum(self.events.values())


class Traffic:
    """Says what comes next, and hears what was decided.

    Args:
        where: as it stands: so many asks and offers are open, with these numbers.
    """

    def __init__(self, where: Town, seed: int) -> None:
        self.where = where
        self.counts = Counts()
        self.open_asks = where.open_asks
        """Asks with unmet units right now, by what was decided."""
        self._draw = chance(seed, "bench", "traffic")
        self._open = OpenProposals(max(where.open_asks // ANSWERED_PER_ASK, 16), chance(seed, "bench", "answers"))
        self._active = OpenProposals(max(where.open_asks // ANSWERED_PER_ASK, 16), chance(seed, "bench", "active"))
        """Accepted, and not yet said to be done."""
        self._asks, self._offers = where.open_asks, where.open_offers
        self._turn = 0
        self._accepted: dict[str, None] = {}
        """Asks accepted in the block that is being written: nobody takes back what they were just promised."""
        self._said_yes: dict[str, Open] = {}
        """Match → what was accepted, until that is decided."""

    def will_answer(self, proposals: Iterable[Open]) -> None:
        """Take in who has been asked before anything came."""
        for one in proposals:
            self._open.add(one)

    def hear(self, block: DecisionBlock) -> None:
        """Take in what was decided."""
        self.counts.facts += len(block.facts)
        for fact in block.facts:
            match fact:
                case Proposed():
                    self.counts.proposed += 1
                    self._open.add(Open(fact.match, fact.ask, fact.offerer))
                case MatchMoved():
                    self._hear_move(fact)
                case AskListed():
                    self.open_asks += 1
                case AskEnded() if fact.how is not EndedHow.fulfilled:
                    self.open_asks -= 1
                    self.counts.expired += fact.how is EndedHow.expired
                    self.counts.withdrawn += fact.how is EndedHow.withdrawn
                case Refused():
                    self.counts.refused += 1
                    self._said_yes.pop(fact.about or "", None)
                case _:
                    pass

    def block(self, since_ms: int, until_ms: int, count: int) -> bytes:
        """The next events, evenly over a stretch of log time, as a body of the journal."""
        self.begin()
        said = tuple(
            self.say(since_ms, since_ms + (number + 1) * (until_ms - since_ms) // count) for number in range(count)
        )
        return Block(events=said, caught_up=True).model_dump_json(exclude_none=True).encode()

    def begin(self) -> None:
        """What is said from now on is said before anything of it is decided."""
        self._accepted.clear()

    def say(self, now_ms: int, received_ms: int) -> Received:
        """The next event, as it lies in the journal.

        Args:
            now_ms: what people know: ends of what they open count from there.
        """
        return Received(source=SOURCE, id=f"e-{self._turn:09}", received_ms=received_ms, data=self._next(now_ms))

    def _hear_move(self, moved: MatchMoved) -> None:
        self._open.take(moved.match)
        said_yes = self._said_yes.pop(moved.match, None)
        if moved.to is MatchStatus.accepted:
            self.counts.accepted += 1
            if said_yes is not None:
                self._active.add(said_yes)
            self.open_asks -= 1  # everybody here asks for one unit
        elif moved.to is MatchStatus.declined:
            self.counts.declined += 1
        elif moved.to is MatchStatus.completed:
            self.counts.completed += 1

    def _next(self, now_ms: int) -> AnyEvent:
        kind = TURNS[self._turn % len(TURNS)]
        self._turn += 1
        done = self._active.draw() if kind == ANSWER and self._draw.random() < COMPLETED else None
        if done is not None:
            self.counts.events[kind] += 1
            return Acknowledged(
                community=self.where.community, match=done.match, member=done.offerer, verb=Verb.complete
            )
        asked = self._open.draw() if kind == ANSWER else None
        if kind == ANSWER and asked is None:  # nobody was asked yet
            kind = ASK
        self.counts.events[kind] += 1
        if asked is not None:
            return self._answer(self._draw, asked)
        return self._ask(self._draw, now_ms) if kind == ASK else self._offer(self._draw, now_ms)

    def _ask(self, draw: Random, now_ms: int) -> AnyEvent:
        taken_back = self._open.draw() if draw.random() < WITHDRAWN else None
        if taken_back is not None and taken_back.ask not in self._accepted:
            return AskWithdrawn(community=self.where.community, ask=taken_back.ask)
        self._asks += 1
        number = self._asks - 1
        return AskOpened(
            community=self.where.community,
            ask=town.ask_id(number),
            member=town.asker_id(number),
            need=town.ASKED.draw(draw),
            place=self.where.draw_place(draw),
            urgency=town.URGENCY.draw(draw),
            languages=town.WISHED.draw(draw),
            list_until_ms=now_ms + town.draw_span_ms(draw, town.PATIENCE_MS),
        )

    def _offer(self, draw: Random, now_ms: int) -> AnyEvent:
        self._offers += 1
        number = self._offers - 1
        return OfferOpened(
            community=self.where.community,
            offer=town.offer_id(number),
            member=town.helper_id(number),
            needs=town.draw_needs(draw),
            place=self.where.draw_place(draw),
            radius_m=town.RADIUS_M.draw(draw),
            capacity=town.CAPACITY.draw(draw),
            list_until_ms=now_ms + town.draw_span_ms(draw, town.OFFER_LIFE_MS),
        )

    def _answer(self, draw: Random, asked: Open) -> AnyEvent:
        drift = (self.open_asks - self.where.open_asks) / self.where.open_asks
        if draw.random() < min(max(ACCEPTED + DRIFT * drift, 0.05), 0.95):
            self._accepted[asked.ask], self._said_yes[asked.match] = None, asked
            return Acknowledged(
                community=self.where.community, match=asked.match, member=asked.offerer, verb=Verb.accept
            )
        return Acknowledged(
            community=self.where.community,
            match=asked.match,
            member=asked.offerer,
            verb=Verb.decline,
            reason=Reason.busy,
        )


def events_per_s(where: Town) -> float:
    """How many events come in a second of log time, so that an ask lives as long as it should on average."""
    return where.open_asks / (LIFE_MS / 1_000) * len(TURNS) / TURNS.count(ASK)


def block_shape(where: Town, events_max: int = BLOCK_EVENTS_MAX) -> tuple[int, int]:
    """Events of a block, and milliseconds of log time it stands for."""
    rate = events_per_s(where)
    count = min(max(int(rate * BLOCK_MS_MAX / 1_000), 1), events_max)
    return count, max(round(count / rate * 1_000), 1)
