"""Each rule alone, at its edge: just let pass, just refused."""

import pytest

from schemas.codes import EndedHow, Vetting
from schemas.members import QuietHours
from schemas.model import Place
from schemas.policy import DAY_MS
from services.matching import rules
from services.matching.ids import with_id
from services.matching.rules import HELPER_RULES, PAIR_RULES, REACH_RULES, RULES, Pair, first_refusal
from services.matching.state import WEEK_MS
from tests.unit.matching.pairs import HOUR_MS, NOW_MS, Changed, pair, told_at

ALL = (*REACH_RULES, *RULES)


def refusal(changed: Changed) -> str | None:
    """The first refusal of a pair with something changed."""
    return first_refusal(pair(changed), ALL)


def test_the_rules_stand_in_reading_order() -> None:
    assert [rule.name for rule in REACH_RULES] == ["category", "too_far"]
    assert [rule.name for rule in HELPER_RULES] == [
        "capacity",
        "offer_paused",
        "member_suspended",
        "member_paused",
        "quiet_hours",
        "asked_per_day",
        "asked_per_week",
        "active_cap",
        "open_slots",
    ]
    assert [rule.name for rule in PAIR_RULES] == [
        "unit",
        "window",
        "own_offer",
        "blocked_pair",
        "asker_suspended",
        "ask_held",
        "language",
        "skills",
        "accessibility",
        "vetting",
        "already_asked",
    ]
    assert RULES == HELPER_RULES + PAIR_RULES


def test_an_unremarkable_pair_passes_and_the_first_refusal_wins() -> None:
    assert refusal(Changed()) is None
    both = pair(Changed(ask={"unit": "box", "languages": ("de",)}))
    assert first_refusal(both) == "unit"
    assert first_refusal(both, PAIR_RULES[1:]) == "language"


