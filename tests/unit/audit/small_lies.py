"""Lies of one field: the last fact of a kind says something else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from schemas.codes import EndedHow, FollowUp, Mark, MatchStatus, Reason, Role
from schemas.facts import Fell
from schemas.listed import Ask, Offer
from schemas.members import MemberFields
from schemas.model import Place
from schemas.policy import Policy
from tests.unit.audit.liars import ACCEPTED, ASKED, BACK, DAILY, PAIR, REMINDED, Lie, Recorded, told

DONE = f"{ACCEPTED}\ncomplete A1 O1"
WAITS = "policy\nwithdraw A1"
WEEKLY = "policy\nask A1 food cell=0,0 every=week days=mo hours=9-12"
ASKED_AFTER = f"{REMINDED}\ntick 4h"
TWICE = "policy\nask A1 food remote\nask A1 food remote"


@dataclass(frozen=True)
class Small:
    """Which story, which fact, what it says instead, and the rule that breaks."""

    story: str
    kind: str
    says: Mapping[str, Any]
    rule: str

    def lie(self) -> Lie:
        """The story with the lie in it."""
        log = told(self.story)
        place = log.last(self.kind)
        return Lie(log.with_fact(place, **self.changed(log, place)), self.rule, *place)

    def changed(self, log: Recorded, place: tuple[int, int]) -> dict[str, Any]:
        """What the fact says, whole; dotted names reach one level further in."""
        fact, update = log.fact(*place), dict[str, Any]()
        for name, value in self.says.items():
            outer, _, inner = name.partition(".")
            update[outer] = _with(getattr(fact, outer), inner, value) if inner else value
        return update


def _with(held: Any, name: str, value: Any) -> Any:
    if isinstance(held, Ask | Offer):
        return replace(held, **{name: value})
    return held.model_copy(update={name: value})


# fmt: off
SMALL: Mapping[str, Small] = {
    "an asker who is not":             Small(ASKED, "match.proposed", {"asker": "m-x"}, "sides"),
    "an offerer who is not":           Small(ASKED, "match.proposed", {"offerer": "m-x"}, "sides"),
    "an attempt that was skipped":     Small(ASKED, "match.proposed", {"attempt": 2}, "match_id"),
    "an ask nobody opened":            Small(ASKED, "match.proposed", {"ask": "A9"}, "known"),
    "an offer nobody opened":          Small(ASKED, "match.proposed", {"offer": "O9"}, "known"),
    "more units than are unmet":       Small(ASKED, "match.proposed", {"units": 2}, "units"),
    "a round's choice as by hand":     Small(ASKED, "match.proposed", {"explanation.solver": "by-hand"}, "by_hand"),
    "a coordinator's as a round's":    Small(f"{PAIR}\nby-hand A1 O1", "match.proposed", {"explanation.solver": "greedy"}, "by_hand"),
    "one fell that nobody considered": Small(ASKED, "match.proposed", {"explanation.fell": (Fell(rule="unit", count=1),)}, "counted"),
    "a part nobody heard of":          Small(ASKED, "match.proposed", {"points": 1, "explanation.parts": {"charm": 1}}, "score"),
    "a proposal of yesterday":         Small(ASKED, "match.proposed", {"proposed_ms": 1}, "expiry"),
    "a chance of nothing":             Small(ASKED, "match.proposed", {"chance_ppm": 0}, "chances"),
    "a move to elsewhere":             Small(ACCEPTED, "match.moved", {"to": MatchStatus.started}, "move_listed"),
    "a move by the asker":             Small(ACCEPTED, "match.moved", {"by": Role.asker}, "who_says"),
    "a move at another time":          Small(ACCEPTED, "match.moved", {"at_ms": 1_767_600_001_000}, "who_says"),
    "a reason nobody gave":            Small(ACCEPTED, "match.moved", {"reason": Reason.busy}, "who_says"),
    "a move of an unknown match":      Small(ACCEPTED, "match.moved", {"match": "M9"}, "known"),
    "a confirmation as a dispute":     Small(f"{DONE}\nconfirm A1 O1", "match.moved", {"move": "dispute", "to": MatchStatus.disputed}, "who_says"),
    "an expiry at another time":       Small(f"{ASKED}\ntick 20m", "match.moved", {"at_ms": 1}, "who_says"),
    "a withdrawal as an expiry":       Small(f"{ASKED}\nwithdraw A1", "match.moved", {"move": "expire", "to": MatchStatus.expired}, "silence"),
    "thanks to somebody else":         Small(f"{DONE}\nthank A1 O1", "match.thanked", {"to": "m-x"}, "who_says"),
    "an ask of somebody else":         Small(PAIR, "ask.listed", {"ask.member": "m-x"}, "as_said"),
    "an ask that opened earlier":      Small(PAIR, "ask.listed", {"ask.opened_ms": 1}, "as_said"),
    "an ask with more time":           Small(PAIR, "ask.listed", {"ask.deadline_ms": 1_767_900_000_000}, "as_said"),
    "an ask's unsaid change":          Small(f"{PAIR}\nchange A1 units=2", "ask.listed", {"ask.unit": "bag"}, "as_said"),
    "an ask's other change":           Small(f"{PAIR}\nchange A1 units=2", "ask.listed", {"ask.quantity": 3}, "as_said"),
    "an offer of more":                Small(PAIR, "offer.listed", {"offer.capacity": 2}, "as_said"),
    "an offer elsewhere":              Small(PAIR, "offer.listed", {"offer.place": Place(x_m=1, y_m=1)}, "as_said"),
    "an offer's other change":         Small(f"{PAIR}\nchange O1 units=2", "offer.listed", {"offer.capacity": 3}, "as_said"),
    "an offer's unsaid change":        Small(f"{PAIR}\nchange O1 units=2", "offer.listed", {"offer.radius_m": 3}, "as_said"),
    "an ask's end at another time":    Small(f"{PAIR}\nwithdraw A1", "ask.ended", {"at_ms": 1}, "ended_rightly"),
    "an ask's withdrawal as expiry":   Small(f"{PAIR}\nwithdraw A1", "ask.ended", {"how": EndedHow.expired}, "ended_rightly"),
    "a merger with another":           Small("policy\nask A1 food remote\nask A2 food remote\nmerge A1 A2", "ask.ended", {"duplicate_of": "A1"}, "ended_rightly"),
    "a referral elsewhere":            Small("policy\nask A1 food remote\nrefer A1 village", "ask.ended", {"to_community": "moon"}, "ended_rightly"),
    "an end nobody knows":             Small(f"{PAIR}\nwithdraw A1", "ask.ended", {"how": EndedHow.unknown}, "ended_rightly"),
    "an unknown ask that ends":        Small(f"{PAIR}\nwithdraw A1", "ask.ended", {"ask": "A9"}, "known"),
    "an offer's withdrawal as expiry": Small(f"{PAIR}\nretract O1", "offer.ended", {"how": EndedHow.expired}, "ended_rightly"),
    "an offer's end at another time":  Small(f"{PAIR}\nretract O1", "offer.ended", {"at_ms": 1}, "ended_rightly"),
    "an unknown offer that ends":      Small(f"{PAIR}\nretract O1", "offer.ended", {"offer": "O9"}, "known"),
    "a pause that is none":            Small(f"{PAIR}\npause O1", "offer.marked", {"paused": False}, "marked"),
    "a hold as an escalation":         Small(f"{PAIR}\nhold A1", "ask.marked", {"mark": Mark.escalated}, "marked"),
    "a hold that was lifted":          Small(f"{PAIR}\nhold A1", "ask.marked", {"on": False}, "marked"),
    "a hold at another time":          Small(f"{PAIR}\nhold A1", "ask.marked", {"at_ms": 1}, "marked"),
    "the wrong one suspended":         Small(f"{ACCEPTED}\nreport A1 O1", "member.marked", {"member": "m-x"}, "marked"),
    "another one reinstated":          Small(f"{ACCEPTED}\nreport A1 O1\nreinstate m-bo", "member.marked", {"member": "m-A1"}, "marked"),
    "a suspension as the opposite":    Small(f"{ACCEPTED}\nreport A1 O1", "member.marked", {"suspended": False}, "marked"),
    "a member's other limits":         Small("member m-bo day=2", "member.known", {"fields": MemberFields()}, "as_said"),
    "another member":                  Small("member m-bo day=2", "member.known", {"member": "m-x"}, "as_said"),
    "a member's unsaid change":        Small("member m-bo day=2\nchange m-bo blocks=m-x", "member.known", {"fields": MemberFields(blocked=("m-x",))}, "as_said"),
    "another who left":                Small("member m-bo\nleave m-bo", "member.gone", {"member": "m-x"}, "as_said"),
    "another policy":                  Small("policy", "policy.taken", {"policy": Policy(name="reach")}, "as_said"),
    "another plane":                   Small("policy", "community.known", {"definition.cell_m": 7}, "as_said"),
    "a leap further than allowed":     Small("allow-leap", "clock.leap_granted", {"until_ms": 1}, "as_said"),
    "a clock held elsewhere":          Small("policy\ntick 3d", "clock.held", {"wanted_ms": 1}, "log_time"),
    "a wait of another length":        Small(WAITS, "event.waiting", {"until_ms": 1}, "waiting_room"),
    "another community":               Small(PAIR, "ask.listed", {"community": "village"}, "follows"),
    "a refusal of something else":     Small(TWICE, "event.refused", {"what": "ask.changed"}, "follows"),
    "a duplicate that is none":        Small(TWICE, "event.refused", {"reason": "duplicate"}, "decided_once"),
    "an unknown community that is":    Small(TWICE, "event.refused", {"reason": "unknown_community"}, "known"),
    "one who never waited":            Small(f"{WAITS}\nask A1 food remote", "event.admitted", {"uid": "story/e9", "cause": "story/e9"}, "waiting_room"),
    "a series of somebody else":       Small(WEEKLY, "series.listed", {"series.member": "m-x"}, "as_said"),
    "a series that begins later":      Small(WEEKLY, "series.listed", {"next.number": 2}, "on_schedule"),
    "an unscheduled listing":          Small(WEEKLY, "ask.listed", {"ask.ask": "A1.7"}, "follows"),
    "an occurrence that lasts longer": Small(WEEKLY, "ask.listed", {"ask.deadline_ms": 1_767_900_000_000}, "as_said"),
    "an offered time of its own":      Small(DAILY, "offer.listed", {"offer.from_ms": 1}, "as_said"),
    "a step that was left out":        Small(DAILY, "series.advanced", {"next.number": 3}, "on_schedule"),
    "a step from elsewhere":           Small(DAILY, "series.advanced", {"passed.day": 7}, "on_schedule"),
    "a listing that is not told":      Small(DAILY, "series.advanced", {"listed": None}, "one_at_a_time"),
    "a step of an unknown series":     Small(DAILY, "series.advanced", {"series": "O9"}, "known"),
    "a series' pause that is none":    Small(f"{DAILY}\npause O1", "series.marked", {"paused": False}, "marked"),
    "a series' pause of another":      Small(f"{DAILY}\npause O1", "series.marked", {"series": "O9"}, "known"),
    "a series' end by itself":         Small(f"{DAILY}\nretract O1", "series.ended", {"how": EndedHow.expired}, "ended_rightly"),
    "a series' end at another time":   Small(f"{DAILY}\nretract O1", "series.ended", {"at_ms": 1}, "ended_rightly"),
    "a return from elsewhere":         Small(BACK, "ask.returned", {"from_community": "moon"}, "returned"),
    "a return at another time":        Small(BACK, "ask.returned", {"at_ms": 1}, "returned"),
    "a return of nothing":             Small(BACK, "ask.returned", {"ask": "A9"}, "known"),
    "a reminder as the question":      Small(REMINDED, "match.reminded", {"what": FollowUp.happened}, "followed_up"),
    "a question as the reminder":      Small(ASKED_AFTER, "match.reminded", {"what": FollowUp.reminder}, "followed_up"),
    "a reminder at another time":      Small(REMINDED, "match.reminded", {"at_ms": 1}, "followed_up"),
    "a reminder of nothing":           Small(REMINDED, "match.reminded", {"match": "M9"}, "known"),
    "a fact that time never brings":   Small(PAIR, "ask.listed", {"cause": None}, "follows"),
}
# fmt: on
