"""What a pair is worth, when it goes out, and how a round is solved."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Urgency
from schemas.members import QuietHours
from schemas.policy import HoldDial, ScoreDial
from schemas.schedules import OffsetFrom
from services.matching.acceptance import MILLION
from services.matching.hold import may_go
from services.matching.quiet import is_quiet, local_minute
from services.matching.rules import Pair
from services.matching.score import Prospects, kept, parts_of, points_of_ask, points_of_offer, remaining_s, waited_s
from services.matching.solver import Arc, connected_parts, greedy, min_cost_flow, solve
from tests.unit.matching.pairs import HOUR_MS, NOW_MS, Changed, pair, told_at

NOBODY = Prospects(0, 0)
EVEN = Prospects(1, 1)


def parts(one: Pair, ask_prospects: Prospects = NOBODY, offer_prospects: Prospects = NOBODY) -> dict[str, int]:
    """The parts of a pair, with the supply around its sides."""
    policy = one.community.policy
    return parts_of(
        one,
        points_of_ask(policy, one.ask, ask_prospects, MILLION, one.told_ms),
        points_of_offer(policy, one.offer, one.offerer, offer_prospects, one.told_ms),
    )


def test_parts_add_up_and_say_what_they_say() -> None:
    one = told_at(pair(Changed(ask={"urgency": Urgency.high})), NOW_MS + HOUR_MS - 100_000)
    one.offerer.asked_ms += (NOW_MS,)
    one.offerer.active_matches = ("x",)
    one.offerer.helped = {"m-ann": 1}
    assert parts(one, EVEN, Prospects(3, 1)) == {
        "base": 1_000_000,
        "distance": -500,
        "ask_life": -2_000,
        "later_helper": 1_500,
        "offer_life": -2_000,
        "later_ask": 875,
        "urgency": 8_000,
        "continuity": 300,
        "fairness": -180,
    }


def test_waiting_counts_where_the_dial_says_so() -> None:
    dial = ScoreDial(points_per_waited_s=2, waiting_s_max=50)
    one = pair(Changed(policy={"score": dial}))
    assert "waiting" not in parts(one)
    assert parts(told_at(one, NOW_MS + 20_999))["waiting"] == 40
    assert parts(told_at(one, NOW_MS + 90_000))["waiting"] == 100


@pytest.mark.parametrize(
    ("urgency", "points"),
    [
        (Urgency.critical, 60_000),
        (Urgency.high, 8_000),
        (Urgency.normal, None),
        (Urgency.low, None),
        (Urgency.unknown, None),
    ],
)
def test_urgency_is_worth_what_the_dial_says(urgency: Urgency, points: int | None) -> None:
    assert parts(pair(Changed(ask={"urgency": urgency}))).get("urgency") == points


def test_continuity_counts_either_way_round() -> None:
    one, other = pair(), pair()
    one.offerer.helped = {"m-ann": 1}
    other.asker.helped = {"m-bo": 2}
    assert parts(one)["continuity"] == parts(other)["continuity"] == 300


def test_life_is_kept_where_others_come_and_spent_where_nobody_does() -> None:
    assert kept(1_000, NOBODY) == 0
    assert kept(1_000, Prospects(0, 5)) == 0
    assert kept(1_000, EVEN) == 250
    assert kept(1_000, Prospects(9, 1)) == 810
    assert kept(1_000, Prospects(5, 0)) == 1_000


def test_life_and_waiting_are_whole_seconds_within_their_bounds() -> None:
    assert remaining_s(10_999, 1_000, 900) == 9
    assert remaining_s(10_999, 11_000, 900) == 0
    assert remaining_s(10_000_000, 0, 900) == 900
    assert waited_s(1_000, 10_999, 60) == 9
    assert waited_s(1_000, 0, 60) == 0
    assert waited_s(0, 999_999, 60) == 60


@pytest.mark.parametrize(
    ("changed", "told_ms", "goes"),
    [
        (Changed(), NOW_MS, False),
        (Changed(policy={"hold": HoldDial(near_m=500)}), NOW_MS, True),
        (Changed(policy={"hold": HoldDial(near_m=499)}), NOW_MS, False),
        (Changed(ask={"urgency": Urgency.high}), NOW_MS, True),
        (Changed(ask={"urgency": Urgency.critical}), NOW_MS, True),
        (Changed(ask={"urgency": Urgency.low}), NOW_MS, False),
        (Changed(ask={"deadline_ms": NOW_MS + 14_000}), NOW_MS, True),
        (Changed(ask={"deadline_ms": NOW_MS + 14_001}), NOW_MS, False),
        (Changed(offer={"deadline_ms": NOW_MS + 14_000}), NOW_MS, True),
        (Changed(), NOW_MS + 599_999, False),
        (Changed(), NOW_MS + 600_000, True),
        (Changed(ask={"remote": True}, offer={"remote": True}), NOW_MS, True),
    ],
)
def test_a_planned_pair_goes_out_once_it_is_near_or_time_is_short(changed: Changed, told_ms: int, goes: bool) -> None:
    one = pair(changed)
    assert may_go(one.community.policy, one.ask, one.offer, told_ms) is goes


def test_quiet_hours_are_local_and_may_pass_midnight() -> None:
    offsets = (OffsetFrom(from_ms=1_000_000, minutes=60), OffsetFrom(from_ms=100_000_000, minutes=120))
    night = QuietHours(from_minute=22 * 60, to_minute=7 * 60, offsets=offsets)
    assert local_minute(night, 0) == 0
    assert local_minute(night, 1_020_000) == 77
    assert local_minute(night, 100_020_000) == (100_020_000 // 60_000 + 120) % 1_440
    day_ms = 86_400_000 * 10
    assert is_quiet(night, day_ms + 20 * 3_600_000)
    assert not is_quiet(night, day_ms + 19 * 3_600_000 + 59 * 60_000)
    assert is_quiet(night, day_ms + 5 * 3_600_000 - 1)
    assert not is_quiet(night, day_ms + 5 * 3_600_000)
    lunch = QuietHours(from_minute=720, to_minute=780)
    assert [is_quiet(lunch, minute * 60_000) for minute in (719, 720, 779, 780)] == [False, True, True, False]
    assert not is_quiet(QuietHours(from_minute=5, to_minute=5), 5 * 60_000)
    assert not is_quiet(None, 0)


arcs = st.lists(
    st.builds(
        lambda ask, helper, points: Arc(ask, helper, f"offer-{helper}", points),
        ask=st.sampled_from(["a", "b", "c", "d"]),
        helper=st.sampled_from(["w", "x", "y", "z"]),
        points=st.integers(1, 40),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda arc: (arc.ask, arc.helper),
)
room = st.fixed_dictionaries({name: st.integers(1, 2) for name in "abcdwxyz"})


def best_by_trying(every: list[Arc], left: dict[str, int]) -> int:
    """The most points any allowed set of arcs has: every set is tried."""
    best = 0
    for taken in product([False, True], repeat=len(every)):
        chosen = [arc for arc, is_taken in zip(every, taken, strict=True) if is_taken]
        used = [arc.ask for arc in chosen] + [arc.helper for arc in chosen]
        if all(used.count(name) <= left[name] for name in used):
            best = max(best, sum(arc.points for arc in chosen))
    return best


@given(arcs, room)
def test_min_cost_flow_finds_the_most_points_there_are(every: list[Arc], left: dict[str, int]) -> None:
    taken = min_cost_flow(sorted(every, key=lambda arc: (arc.ask, arc.helper)), left, left)
    used = [arc.ask for arc in taken] + [arc.helper for arc in taken]
    assert all(used.count(name) <= left[name] for name in used)
    assert sum(arc.points for arc in taken) == best_by_trying(every, left)


@given(arcs, room)
def test_greedy_is_allowed_and_at_least_half_as_good(every: list[Arc], left: dict[str, int]) -> None:
    taken = greedy(every, left, left)
    used = [arc.ask for arc in taken] + [arc.helper for arc in taken]
    assert all(used.count(name) <= left[name] for name in used)
    assert 2 * sum(arc.points for arc in taken) >= best_by_trying(every, left)


@given(arcs, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_the_arcs(every: list[Arc], chance: object) -> None:
    one = dict.fromkeys("abcdwxyz", 1)
    shuffled = list(every)
    getattr(chance, "shuffle")(shuffled)  # noqa: B009 - hypothesis hands out its own Random
    assert solve(every, one, one, 10) == solve(shuffled, one, one, 10)


def test_above_the_cap_a_round_is_solved_greedily_and_says_so() -> None:
    every = [Arc("a", "x", "o1", 9), Arc("a", "y", "o2", 8), Arc("b", "x", "o1", 8)]
    one = dict.fromkeys("abxy", 1)
    assert solve(every, one, one, 2) == ([every[1], every[2]], "min-cost-flow")
    assert solve(every, one, one, 1) == ([every[0]], "greedy")


def test_what_shares_nobody_is_solved_apart() -> None:
    links = [("a", "x"), ("b", "y"), ("c", "x"), ("d", "z"), ("b", "z")]
    assert connected_parts(links) == [[("a", "x"), ("c", "x")], [("b", "y"), ("d", "z"), ("b", "z")]]
    assert connected_parts([("same", "name"), ("other", "same")]) == [[("same", "name")], [("other", "same")]]