NOON = QuietHours(from_minute=0, to_minute=1_440)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        (Changed(offer={"needs": ("cw:lending.tools",)}), "category"),
        (Changed(ask={"need": "oe:102-03"}), "category"),
        (Changed(offer={"needs": ("cw:lending.tools", "oe:102-04")}), None),
        (Changed(offer={"radius_m": 499}), "too_far"),
        (Changed(ask={"reach_m": 499}), "too_far"),
        (Changed(ask={"reach_m": 500}), None),
        (Changed(ask={"reach_m": 9_000}, offer={"radius_m": 499}), "too_far"),
        (Changed(offer={"place": Place(x_m=300, y_m=401)}), "too_far"),
        (Changed(ask={"place": None, "remote": True}), "too_far"),
        (Changed(offer={"place": None, "remote": True}), "too_far"),
        (Changed(ask={"place": None, "remote": True}, offer={"remote": True, "radius_m": 0}), None),
        (Changed(ask={"remote": True}, offer={"remote": True, "radius_m": 0}), None),
        (Changed(ask={"remote": True}, offer={"radius_m": 499}), "too_far"),
        (Changed(offer={"remote": True, "radius_m": 499}), "too_far"),
        (Changed(offerer={"paused_until_ms": NOW_MS}), None),
        (Changed(offerer={"paused_until_ms": NOW_MS + 1}), "member_paused"),
        (Changed(offerer={"quiet": NOON}), "quiet_hours"),
        (Changed(offer={"unit": "box"}), "unit"),
        (Changed(ask={"deadline_ms": NOW_MS + 60_000}), None),
        (Changed(ask={"deadline_ms": NOW_MS + 59_999}), "window"),
        (Changed(offer={"deadline_ms": NOW_MS + 60_000}), None),
        (Changed(offer={"deadline_ms": NOW_MS + 59_999}), "window"),
        (Changed(offer={"from_ms": NOW_MS + HOUR_MS}), None),
        (Changed(offer={"from_ms": NOW_MS + HOUR_MS + 1}), "window"),
        (Changed(ask={"earliest_ms": NOW_MS + HOUR_MS}), None),
        (Changed(ask={"earliest_ms": NOW_MS + HOUR_MS + 1}), "window"),
        (Changed(policy={"answer_ms_min": HOUR_MS}), None),
        (Changed(policy={"answer_ms_min": HOUR_MS + 1}), "window"),
        (Changed(offer={"member": "m-ann"}), "own_offer"),
        (Changed(asker={"blocked": ("m-x", "m-bo")}), "blocked_pair"),
        (Changed(offerer={"blocked": ("m-ann",)}), "blocked_pair"),
        (Changed(offerer={"blocked": ("m-bo",)}, asker={"blocked": ("m-ann",)}), None),
        (Changed(ask={"languages": ("de",)}), "language"),
        (Changed(ask={"languages": ("de", "tr")}, offerer={"languages": ("en", "tr")}), None),
        (Changed(ask={"languages": ("de", "tr")}, offerer={"languages": ("en",)}), "language"),
        (Changed(ask={"skills": ("driving", "first-aid")}, offerer={"skills": ("driving",)}), "skills"),
        (Changed(ask={"skills": ("driving",)}, offerer={"skills": ("driving",)}), None),
        (Changed(ask={"accessibility": ("step-free",)}), "accessibility"),
        (Changed(ask={"accessibility": ("step-free",)}, offerer={"accessibility": ("step-free",)}), None),
        (Changed(ask={"vetting": Vetting.basic}), "vetting"),
        (Changed(ask={"vetting": Vetting.basic}, offerer={"vetting": Vetting.basic}), None),
        (Changed(ask={"vetting": Vetting.basic}, offerer={"vetting": Vetting.trusted}), None),
        (Changed(ask={"vetting": Vetting.trusted}, offerer={"vetting": Vetting.checked}), "vetting"),
        (Changed(ask={"vetting": Vetting.basic}, offerer={"vetting": Vetting.unknown}), "vetting"),
        (Changed(policy={"asked_per_day_max": 0}), "asked_per_day"),
        (Changed(policy={"asked_per_week_max": 0}), "asked_per_week"),
        (Changed(policy={"asked_per_day_max": 0, "asked_per_week_max": 0}), "asked_per_day"),
        (Changed(policy={"asked_per_day_max": 0}, offerer={"asked_per_day_max": 1}), None),
        (Changed(policy={"asked_per_week_max": 0}, offerer={"asked_per_week_max": 1}), None),
        (Changed(offerer={"asked_per_day_max": 0}), "asked_per_day"),
        (Changed(offerer={"asked_per_week_max": 0}), "asked_per_week"),
        (Changed(offerer={"active_max": 0}), "active_cap"),
        (Changed(policy={"active_max": 0}), "active_cap"),
        (Changed(policy={"active_max": 0}, offerer={"active_max": 1}), None),
    ],
)
def test_a_rule_refuses_exactly_what_it_says(changed: Changed, name: str | None) -> None:
    assert refusal(changed) == name


@pytest.mark.parametrize(
    ("need", "offered", "level", "name"),
    [
        ("oe:102-03", ("oe:102-03",), Vetting.none, "vetting"),
        ("oe:102-03", ("oe:102-03",), Vetting.basic, None),
        ("oe:102", ("oe:102-03",), Vetting.none, "vetting"),  # a broad ask answered by a kind that needs more
        ("oe:102", ("oe:102-03", "oe:102"), Vetting.none, None),  # something offered answers it without
        ("oe:999-99", ("oe:999-99",), Vetting.none, None),  # a need of another taxonomy has no floor here
    ],
)
def test_the_floor_is_that_of_the_need_and_of_the_help_that_answers_it(
    need: str, offered: tuple[str, ...], level: Vetting, name: str | None
) -> None:
    assert refusal(Changed(ask={"need": need}, offer={"needs": offered}, offerer={"vetting": level})) == name


