"""A fact on a timeline, in words. Pure, and for coordinators only: ids and reasons are shown as they are."""

from collections.abc import Callable, Mapping

from services.board.durations import elapsed
from services.board.rule_words import RULES, counted
from services.board.views import FactView

MOVES = {
    "accept": "accepted",
    "decline": "declined",
    "expire": "no answer came in time",
    "withdraw": "let go, the question was taken back",
    "start": "help has begun",
    "complete": "help was given",
    "confirm": "the asker confirmed that help was given",
    "dispute": "the asker says that help was not given",
    "fail": "help did not work out",
    "miss": "the member did not come",
    "cancel": "called off",
    "lapse": "nobody said whether help was given",
    "report": "reported, both sides are suspended",
}
"""What happened to a match, by its move."""

ENDS = {
    "withdrawn": "taken back",
    "expired": "over, its time was up",
    "duplicate": "the same as another",
    "referred": "handed to a neighbouring community",
    "fulfilled": "done, everything was given",
}

REFUSALS = {
    "duplicate": "it had been received before",
    "too_late": "it came too late",
    "already_ended": "it had ended",
    "already_open": "it was open already",
    "not_yours_to_say": "it was not theirs to say",
    "below_accepted": "more was accepted than it would leave",
    "window_empty": "it would begin after its end",
    "nothing_unmet": "nothing was left to be met",
    "not_referred": "it is not with a neighbouring community",
    "not_referred_there": "it is with another neighbouring community",
    "referred_too_far": "it came through as many communities as it may, or through this one",
    "is_a_series": "it recurs; name one of its occurrences",
    "schedule_unknown": "its schedule has words this version does not know",
    "schedule_empty": "its schedule has no day that is still to come",
    "id_too_long": "its id leaves no room for the numbers of its occurrences",
    "unknown_community": "the community is not known",
    "unknown_need": "the need is not known",
    "unknown_ask": "the ask is not known",
    "unknown_offer": "the offer is not known",
    "unknown_match": "the match is not known",
    "unknown_member": "the member is not known",
}
"""Reason → why an event changed nothing; the engine's rules and what is not listed are named as they are."""


def fact_in_words(fact: FactView) -> str:
    """One sentence without a full stop; the kind itself where this version has no words for it."""
    tell = TELL.get(fact.kind)
    return fact.kind if tell is None else tell(fact)


def _said(fact: FactView, name: str) -> str:
    return str(fact.detail.get(name, "?"))


def _number(fact: FactView, name: str) -> int:
    value = fact.detail.get(name)
    return value if isinstance(value, int) else 0


def _community(fact: FactView) -> str:
    return f"community {fact.community} was defined"


def _policy(fact: FactView) -> str:
    return f"policy {_said(fact, 'name')} version {_said(fact, 'version')} decides from here on"


def _member_known(fact: FactView) -> str:
    return f"member {fact.member} said what they can do and what they want"


def _member_gone(fact: FactView) -> str:
    return f"member {fact.member} left"


def _member_marked(fact: FactView) -> str:
    return f"member {fact.member} was {'suspended' if fact.detail.get('suspended') else 'reinstated'}"


def _ask_listed(fact: FactView) -> str:
    what = f"{_said(fact, 'quantity')} of {_said(fact, 'need')}, urgency {_said(fact, 'urgency')}"
    return f"the ask was {'changed' if fact.detail.get('changed') else 'opened'}: {what}"


def _ask_marked(fact: FactView) -> str:
    is_on = fact.detail.get("on")
    if fact.detail.get("mark") == "held":
        return "held for review" if is_on else "released to matching"
    return "a coordinator is asked to look" if is_on else "the coordinator has looked"


def _ask_ended(fact: FactView) -> str:
    where = "".join(f" ({fact.detail[name]})" for name in ("duplicate_of", "to_community") if name in fact.detail)
    return f"the ask ended: {_ending(fact)}{where}"


def _ask_returned(fact: FactView) -> str:
    reason = _said(fact, "reason")
    why = REFUSALS.get(reason) or reason.replace("_", " ")
    return f"{_said(fact, 'from_community')} could not take the ask ({why}): it is open again, a coordinator is asked to look"


def _ending(fact: FactView) -> str:
    how = _said(fact, "how")
    return ENDS.get(how, how)


def _offer_listed(fact: FactView) -> str:
    capacity = counted(_number(fact, "capacity"), "unit")
    return f"offer {fact.offer} was {'changed' if fact.detail.get('changed') else 'opened'}, with room for {capacity}"


