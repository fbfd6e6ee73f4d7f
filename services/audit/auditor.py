"""The auditor: reads journal and decisions side by side, keeps its own books, and stops at the first broken promise.

It decides nothing and shares no code with what decides. A promise that it cannot judge from facts alone (who of two
would have been better) is left to those who decide again.
"""

from collections import Counter
from dataclasses import dataclass, field

from schemas.codes import EndedHow
from schemas.decisions import DecisionBlock
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    ClockHeld,
    CommunityKnown,
    EventQuarantined,
    LeapGranted,
    LeftWaiting,
    MatchMoved,
    MatchReminded,
    MemberGone,
    MemberKnown,
    MemberMarked,
    OfferEnded,
    OfferListed,
    OfferMarked,
    PolicyTaken,
    Proposed,
    PutWaiting,
    Refused,
    SeriesAdvanced,
    SeriesEnded,
    SeriesListed,
    SeriesMarked,
    Thanked,
)
from schemas.journal import Block, JournalRecord
from schemas.taxonomy import Taxonomy
from services.audit import asks, communities, following_up, members, moves, offers, proposals, series, waiting
from services.audit.answers import Reading
from services.audit.books import Town
from services.audit.bounds import BOUNDS, Bounds, Load, in_turn
from services.audit.breach import Breach, BrokenRuleError, demand
from services.audit.chances import learn_in_vain
from services.audit.follows import UNKNOWN_COMMUNITY, check_follows, check_once, check_stepped_over
from services.audit.forgetting import forget
from services.audit.log_time import Clock, check_moment, read_moment
from services.audit.rules import DENSE, KNOWN, LOG_TIME, POLICY_IN_FORCE
from services.audit.scene import Scene
from services.audit.standing import Deferred, check_standing

LOGIC = "4"
"""The newest logic version that is known here. Every version keeps its promises to people; what its points were made
of, what it reminded of, and how often it said that time is held, is judged only where that is known."""
SAME_POINTS = ("2", "3", LOGIC)
"""Those whose points and follow-ups are this version's."""
HEARS_WORDS = ("3", LOGIC)
"""Those that say anew that time is held once somebody spoke."""
UNBOUNDED = ("1", "2", "3")
"""Those that decided whatever was due in one block."""


