"""Facts about offers: listed as was said, paused by who offers, ended for a reason that holds."""

from dataclasses import fields
from typing import Any

from schemas.codes import EndedHow
from schemas.events import Received
from schemas.facts import OfferEnded, OfferListed, OfferMarked
from schemas.listed import Offer
from schemas.members import MemberLeft
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from services.audit.books import OfferBook, Town, open_ones
from services.audit.bounds import MayBeLeft
from services.audit.breach import demand
from services.audit.neighbourhoods import count_offer
from services.audit.rules import ACCOUNTED_FOR, AS_SAID, CAPACITY, ENDED_RIGHTLY, KNOWN, LET_GO, MARKED
from services.audit.scene import Scene
from services.audit.series import is_about, next_listed, touch_series_of

FIELDS = tuple(field.name for field in fields(Offer))


def list_offer(town: Town, fact: OfferListed, event: Received | None, scene: Scene) -> None:
    """Take in an offer, new or changed.

    Raises:
        BrokenRuleError: it is not what was said, or cannot be listed any more.
    """
    name, known = fact.offer.offer, town.offers.get(fact.offer.offer)
    demand(
        known is None or known.ended is None,
        ENDED_RIGHTLY,
        f"offer {name} is listed",
        "it has ended, and that is for good",
    )
    said = None if event is None else event.data
    after = "time alone" if event is None else event.uid
    if event is None:
        wanted = _recurring(town, name, scene)
        demand(known is None, AS_SAID, f"offer {name} is listed anew", "it is there already")
    elif isinstance(said, OfferOpened):
        demand(known is None, AS_SAID, f"offer {name} is listed anew", f"{event.uid} opens it, and it is open")
        gone = town.known_member(fact.offer.member).gone
        demand(not gone, ENDED_RIGHTLY, f"offer {name} is listed", "who offers has left")
        wanted = _opened(town, said, event.received_ms)
    else:
        is_change = isinstance(said, OfferChanged) and known is not None
        demand(is_change, AS_SAID, f"offer {name} is listed", "it is not there to change")
        assert isinstance(said, OfferChanged)
        assert known is not None
        still_open = open_ones(known.matches)
        demand(not still_open, LET_GO, f"offer {name} changes with proposals open", "they are withdrawn first")
        wanted = _changed(known.spec, said)
    for field, value in wanted.items():
        stands = getattr(fact.offer, field)
        demand(stands == value, AS_SAID, f"{field} of offer {name} is {stands!r}", f"after {after} it is {value!r}")
    _write(town, fact.offer, known, scene)


def mark_offer(town: Town, fact: OfferMarked, event: Received) -> None:
    """Take in that an offer was paused or resumed.

    Raises:
        BrokenRuleError: nobody said so, or it is so already.
    """
    offer = _open(town, fact.offer)
    words = f"offer {fact.offer} is {'paused' if fact.paused else 'resumed'}"
    by = OfferPaused if fact.paused else OfferResumed
    demand(
        isinstance(event.data, by) and is_about(town, "offer", event.data.offer, fact.offer),
        MARKED,
        words,
        "nobody said so",
    )
    demand(offer.paused is not fact.paused, MARKED, words, "it is so already")
    offer.paused = fact.paused


def end_offer(town: Town, fact: OfferEnded, event: Received | None, scene: Scene) -> None:
    """Take in that an offer takes no more proposals.

    Raises:
        BrokenRuleError: somebody still waits, or the reason does not hold.
    """
    offer, said = _open(town, fact.offer), None if event is None else event.data
    still_open = open_ones(offer.matches)
    demand(not still_open, LET_GO, f"offer {fact.offer} ends with proposals open", "they are withdrawn first")
    if fact.how is EndedHow.expired:
        holds = said is None and scene.moment.now_ms > offer.spec.deadline_ms
    else:
        holds = fact.how is EndedHow.withdrawn and (
            (isinstance(said, OfferWithdrawn) and is_about(town, "offer", said.offer, fact.offer))
            or (isinstance(said, MemberLeft) and said.member == offer.spec.member)
        )
    wanted = "its time is not up" if fact.how is EndedHow.expired else "nobody took it back"
    demand(holds, ENDED_RIGHTLY, f"offer {fact.offer} ends {fact.how.value}", wanted)
    is_now = fact.at_ms == scene.moment.now_ms
    demand(is_now, ENDED_RIGHTLY, f"offer {fact.offer} ends at {fact.at_ms}", f"that is now, {scene.moment.now_ms}")
    if event is None:
        scene.load.decide_end(town.name, "offers", (offer.spec.deadline_ms, fact.offer))
    offer.ended, offer.ended_ms = fact.how, fact.at_ms
    count_offer(town, fact.offer)
    touch_series_of(town, "offer", fact.offer, scene)