def _offer_marked(fact: FactView) -> str:
    return f"offer {fact.offer} was {'paused' if fact.detail.get('paused') else 'resumed'}"


def _offer_ended(fact: FactView) -> str:
    return f"offer {fact.offer} ended: {_ending(fact)}"


def _series_listed(fact: FactView) -> str:
    return f"{_series(fact)} is open or was changed; occurrence {_number(fact, 'next')} is listed next"


def _series_advanced(fact: FactView) -> str:
    was = f"was listed as {fact.detail['listed']}" if "listed" in fact.detail else "was missed, or its id was taken"
    rest = "" if "next" in fact.detail else "; nothing more comes"
    return f"{_series(fact)}: occurrence {_number(fact, 'number')} {was}{rest}"


def _series_marked(fact: FactView) -> str:
    return f"{_series(fact)} was {'paused' if fact.detail.get('paused') else 'resumed'}"


def _series_ended(fact: FactView) -> str:
    return f"{_series(fact)} ended: {_ending(fact)}"


def _series(fact: FactView) -> str:
    return f"recurring ask {fact.ask}" if fact.ask is not None else f"recurring offer {fact.offer}"


def _proposed(fact: FactView) -> str:
    way = f", {_number(fact, 'distance_m'):,} m away" if "distance_m" in fact.detail else ""
    life = elapsed(_number(fact, "expires_ms") - fact.at_ms)
    points, units = counted(_number(fact, "points"), "point"), counted(_number(fact, "units"), "unit")
    return f"offer {fact.offer} was asked for {units} ({points}{way}), with {life} to answer"


def _moved(fact: FactView) -> str:
    move, reason = _said(fact, "move"), fact.detail.get("reason")
    why = "" if reason is None else f", reason: {str(reason).replace('_', ' ')}"
    by = "" if fact.detail.get("by") in ("engine", None) else f", said the {_said(fact, 'by')}"
    return f"offer {fact.offer}: {MOVES.get(move, move)}{by}{why}"


def _thanked(fact: FactView) -> str:
    return f"{_said(fact, 'by')} thanked {_said(fact, 'to')}"


def _reminded(fact: FactView) -> str:
    if fact.detail.get("what") == "reminder":
        return f"offer {fact.offer}: reminded that help is due soon"
    return f"offer {fact.offer}: both sides are asked whether it happened"


def _refused(fact: FactView) -> str:
    reason = _said(fact, "reason")
    why = REFUSALS.get(reason) or RULES.get(reason) or reason.replace("_", " ")
    return f"`{_said(fact, 'what')}` changed nothing: {why}"


def _noted(fact: FactView) -> str:
    return f"`{_said(fact, 'what')}` was taken in and had nothing to change"


def _put_waiting(fact: FactView) -> str:
    return f"`{_said(fact, 'what')}` came before what it speaks of, and waits for it"


def _left_waiting(fact: FactView) -> str:
    return f"event {_said(fact, 'uid')} left the waiting room"


def _quarantined(fact: FactView) -> str:
    reason = _said(fact, "reason").replace("-", " ")
    return f"event {_said(fact, 'place')} was stepped over at the word of {_said(fact, 'operator')}: {reason}"


def _clock_held(fact: FactView) -> str:
    leap = elapsed(_number(fact, "wanted_ms") - fact.now_ms)
    return f"log time wanted to leap {leap} ahead and was held: an operator has to allow it"


def _leap_granted(fact: FactView) -> str:
    return "an operator allowed log time to leap ahead"


TELL: Mapping[str, Callable[[FactView], str]] = {
    "community.known": _community,
    "policy.taken": _policy,
    "member.known": _member_known,
    "member.gone": _member_gone,
    "member.marked": _member_marked,
    "ask.listed": _ask_listed,
    "ask.marked": _ask_marked,
    "ask.returned": _ask_returned,
    "ask.ended": _ask_ended,
    "offer.listed": _offer_listed,
    "offer.marked": _offer_marked,
    "offer.ended": _offer_ended,
    "series.listed": _series_listed,
    "series.advanced": _series_advanced,
    "series.marked": _series_marked,
    "series.ended": _series_ended,
    "match.proposed": _proposed,
    "match.moved": _moved,
    "match.thanked": _thanked,
    "match.reminded": _reminded,
    "event.refused": _refused,
    "event.noted": _noted,
    "event.waiting": _put_waiting,
    "event.admitted": _left_waiting,
    "event.quarantined": _quarantined,
    "clock.held": _clock_held,
    "clock.leap_granted": _leap_granted,
}
"""Kind of fact → its sentence; a test holds the kinds equal to those of `schemas.facts`."""
