"""What a record may decide is bounded, and nothing is lost by it: everything comes, a few records later."""

from collections.abc import Sequence
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import EndedHow, MatchStatus, Urgency, Verb
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.facts import MatchMoved, Proposed
from schemas.journal import Block, JournalRecord, Tick
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined, PolicySet
from schemas.policy import HoldDial, Policy
from schemas.presets import with_certain_answers
from services.audit import Auditor, Bounds
from services.matching import Engine
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex
from services.matching.limits import LIMITS, Limits
from tests.property.journals import START_MS, TAXONOMY, TINY, TOWN, journals, limits

pytestmark = pytest.mark.slow
HOUR_MS = 3_600_000
TICK_MS = 10_000
FAR_M = 5_000
"""So far apart nobody wants what another one needs."""
RECORDS = 60
UNCERTAIN = Policy(hold=HoldDial(ask_waits_s_max=0))
POLICIES = (UNCERTAIN, with_certain_answers(UNCERTAIN))
FEW = (
    TINY,
    Limits(due_facts_max=2, looks_max=3, proposals_max=1),
    Limits(due_facts_max=3, looks_max=1, proposals_max=9),
)
NEXT = {MatchStatus.accepted: Verb.complete, MatchStatus.completed: Verb.confirm}
urgencies = st.sampled_from([Urgency.critical, Urgency.high, Urgency.normal, Urgency.low])
Needs = Sequence[tuple[Urgency, int]]


class Life:
    """A town whose people do at once what they are asked.

    Args:
        needs: of each ask its urgency, and how many could help.
    """

    def __init__(self, needs: Needs, policy: Policy, limits: Limits) -> None:
        self.engine = Engine(TAXONOMY, limits=limits)
        self.now_ms = START_MS
        self.first_asked: dict[str, int] = {}
        """Ask → the record that proposed it first."""
        self._proposed: dict[str, Proposed] = {}
        said: list[AnyEvent] = [CommunityDefined(community=TOWN), PolicySet(community=TOWN, policy=policy)]
        for place, (urgency, helpers) in enumerate(needs):
            said += [ask(place, urgency, self.now_ms), *(offer(place, number) for number in range(helpers))]
        self._next = self.record(said)

    def record(self, said: Sequence[AnyEvent]) -> list[AnyEvent]:
        """Decide one record; what is answered to it."""
        offset = self.engine.next_offset
        received = tuple(
            Received(source="people", id=f"e{offset}-{place}", received_ms=self.now_ms, data=data)
            for place, data in enumerate(said)
        )
        body = Block(events=received, caught_up=True) if received else Tick()
        return self.answers(self.engine.apply(JournalRecord(offset=offset, stamp_ms=self.now_ms, body=body)))

    def answers(self, block: DecisionBlock) -> list[AnyEvent]:
        said: list[AnyEvent] = []
        for fact in block.facts:
            if isinstance(fact, Proposed):
                self._proposed[fact.match] = fact
                self.first_asked.setdefault(fact.ask, block.source)
                said.append(saying(Verb.accept, fact, fact.offerer))
            elif isinstance(fact, MatchMoved) and fact.to in NEXT:
                proposed, verb = self._proposed[fact.match], NEXT[fact.to]
                said.append(saying(verb, proposed, proposed.asker if verb is Verb.confirm else proposed.offerer))
        return said

    def go_on(self, records: int) -> None:
        """So many records, a tick apart."""
        for _ in range(records):
            self.now_ms += TICK_MS
            self.say([])

    def say(self, said: Sequence[AnyEvent]) -> None:
        """A record of what is said, and of the answers to the record before."""
        self._next = self.record([*self._next, *said])

    def ends(self) -> dict[str, EndedHow | None]:
        """How each ask ended."""
        return {name: ask.ended for name, ask in sorted(self.engine.state.communities[TOWN].asks.items())}


def ask(place: int, urgency: Urgency, now_ms: int) -> AskOpened:
    return AskOpened(
        community=TOWN,
        ask=f"A{place}",
        member=f"asker-{place}",
        need="oe:102",
        place=Place(x_m=place * FAR_M, y_m=0),
        urgency=urgency,
        needed_by_ms=now_ms + HOUR_MS,
    )