def check_offer(offer: OfferBook, now_ms: int, may_be_left: MayBeLeft) -> None:
    """Hold an offer against what should have become of it by now.

    Args:
        may_be_left: whether that may wait for the next block.

    Raises:
        BrokenRuleError: it should have ended.
    """
    deadline_ms = offer.spec.deadline_ms
    is_fine = offer.ended is not None or now_ms <= deadline_ms or may_be_left("offers", (deadline_ms, offer.spec.offer))
    demand(is_fine, ACCOUNTED_FOR, f"offer {offer.spec.offer} is open after its deadline", "it should have ended")


def _opened(town: Town, said: OfferOpened, received_ms: int) -> dict[str, Any]:
    """Field → value, as an offer must be listed when it is opened."""
    wanted = {name: getattr(said, name) for name in FIELDS if name in OfferOpened.model_fields}
    until_ms = said.list_until_ms
    wanted["needs"] = tuple(dict.fromkeys(said.needs))
    wanted["opened_ms"] = received_ms
    wanted["from_ms"] = received_ms if said.from_ms is None else said.from_ms
    wanted["deadline_ms"] = received_ms + town.policy.offer_life_ms if until_ms is None else until_ms
    return wanted


def _recurring(town: Town, name: str, scene: Scene) -> dict[str, Any]:
    """Field → value, as the next occurrence of a series must be listed."""
    series, when = next_listed(town, "offer", name, scene)
    said = series.spec.template
    assert isinstance(said, OfferOpened)
    wanted = {field: getattr(said, field) for field in FIELDS if field in OfferOpened.model_fields}
    window = {"opened_ms": scene.moment.now_ms, "from_ms": when.begins_ms, "deadline_ms": when.ends_ms}
    return wanted | window | {"offer": name, "needs": tuple(dict.fromkeys(said.needs)), "schedule": None}


def _changed(before: Offer, said: OfferChanged) -> dict[str, Any]:
    """Field → value, as an offer must be listed after a change: what was not said stays."""
    wanted = {name: getattr(before, name) for name in FIELDS}
    for name in FIELDS:
        value = getattr(said, name, None)
        wanted[name] = wanted[name] if value is None else value
    wanted["needs"] = tuple(dict.fromkeys(wanted["needs"]))
    wanted["deadline_ms"] = before.deadline_ms if said.list_until_ms is None else said.list_until_ms
    return wanted


def _write(town: Town, spec: Offer, known: OfferBook | None, scene: Scene) -> None:
    offer = known or OfferBook(spec)
    offer.spec = spec
    town.offers[spec.offer] = offer
    town.member(spec.member).offers[spec.offer] = None
    demand(offer.room >= 0, CAPACITY, f"offer {spec.offer} gives {spec.capacity}", "more units are accepted already")
    count_offer(town, spec.offer)
    town.falling_due.expect(spec.deadline_ms, "offer", spec.offer)
    scene.touch(town.name, ("offer", spec.offer))
    scene.brought.setdefault(town.name, {})["offer", spec.offer] = None
    touch_series_of(town, "offer", spec.offer, scene)


def _open(town: Town, name: str) -> OfferBook:
    offer = town.offers.get(name)
    demand(offer is not None, KNOWN, f"a fact speaks of offer {name}", "no such offer is listed")
    assert offer is not None
    demand(offer.ended is None, ENDED_RIGHTLY, f"a fact changes offer {name}", "it has ended, and that is for good")
    return offer