def with_state(change: str) -> Pair:
    """A pair whose state, not whose words, stands against it."""
    one = pair()
    match change:
        case "taken":
            one.offer.held = 1
        case "given":
            one.offer.fulfilled = 1
        case "ended":
            one.offer.ended = EndedHow.expired
        case "paused":
            one.offer.paused = True
        case "offerer":
            one.offerer.suspended = True
        case "asker":
            one.asker.suspended = True
        case "held":
            one.ask.on_hold = True
        case "asked":
            one.ask.asked = with_id(one.ask.asked, "m-bo")
        case "other":
            one.ask.asked = with_id(one.ask.asked, "m-x")
        case "slots":
            one.offerer.open_matches = ("1", "2", "3")
        case "two":
            one.offerer.open_matches = ("1", "2")
        case "active":
            one.offerer.active_matches = tuple(map(str, range(5)))
        case "four":
            one.offerer.active_matches = tuple(map(str, range(4)))
        case _:
            raise AssertionError(change)
    return one


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("taken", "capacity"),
        ("given", "capacity"),
        ("ended", "capacity"),
        ("paused", "offer_paused"),
        ("offerer", "member_suspended"),
        ("asker", "asker_suspended"),
        ("held", "ask_held"),
        ("asked", "already_asked"),
        ("other", None),
        ("slots", "open_slots"),
        ("two", None),
        ("active", "active_cap"),
        ("four", None),
    ],
)
def test_a_rule_reads_how_things_stand(change: str, name: str | None) -> None:
    assert first_refusal(with_state(change)) == name


@pytest.mark.parametrize(
    ("ago_ms", "day", "week"),
    [
        (0, True, True),
        (DAY_MS - 1, True, True),
        (DAY_MS, False, True),
        (WEEK_MS - 1, False, True),
        (WEEK_MS, False, False),
    ],
)
def test_being_asked_counts_for_a_day_and_for_a_week(ago_ms: int, day: bool, week: bool) -> None:
    daily, weekly = pair(Changed(offerer={"asked_per_day_max": 1})), pair(Changed(offerer={"asked_per_week_max": 1}))
    for one in (daily, weekly):
        one.offerer.asked_ms += (NOW_MS - ago_ms,)
    assert (first_refusal(daily) == "asked_per_day") is day
    assert (first_refusal(weekly) == "asked_per_week") is week


def test_distance_is_rounded_up_and_none_where_help_comes_without_a_way() -> None:
    one = pair(Changed(offer={"place": Place(x_m=1, y_m=1)}))
    assert rules.distance_m(one.ask, one.offer) == 2
    remote = pair(Changed(ask={"remote": True}, offer={"remote": True}))
    assert rules.distance_m(remote.ask, remote.offer) is None
    assert rules.distance_m(one.ask, remote.offer) == 500
    assert rules.distance_m(remote.ask, one.offer) == 2
    nowhere = pair(Changed(ask={"place": None}))
    assert rules.distance_m(nowhere.ask, nowhere.offer) is None
    somewhere_else = pair(Changed(offer={"place": None}))
    assert rules.distance_m(somewhere_else.ask, somewhere_else.offer) is None


def test_the_reach_is_the_smaller_of_what_both_agree_to() -> None:
    assert rules.reach_m(pair().ask, pair().offer) == 500
    shorter = pair(Changed(ask={"reach_m": 200}))
    assert rules.reach_m(shorter.ask, shorter.offer) == 200
    longer = pair(Changed(ask={"reach_m": 800}))
    assert rules.reach_m(longer.ask, longer.offer) == 500


def test_a_pair_is_put_together_from_what_the_community_knows() -> None:
    one = pair()
    one.community.members["m-bo"] = one.offerer
    made = rules.pair_of(one.community, one.taxonomy, one.ask, one.offer, NOW_MS)
    assert made.offerer is one.offerer
    assert made.asker.fields == one.asker.fields
    assert made.told_ms == NOW_MS


def test_windows_are_judged_when_people_hear_of_it() -> None:
    assert first_refusal(told_at(pair(), NOW_MS + HOUR_MS - 60_000)) is None
    assert first_refusal(told_at(pair(), NOW_MS + HOUR_MS - 59_999)) == "window"
