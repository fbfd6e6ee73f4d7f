"""Integers as large and as small as schemas let them be: both engines decide alike, the auditor agrees, nothing breaks."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import Verb
from schemas.events import AnyEvent, Received
from schemas.facts import Proposed
from schemas.journal import Block, JournalRecord, Tick
from schemas.members import MemberJoined
from schemas.model import COORDINATE_M_MAX, MS_MAX, REACH_M_MAX, UNITS_MAX, Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined, LeapAllowed, PolicySet
from schemas.policy import AcceptanceDial, HoldDial, Policy, ScoreDial
from schemas.taxonomy.load import load
from services.audit import Auditor
from services.matching import Engine
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex

pytestmark = pytest.mark.slow
TAXONOMY = load()
TOWN, START_MS, DAY_MS = "town", 1_767_600_000_000, 86_400_000
COUNT_MAX = 1_000_000_000

CORNERS = [-COORDINATE_M_MAX, COORDINATE_M_MAX]
places = st.builds(Place, x_m=st.sampled_from([*CORNERS, COORDINATE_M_MAX - 1]), y_m=st.sampled_from(CORNERS))
reaches = st.sampled_from([0, REACH_M_MAX, REACH_M_MAX])
units = st.sampled_from([1, 2, UNITS_MAX])
ends = st.sampled_from([START_MS + 1, START_MS + DAY_MS, MS_MAX])
begins = st.sampled_from([0, START_MS, START_MS + DAY_MS])
weights = st.sampled_from([0, 1, 100_000])
points = st.sampled_from([0, 1, 100_000_000])


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy at the ends of what its dials allow; what would not fit below the bound of all points is none."""
    try:
        return Policy(
            version=1,
            score=ScoreDial(
                base=draw(points),
                points_per_m=draw(weights),
                points_per_waited_s=draw(weights),
                points_per_recent_ask=draw(weights),
                continuity=draw(points),
            ),
            hold=HoldDial(ask_waits_s_max=0),
            acceptance=AcceptanceDial(
                prior_ppm=draw(st.sampled_from([0, 1, 999_999, 1_000_000])),
                prior_weight=draw(st.sampled_from([1, 1_000])),
                near_m=draw(reaches),
                again_ppm=draw(st.sampled_from([0, 1_000_000])),
                known_well_ppm=draw(st.sampled_from([1_000_000, 10_000_000])),
                stand_ins=draw(st.sampled_from([0, 1, 100_000])),
                asking_cost=draw(points),
            ),
            open_slots=draw(st.sampled_from([1, 20])),
            tick_ms=draw(st.sampled_from([100, 3_600_000])),
        )
    except ValidationError:
        assume(False)
        raise


@st.composite
def openings(draw: st.DrawFn) -> list[AnyEvent]:
    """A town in which everything lies at some end."""
    said: list[AnyEvent] = [CommunityDefined(community=TOWN), PolicySet(community=TOWN, policy=draw(policies()))]
    said.append(LeapAllowed(community=TOWN, operator="op-1", until_ms=draw(ends)))
    for number in range(3):
        asked = draw(st.sampled_from([0, 1, COUNT_MAX]))
        answered = draw(st.sampled_from([0, asked]))
        said.append(MemberJoined(community=TOWN, member=f"m-{number}", asked_before=asked, accepted_before=answered))
    for number in range(4):
        ask = AskOpened(
            community=TOWN,
            ask=f"A{number}",
            member=f"asker-{number}",
            need="oe:102",
            place=draw(places),
            reach_m=draw(st.none() | reaches),
            quantity=draw(units),
            earliest_ms=draw(begins),
            list_until_ms=draw(ends),
        )
        offer = OfferOpened(
            community=TOWN,
            offer=f"O{number}",
            member=f"m-{number}",
            needs=("oe:102",),
            place=draw(places),
            radius_m=draw(reaches),
            capacity=draw(units),
            list_until_ms=draw(ends),
        )
        said += [ask, offer]
    return said


@settings(max_examples=150)
@given(openings(), st.lists(st.sampled_from([0, 1, 2_000, 3_600_000, DAY_MS, MS_MAX]), min_size=3, max_size=6))
def test_at_the_ends_of_every_integer_both_engines_decide_alike_and_the_auditor_agrees(
    said: Sequence[AnyEvent], steps_ms: Sequence[int]
) -> None:
    naive, grid, auditor = Engine(TAXONOMY, NaiveIndex), Engine(TAXONOMY, GridIndex), Auditor(0, TAXONOMY)
    now_ms = START_MS
    body: Block | Tick = block_of(said, now_ms, "first")
    for offset, step_ms in enumerate(steps_ms):
        record = JournalRecord(offset=offset, stamp_ms=now_ms, body=body)
        decided = grid.apply(record)
        assert naive.apply(record) == decided
        assert naive.state_hash() == grid.state_hash()
        breach = auditor.check(record, decided)
        assert breach is None, breach.sentence
        now_ms = min(now_ms + step_ms, MS_MAX)
        proposed = [fact for fact in decided.facts if isinstance(fact, Proposed)]
        body = block_of([accepting(fact) for fact in proposed[:2]], now_ms, str(offset)) if proposed else Tick()


def accepting(fact: Proposed) -> Acknowledged:
    return Acknowledged(community=TOWN, match=fact.match, member=fact.offerer, verb=Verb.accept)


def block_of(said: Sequence[AnyEvent], now_ms: int, name: str) -> Block:
    received = [
        Received(source="people", id=f"{name}-{place}", received_ms=now_ms, data=data)
        for place, data in enumerate(said)
    ]
    return Block(events=tuple(received), caught_up=True)