def offer(place: int, number: int) -> OfferOpened:
    return OfferOpened(
        community=TOWN,
        offer=f"O{place}-{number}",
        member=f"helper-{place}-{number}",
        needs=("oe:102",),
        place=Place(x_m=place * FAR_M, y_m=100 * number),
        radius_m=1_500,
    )


def saying(verb: Verb, proposed: Proposed, member: str) -> Acknowledged:
    return Acknowledged(community=TOWN, match=proposed.match, member=member, verb=verb)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(urgencies, st.integers(0, 2)), min_size=1, max_size=9),
    st.sampled_from(POLICIES),
    st.sampled_from(FEW),
)
def test_with_a_few_decisions_a_record_the_same_asks_are_fulfilled_and_expire(
    needs: Needs, policy: Policy, few: Limits
) -> None:
    bounded, unbounded = Life(needs, policy, few), Life(needs, policy, LIMITS)
    wanted = {f"A{place}": EndedHow.fulfilled if helpers else None for place, (_, helpers) in enumerate(needs)}

    for life in (bounded, unbounded):
        life.go_on(5 * len(needs) + 5)
        assert life.ends() == wanted
        life.now_ms += HOUR_MS
        life.go_on(len(needs) + 1)

    assert bounded.ends() == unbounded.ends()
    assert None not in bounded.ends().values()
    assert set(bounded.first_asked) == set(unbounded.first_asked)
    assert max(bounded.first_asked.values(), default=0) <= 2 * len(needs) + 2


@settings(max_examples=30)
@given(journals(), limits)
def test_towns_that_share_a_partition_share_its_limits(journal: Sequence[JournalRecord], limits: Limits) -> None:
    naive, grid = Engine(TAXONOMY, NaiveIndex, limits=limits), Engine(TAXONOMY, GridIndex, limits=limits)
    folded, auditor = Engine(TAXONOMY), Auditor(0, TAXONOMY, Bounds(**asdict(limits)))
    for record in map(shared, journal):
        decided = grid.decide(record)
        assert naive.decide(record) == decided
        folded.fold(decided.block, decided.written)
        assert folded.state == grid.state
        breach = auditor.check(record, decided.block)
        assert breach is None, breach.sentence


def shared(record: JournalRecord) -> JournalRecord:
    """What is said in the town is said in its neighbours as well."""
    if not isinstance(record.body, Block):
        return record
    events = [
        event
        if place == TOWN
        else event.model_copy(
            update={"id": f"{place}-{event.id}", "data": event.data.model_copy(update={"community": place})}
        )
        for event in record.body.events
        for place in (TOWN, "village", "harbour")
    ]
    return record.model_copy(update={"body": record.body.model_copy(update={"events": tuple(events)})})


@settings(max_examples=12)
@given(st.integers(1, 2), st.sampled_from(POLICIES), st.sampled_from(["A000", "A999"]), st.integers(2, 20))
def test_nobody_stands_behind_the_urgent_for_ever(urgent: int, policy: Policy, name: str, step_s: int) -> None:
    life = Life([], policy, Limits(looks_max=urgent, proposals_max=urgent))
    waits: list[AnyEvent] = [ask(0, Urgency.low, life.now_ms).model_copy(update={"ask": name}), offer(0, 0)]

    for record in range(RECORDS):  # as many more in need with each record as one decides
        life.now_ms += step_s * 1_000
        said, waits = waits, []
        for place in range(1 + record * urgent, 1 + (record + 1) * urgent):
            said += [ask(place, Urgency.critical, life.now_ms), offer(place, 0)]
        life.say(said)

    assert name in life.first_asked


def test_who_is_in_need_does_not_stand_behind_a_crowd() -> None:
    life = Life([(Urgency.normal, 1)] * 20, UNCERTAIN, Limits(looks_max=2, proposals_max=2))

    life.now_ms += TICK_MS
    before = life.engine.next_offset
    life.record([ask(30, Urgency.critical, life.now_ms), offer(30, 0)])

    assert life.first_asked["A30"] == before
