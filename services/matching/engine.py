"""The engine: a fold over the journal. Everything it needs arrives in the record, everything it does leaves as a value."""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.dead_letters import Quarantined
from schemas.decisions import DecisionBlock, RoundCut
from schemas.events import Received
from schemas.facts import (
    AnyFact,
    AskListed,
    ClockHeld,
    LeftWaiting,
    MatchMoved,
    MemberKnown,
    OfferListed,
    PolicyTaken,
    Proposed,
    SeriesListed,
)
from schemas.journal import Block, JournalRecord
from schemas.operations import Reassigned
from schemas.policy import Policy
from schemas.taxonomy import Taxonomy
from services.matching.canonical import NO_CHAIN, Sealed, next_chain, sealed
from services.matching.decide import due, following, recurring
from services.matching.decide.events import decide_after, decide_event, decide_known
from services.matching.decide.moment import Moment
from services.matching.evolve import evolve
from services.matching.forget import FORGET_EVERY_MS, forget
from services.matching.frozen import hashed
from services.matching.grid import GridIndex
from services.matching.index import Index
from services.matching.limits import LIMITS, Limits, Room, in_turn
from services.matching.logtime import crosses, had_round, is_round, read_clock
from services.matching.looking import left_over
from services.matching.quarantine import EventFailedError, stepped_over
from services.matching.rounds import assign
from services.matching.solver import SOLVER_VERSION, Solved
from services.matching.state import CommunityState, PartitionState
from services.matching.stirring import NOTHING, Left, settle

LOGIC_VERSION = "4"

# fmt: off
QUESTIONS = {
    "matches":     due.due_matches,
    "follow_ups":  following.due_follow_ups,
    "asks":        due.due_asks,
    "offers":      due.due_offers,
    "series":      recurring.due_series,
    "waiting":     due.due_waiting,
    "escalations": due.due_escalations,
}
# fmt: on
"""What is asked of time as it passes, in this order."""
LISTINGS = (AskListed, OfferListed)
LEAP_MS_MAX = Policy().leap_ms_max
"""Where no community says how far log time may move in one record."""
IndexFactory = Callable[[CommunityState, Taxonomy], Index]


class StaleBlockError(ValueError):
    """A record or block does not follow on what the engine holds; the shell must drop it or fill the gap."""