@dataclass(slots=True)
class Auditor:
    """One partition, from its first journal record on."""

    partition: int
    taxonomy: Taxonomy
    bounds: Bounds = BOUNDS
    """Of one block."""
    towns: dict[str, Town] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    next_offset: int = 0
    facts: int = 0
    """Read so far."""
    ended: Counter[str] = field(default_factory=Counter)
    """How asks have ended so far."""
    listed: int = 0
    """Asks that were opened so far."""
    _deferred: Deferred = field(default_factory=dict)

    def check(self, record: JournalRecord, block: DecisionBlock) -> Breach | None:
        """Hold the next block against its journal record and all that was decided before.

        Returns:
            The first broken promise, after which this auditor knows nothing more; None where all hold.
        """
        place: list[int] = []
        try:
            self._check(record, block, place)
        except BrokenRuleError as broken:
            fact = place[-1] if place else None
            return Breach(self.partition, block.source, fact, broken.rule, broken.stands, broken.wanted)
        return None

    def _check(self, record: JournalRecord, block: DecisionBlock, place: list[int]) -> None:
        dense = block.source == record.offset == self.next_offset
        demand(dense, DENSE, f"the block answers {block.source}", f"record {self.next_offset} waits for its answer")
        moment = read_moment(record, self.clock, self.towns.values())
        check_moment(block, self.clock, moment)
        logic, *_, taxonomy = ("", *block.logic.split("+"))[-3:]
        known = self.taxonomy if taxonomy == self.taxonomy.version else None
        load = Load(None if logic in UNBOUNDED else self.bounds)
        scene = Scene(moment, load, known, is_current=logic in SAME_POINTS, hears_words=logic in HEARS_WORDS)
        reading = Reading(record.body.events if isinstance(record.body, Block) else ())
        for index, fact in enumerate(block.facts):
            place.append(index)
            self._read(fact, reading, scene)
        place.clear()
        reading.finish()
        self._close(block, scene)

    def _read(self, fact: AnyFact, reading: Reading, scene: Scene) -> None:
        """Hold one fact against the books, then write it down."""
        town = self.towns.get(fact.community)
        event = scene.event = reading.cause_of(fact, town)
        check_follows(fact, event)
        if event is not None:
            check_once(town, fact, event, is_first=reading.is_first)
        if isinstance(fact, EventQuarantined):
            check_stepped_over(fact, f"{self.partition}/{self.next_offset}/{reading.answered - 1}")
        if isinstance(fact, CommunityKnown) and event is not None:
            communities.found(self.towns, fact, event)
            town = self.towns[fact.community]
        if town is None:
            is_refusal = isinstance(fact, Refused) and fact.reason == UNKNOWN_COMMUNITY
            may_be = is_refusal or isinstance(fact, EventQuarantined)
            demand(may_be, KNOWN, f"{fact.fact} speaks of the community {fact.community}", "nobody defined it")
            self.facts += 1
            return
        scene.is_late = event is not None and fact.community in scene.proposed_in
        self._write(town, fact, scene)
        scene.load.lapsed = moves.lapsed_ask(town, fact)
        if event is not None and not isinstance(fact, LeftWaiting):
            town.seen.setdefault(event.uid, scene.moment.now_ms)
        self.facts += 1

    def _write(self, town: Town, fact: AnyFact, scene: Scene) -> None:
        """Each kind of fact has a page of its own. A kind that is not here promises nothing yet."""
        event = scene.event
        if event is None:
            self._write_what_time_brought(town, fact, scene)
            return
        match fact:
            case PolicyTaken():
                communities.take_policy(town, fact, event)
            case LeapGranted():
                communities.grant_leap(self.clock, fact, event, scene)
            case MemberKnown():
                members.know(town, fact, event, scene)
            case MemberGone():
                members.leave(town, fact, event)
            case MemberMarked():
                members.mark(town, fact, event, scene)
            case AskReturned():
                asks.return_ask(town, fact, event, scene)
                self.ended[EndedHow.referred.value] -= 1
            case SeriesListed():
                series.list_series(town, fact, event, scene)
            case SeriesMarked():
                series.mark_series(town, fact, event, scene)
            case OfferMarked():
                offers.mark_offer(town, fact, event)
            case Thanked():
                moves.thank(town, fact, event)
            case Refused():
                demand(fact.reason != UNKNOWN_COMMUNITY, KNOWN, "a community is called unknown", "it was defined")
                moves.check_refused_answer(town, fact, event, scene.moment.now_ms)
                learn_in_vain(town, fact, event)
            case PutWaiting():
                waiting.put(town, fact, event, scene)
            case LeftWaiting():
                waiting.let_out(town, fact, scene)
            case _:
                self._write_what_time_brought(town, fact, scene)

    def _write_what_time_brought(self, town: Town, fact: AnyFact, scene: Scene) -> None:
        """The facts that time alone may bring, and some events as well."""
        match fact:
            case AskListed():
                self.listed += fact.ask.ask not in town.asks
                asks.list_ask(town, fact, scene.event, scene)
            case OfferListed():
                offers.list_offer(town, fact, scene.event, scene)
            case SeriesAdvanced():
                series.advance_series(town, fact, scene)
            case SeriesEnded():
                series.end_series(town, fact, scene.event, scene)
            case MatchReminded():
                following_up.remind(town, fact, scene)
            case AskMarked():
                asks.mark_ask(town, fact, scene.event, scene)
            case AskEnded():
                asks.end_ask(town, fact, scene.event, scene)
                self.ended[fact.how.value] += 1
            case OfferEnded():
                offers.end_offer(town, fact, scene.event, scene)
            case MatchMoved():
                moves.move_match(town, fact, scene.event, scene)
            case Proposed():
                proposals.propose(town, fact, scene.event, scene)
            case ClockHeld():
                communities.hold_clock(self.clock, fact, scene)
            case _:
                pass

    def _close(self, block: DecisionBlock, scene: Scene) -> None:
        """The end of a block: what should have happened in it, and what the next one begins with."""
        wanted_ms = scene.moment.wanted_ms
        if wanted_ms is not None and wanted_ms > self.clock.allowed_ms and self.towns:
            demand(
                self.clock.is_held,
                LOG_TIME,
                f"log time is held before {wanted_ms}, and allowed until {self.clock.allowed_ms}",
                "that is said, so that somebody looks",
            )
        for cut in block.cuts:
            proposals.check_cut(self.towns, cut, scene)
        scene.load.check_proposals()
        turn = in_turn(list(self.towns), self.next_offset)
        self._deferred = check_standing(self.towns, scene, self._deferred, turn, is_held=wanted_ms is not None)
        in_force = {
            fact.community: f"{self.towns[fact.community].policy.name}@{self.towns[fact.community].policy.version}"
            for fact in block.facts
            if fact.community in self.towns
        }
        demand(
            block.policies == in_force, POLICY_IN_FORCE, f"the block names {block.policies}", f"in force is {in_force}"
        )
        for town in self.towns.values():
            forget(town, self.clock.now_ms, block.now_ms)
        self.clock.is_held = self.clock.is_held and block.now_ms == self.clock.now_ms
        self.clock.now_ms, self.clock.told_ms = block.now_ms, block.told_ms
        self.next_offset = block.source + 1