@dataclass(slots=True)
class Engine:
    """All communities of one partition.

    `apply` decides a journal record and evolves; `fold` evolves alone, with what was recorded: recovery never
    decides again. Both leave the same state.
    """

    taxonomy: Taxonomy
    index_factory: IndexFactory = GridIndex
    state: PartitionState = field(default_factory=PartitionState)
    solved: list[Solved] | None = None
    """Set to a list by whoever wants to check: is given each part that was solved."""
    limits: Limits = LIMITS
    """Of one record."""
    filled: Counter[str] = field(default_factory=Counter)
    """Which of the limits were reached, and in how many records. For whoever counts; decides nothing."""
    _indexes: dict[str, Index] = field(default_factory=dict)

    @property
    def next_offset(self) -> int:
        """The journal offset not yet applied."""
        return self.state.next_offset

    @property
    def logic(self) -> str:
        """Version of everything that decides: logic, solver, taxonomy."""
        return f"{LOGIC_VERSION}+{SOLVER_VERSION}+{self.taxonomy.version}"

    def leap_ms_max(self) -> int:
        """How far log time may move in one record: the tightest bound of the partition's communities."""
        bounds = [community.policy.leap_ms_max for community in self.state.communities.values()]
        return min(bounds, default=LEAP_MS_MAX)

    def apply(self, record: JournalRecord, quarantined: Mapping[int, Quarantined] | None = None) -> DecisionBlock:
        """Decide one journal record.

        Args:
            quarantined: events of the block that an operator told us to step over, by their index.

        Raises:
            StaleBlockError: the record is not the next one.
            EventFailedError: an event could not be decided; throw this engine away, it may be in two minds.
        """
        return self.decide(record, quarantined).block

    def decide(self, record: JournalRecord, quarantined: Mapping[int, Quarantined] | None = None) -> Sealed:
        """Decide one journal record; what was decided, also as it is written. See `apply`."""
        if record.offset != self.state.next_offset:
            raise StaleBlockError(f"the engine stands at {self.state.next_offset}, the record is {record.offset}")
        reading = read_clock(record, self.state.clock, self.leap_ms_max())
        facts: list[AnyFact] = []
        self._answer(record, quarantined or {}, reading.moment, facts)
        cuts: list[RoundCut] = []
        if reading.held_at_ms is None:
            cuts = self._pass_time(record.offset, reading.moment, facts)
        else:
            self._hold_clock(reading.held_at_ms, reading.moment, facts)
        decided = self._sealed(record, reading.moment, facts, cuts)
        self._close(decided.block)
        return decided

    def fold(self, block: DecisionBlock, written: bytes) -> None:
        """Take in what was decided for the next journal record.

        Args:
            written: the bytes the block was read from, over which its chain goes.

        Raises:
            StaleBlockError: the block does not answer the next record, or its chain does not continue ours.
        """
        if block.source != self.state.next_offset:
            raise StaleBlockError(f"the engine stands at {self.state.next_offset}, the block answers {block.source}")
        if next_chain(self.state.chain, written) != block.chain:
            raise StaleBlockError(f"block {block.source} does not continue the chain: was it changed?")
        for fact in block.facts:
            self._evolve(fact, block.now_ms)
        self._close(block)

    def state_hash(self) -> str:
        """SHA-256 of the domain state."""
        return hashed(self.state)

    def build_indexes(self) -> None:
        """Build now what is otherwise built when it is first looked at: the first record after a start waits for it."""
        for name in self.state.communities:
            self._index(name)

    def _answer(
        self, record: JournalRecord, quarantined: Mapping[int, Quarantined], moment: Moment, facts: list[AnyFact]
    ) -> None:
        """Answers first: every event is decided in the order it came, or stepped over by an operator's word."""
        if not isinstance(record.body, Block):
            return
        for index, event in enumerate(record.body.events):
            if index in quarantined:
                self._take([stepped_over(event, quarantined[index])], moment, facts)
                continue
            try:
                self._answer_one(event, moment, facts)
            except Exception as error:
                raise EventFailedError(record.offset, index, event.data.type) from error

    def _answer_one(self, event: Received, moment: Moment, facts: list[AnyFact]) -> None:
        decided = decide_event(self.state, event, moment, self.taxonomy)
        self._take(decided, moment, facts)
        after = self._after(event, decided, moment)
        if after:
            self._take(after, moment, facts)

    def _take(self, decided: list[AnyFact], moment: Moment, facts: list[AnyFact]) -> None:
        """Evolve what was decided, then decide what waited for it, and what waited for that: first come, first decided."""
        self._note(decided, moment, facts)
        community = self.state.communities.get(decided[0].community) if decided else None  # all are of one
        if community is None or not community.waiting:
            return
        came = deque(decided)
        while came:
            for event in self._awaited(came.popleft()):
                came += self._admit(event, moment, facts)

    def _note(self, decided: list[AnyFact], moment: Moment, facts: list[AnyFact]) -> None:
        now_ms = moment.now_ms
        for fact in decided:
            self._evolve(fact, now_ms)
        facts += decided

    def _after(self, event: Received, decided: list[AnyFact], moment: Moment) -> list[AnyFact]:
        """What can only be decided once the event's own facts hold."""
        if type(event.data) is not Reassigned or not any(isinstance(fact, MatchMoved) for fact in decided):
            return []
        return decide_after(self.state.communities[event.data.community], event, moment, self.taxonomy)

    def _awaited(self, fact: AnyFact) -> list[Received]:
        subject = _brings(fact)
        if subject is None:
            return []
        return [waiting.event for waiting in self._index(fact.community).waiting_for(*subject)]

    def _admit(self, event: Received, moment: Moment, facts: list[AnyFact]) -> list[AnyFact]:
        """Decide an event that waited; the facts it led to."""
        community = self.state.communities[event.data.community]
        self._note([LeftWaiting(community=community.community, cause=event.uid, uid=event.uid)], moment, facts)
        decided = decide_known(community, event, moment, self.taxonomy)
        self._note(decided, moment, facts)
        after = self._after(event, decided, moment)
        self._note(after, moment, facts)
        return [*decided, *after]

    def _pass_time(self, offset: int, moment: Moment, facts: list[AnyFact]) -> list[RoundCut]:
        """Then what is due, then what waits: whatever the answers left is silence, or needs somebody.

        Returns:
            How far those rounds came that did not come to everybody.
        """
        before_ms, room, cuts = self.state.clock.now_ms, Room(self.limits), list[RoundCut]()
        for name in in_turn(sorted(self.state.communities), offset):
            community, index = self.state.communities[name], self._index(name)
            self._ask_of_time(community, index, moment, room, facts)
            due_now = is_round(name, before_ms, moment.now_ms, community.policy.tick_ms)
            proposals, cut = assign(community, index, self.taxonomy, moment, room, is_round=due_now, solved=self.solved)
            if proposals:
                self._take(proposals, moment, facts)
            if cut is not None:
                cuts.append(cut)
        if room.full:
            self.filled.update(room.full.keys())
        return cuts

    def _ask_of_time(
        self, community: CommunityState, index: Index, moment: Moment, room: Room, facts: list[AnyFact]
    ) -> None:
        """What is due, as far as the record has room for it."""
        for name, question in QUESTIONS.items():
            most = room.due_facts(name)
            if most > 0:
                decided = question(community, index, moment, most)
                if decided:
                    room.take_due(name, len(decided))
                    self._take(decided, moment, facts)

    def _hold_clock(self, held_at_ms: int, moment: Moment, facts: list[AnyFact]) -> None:
        """Say that time was held, so that an operator is paged: once, and again after each word that does not reach."""
        clock = self.state.clock
        if clock.is_held or held_at_ms <= clock.leap_until_ms or not self.state.communities:
            return
        fact = ClockHeld(community=min(self.state.communities), wanted_ms=held_at_ms)
        self._take([fact], moment, facts)

    def _sealed(self, record: JournalRecord, moment: Moment, facts: list[AnyFact], cuts: Sequence[RoundCut]) -> Sealed:
        spoken_of = sorted({fact.community: None for fact in facts})
        policies = {
            name: f"{self.state.communities[name].policy.name}@{self.state.communities[name].policy.version}"
            for name in spoken_of
            if name in self.state.communities
        }
        block = DecisionBlock.trusted(  # unchecked: each fact was checked when it was made
            source=record.offset,
            logic=self.logic,
            policies=policies,
            now_ms=moment.now_ms,
            told_ms=moment.told_ms,
            cuts=tuple(cuts),
            facts=tuple(facts),
            chain=NO_CHAIN,
        )
        return sealed(self.state.chain, block)

    def _close(self, block: DecisionBlock) -> None:
        """The end of a record, live and in recovery: time moves, old things are forgotten, the fold stands one further."""
        clock = self.state.clock
        rounds = {
            name: NOTHING
            for name, community in self.state.communities.items()
            if had_round(block.logic, name, clock.now_ms, block.now_ms, community.policy.tick_ms)
        }
        settle(self.state, block.now_ms, rounds | self._left_over(block) if rounds else rounds)
        if crosses(clock.now_ms, block.now_ms, FORGET_EVERY_MS):
            for name in sorted(self.state.communities):
                forget(self.state.communities[name], self._index(name).endings, block.now_ms)
        if block.now_ms > clock.now_ms:
            clock.is_held = False
        clock.now_ms, clock.told_ms = block.now_ms, block.told_ms
        self.state.chain = block.chain
        self.state.next_offset = block.source + 1

    def _left_over(self, block: DecisionBlock) -> dict[str, Left]:
        """What the rounds of a block that were cut short did not come to."""
        known = self.state.communities
        return {
            cut.community: left_over(known[cut.community], self._index(cut.community), cut, block.now_ms)
            for cut in block.cuts
        }

    def _evolve(self, fact: AnyFact, now_ms: int) -> None:
        is_new = type(fact) in LISTINGS and self._is_new(fact)
        evolve(self.state, fact, now_ms)
        index = self._indexes.get(fact.community)
        if index is None:
            return
        if type(fact) is PolicyTaken:
            del self._indexes[fact.community]  # what is due depends on the policy
        else:
            index.note(fact, is_new=is_new)

    def _is_new(self, fact: AnyFact) -> bool:
        """The fact lists an ask or an offer that is not there yet."""
        known = self.state.communities.get(fact.community)
        if known is None:
            return False
        if isinstance(fact, AskListed):
            return fact.ask.ask not in known.asks
        return isinstance(fact, OfferListed) and fact.offer.offer not in known.offers

    def _index(self, name: str) -> Index:
        if name not in self._indexes:
            self._indexes[name] = self.index_factory(self.state.communities[name], self.taxonomy)
        return self._indexes[name]


def _brings(fact: AnyFact) -> tuple[str, str] | None:
    """What an event in the waiting room may have waited for."""
    match fact:
        case AskListed():
            return "ask", fact.ask.ask
        case OfferListed():
            return "offer", fact.offer.offer
        case SeriesListed():
            return fact.series.kind, fact.series.series
        case Proposed():
            return "match", fact.match
        case MemberKnown():
            return "member", fact.member
        case _:
            return None
