"""How matches move: the auditor's own copy of the words, and who may say them."""

from collections.abc import Mapping

from schemas.acknowledgements import Acknowledged
from schemas.codes import MatchStatus, Role, Verb
from schemas.events import Received
from schemas.facts import AnyFact, MatchMoved, Refused, Thanked
from schemas.members import MemberLeft
from schemas.operations import Reassigned
from services.audit.books import ON_ITS_WAY, AskBook, MatchBook, MemberBook, OfferBook, Town, open_ones
from services.audit.bounds import MayBeLeft
from services.audit.breach import demand
from services.audit.chances import learn
from services.audit.neighbourhoods import count_offer
from services.audit.rules import CAPACITY, IN_TIME, KNOWN, LET_GO, MOVE_LISTED, ONE_ACCEPTANCE, SILENCE, WHO_SAYS
from services.audit.scene import Scene
from services.audit.silence import expect_match, match_ends_ms

# fmt: off
MOVES: Mapping[str, str] = {
    "proposed accept":     "accepted",
    "proposed decline":    "declined",
    "proposed expire":     "expired",
    "proposed withdraw":   "withdrawn",
    "proposed report":     "reported",
    "accepted start":      "started",
    "accepted complete":   "completed",
    "accepted fail":       "failed",
    "accepted miss":       "no_show",
    "accepted cancel":     "cancelled",
    "accepted lapse":      "unconfirmed",
    "accepted report":     "reported",
    "started complete":    "completed",
    "started fail":        "failed",
    "started cancel":      "cancelled",
    "started lapse":       "unconfirmed",
    "started report":      "reported",
    "completed confirm":   "confirmed",
    "completed dispute":   "disputed",
    "completed lapse":     "unconfirmed",
    "completed report":    "reported",
    "unconfirmed confirm": "confirmed",
    "unconfirmed dispute": "disputed",
    "unconfirmed report":  "reported",
    "disputed confirm":    "confirmed",
    "disputed fail":       "failed",
    "disputed report":     "reported",
    "confirmed report":    "reported",
}
"""A status and a move → the status it leads to."""
SAYS: Mapping[Role, tuple[str, ...]] = {
    Role.offerer:     ("accept", "decline", "start", "complete", "fail", "cancel", "report"),
    Role.asker:       ("complete", "fail", "miss", "cancel", "confirm", "dispute", "report"),
    Role.coordinator: ("cancel",),
    Role.engine:      ("withdraw", "expire", "lapse"),
}
BY_SILENCE = ("expire", "lapse")
ANSWERS = (Verb.accept, Verb.decline)
NOTHING_ACCEPTED = (MatchStatus.proposed, MatchStatus.declined, MatchStatus.expired, MatchStatus.withdrawn)
# fmt: on


def move_match(town: Town, fact: MatchMoved, event: Received | None, scene: Scene) -> None:
    """Take in a move.

    Raises:
        BrokenRuleError: the table does not list it, nobody who may said so, or it takes what is taken.
    """
    match = _known(town, fact.match)
    wanted = MOVES.get(f"{match.status.value} {fact.move}")
    told = f"match {fact.match} moves from {match.status.value} by {fact.move} to {fact.to.value}"
    demand(fact.to.value == wanted, MOVE_LISTED, told, f"it leads to {wanted}" if wanted else "there is no such move")
    demand(fact.move in SAYS.get(fact.by, ()), WHO_SAYS, f"{told}, by the {fact.by.value}", "that is not theirs to say")
    if fact.by is Role.engine:
        _check_engine(town, match, fact, event, scene)
    else:
        _check_said(match, fact, event, scene)
    _write(town, match, fact, scene)


def thank(town: Town, fact: Thanked, event: Received) -> None:
    """Hold gratitude against what was said.

    Raises:
        BrokenRuleError: nobody gave thanks, or there is nothing to thank for.
    """
    match, said = _known(town, fact.match), event.data
    is_said = isinstance(said, Acknowledged) and said.verb is Verb.thank and said.match == fact.match
    names = (match.said.asker, match.said.offerer)
    is_theirs = is_said and (fact.by, fact.to) == names and said.member == fact.by  # type: ignore[union-attr]
    demand(is_theirs, WHO_SAYS, f"thanks are given for match {fact.match}", "who was helped did not say so")
    is_due = match.status not in NOTHING_ACCEPTED
    demand(is_due, MOVE_LISTED, f"thanks are given for match {fact.match}", f"it is {match.status.value}")


def check_refused_answer(town: Town, fact: Refused, event: Received, now_ms: int) -> None:
    """Hold the refusal of an answer against what stands: one in time that fits is never turned away.

    Raises:
        BrokenRuleError: it should have counted.
    """
    said = event.data
    if not isinstance(said, Acknowledged) or said.verb not in ANSWERS or fact.reason == "duplicate":
        return
    match = town.matches.get(said.match)
    if match is None or match.status is not MatchStatus.proposed or said.member != match.said.offerer:
        return
    said_ms = event.received_ms if event.time_ms is None else min(event.received_ms, event.time_ms)
    is_late = event.received_ms > match.said.expires_ms or said_ms < now_ms - town.policy.seen_horizon_ms
    ask, offer = town.asks[match.said.ask], town.offers[match.said.offer]
    is_taken = said.verb is Verb.accept and min(ask.unmet, offer.room) < match.said.units
    demand(
        is_late or is_taken,
        IN_TIME,
        f"the {said.verb.value} of match {said.match} is refused as {fact.reason}",
        f"it came at {event.received_ms}, the proposal expires at {match.said.expires_ms}, and its units are free",
    )


def lapsed_ask(town: Town, fact: AnyFact) -> str:
    """The ask of a promise that was never heard of again; empty where a fact says something else."""
    if not isinstance(fact, MatchMoved) or fact.move != "lapse":
        return ""
    return town.matches[fact.match].said.ask


def check_match(town: Town, match: MatchBook, now_ms: int, may_be_left: MayBeLeft) -> None:
    """Hold a match against the silence about it.

    Args:
        may_be_left: whether its end may wait for the next block.

    Raises:
        BrokenRuleError: it should have ended.
    """
    ends_ms = match_ends_ms(town, match)
    is_silent = ends_ms is not None and ends_ms < now_ms
    demand(
        not is_silent or may_be_left("matches", (ends_ms or 0, match.said.match)),
        SILENCE,
        f"match {match.said.match} is still {match.status.value}",
        f"its time was up at {ends_ms}",
    )


def check_crowded_out(town: Town, name: str, accepted: str) -> None:
    """Hold a proposal against the acceptance that left no room for it, once a block has been read.

    Raises:
        BrokenRuleError: it should have been withdrawn.
    """
    match = town.matches.get(name)
    is_open = match is not None and match.status is MatchStatus.proposed
    demand(
        not is_open,
        LET_GO,
        f"match {name} still waits for an answer",
        f"the acceptance of {accepted} left no room for it",
    )


def _known(town: Town, name: str) -> MatchBook:
    match = town.matches.get(name)
    demand(match is not None, KNOWN, f"a fact speaks of match {name}", "no such proposal was made")
    assert match is not None
    return match


def _check_engine(town: Town, match: MatchBook, fact: MatchMoved, event: Received | None, scene: Scene) -> None:
    """Nobody said it: silence did, or the units are gone."""
    now_ms = scene.moment.now_ms
    stands = f"match {fact.match} moves by {fact.move} at {fact.at_ms}"
    demand(fact.at_ms == now_ms, WHO_SAYS, stands, f"the engine moves it now, at {now_ms}")
    if fact.move in BY_SILENCE:
        ends_ms = match_ends_ms(town, match)
        holds = event is None and ends_ms is not None and ends_ms < now_ms
        demand(holds, SILENCE, stands, f"silence about it is fine until {ends_ms}")
        scene.load.decide(town.name, "matches", (ends_ms or 0, fact.match))
    elif event is None:
        scene.load.withdrawn += 1


def _check_said(match: MatchBook, fact: MatchMoved, event: Received | None, scene: Scene) -> None:
    """Somebody said it: the fact repeats them."""
    said = None if event is None else event.data
    roles = {match.said.asker: Role.asker, match.said.offerer: Role.offerer}
    at_ms, reason = None if event is None else event.received_ms, fact.reason
    match said:
        case Acknowledged():
            holds = (said.match, said.verb.value, roles.get(said.member)) == (fact.match, fact.move, fact.by)
            reason = said.reason
        case Reassigned():
            holds = (said.match, fact.move, fact.by) == (fact.match, "cancel", Role.coordinator)
        case MemberLeft():
            holds = fact.move == "cancel" and roles.get(said.member) == fact.by
            at_ms = scene.moment.now_ms
        case _:
            holds = False
    stands = f"match {fact.match} moves by {fact.move} of the {fact.by.value} at {fact.at_ms}"
    demand(holds and fact.reason == reason, WHO_SAYS, stands, "its cause does not say so")
    demand(fact.at_ms == at_ms, WHO_SAYS, stands, f"its cause came at {at_ms}")
    is_answer = isinstance(said, Acknowledged) and said.verb in ANSWERS
    is_late = is_answer and fact.at_ms > match.said.expires_ms
    demand(not is_late, IN_TIME, stands, f"the proposal expired at {match.said.expires_ms}")


def _write(town: Town, match: MatchBook, fact: MatchMoved, scene: Scene) -> None:
    if match.status is MatchStatus.proposed:
        learn(town, match, fact)
    match.status, match.moved_ms = fact.to, fact.at_ms
    match.was_completed = match.was_completed or fact.to is MatchStatus.completed
    ask, offer, offerer = town.asks[match.said.ask], town.offers[match.said.offer], town.member(match.said.offerer)
    demand(
        ask.unmet >= 0,
        ONE_ACCEPTANCE,
        f"match {fact.match} is {fact.to.value} and takes {match.said.units} of ask {match.said.ask}",
        f"{-ask.unmet} of these units are somebody else's",
    )
    demand(
        offer.room >= 0,
        CAPACITY,
        f"match {fact.match} is {fact.to.value} and takes {match.said.units} of offer {match.said.offer}",
        f"it gives {-offer.room} more than it can",
    )
    count_offer(town, match.said.offer)
    if match.status not in (MatchStatus.proposed, *ON_ITS_WAY):
        offerer.live.pop(fact.match, None)
    if fact.to is MatchStatus.confirmed:
        offerer.helped[match.said.asker] = None
    if fact.to is MatchStatus.accepted:
        crowded = scene.crowded_out.setdefault(town.name, {})
        crowded |= {other.said.match: fact.match for other in _crowded_out(town, ask, offer, offerer)}
    expect_match(town, match)
    scene.touch(town.name, ("ask", match.said.ask), ("match", fact.match))


def _crowded_out(town: Town, ask: AskBook, offer: OfferBook, offerer: MemberBook) -> list[MatchBook]:
    """Open proposals for more than an acceptance left, and all of a member who carries enough now."""
    crowded = [match for match in open_ones(ask.matches) if match.said.units > ask.unmet]
    crowded += [match for match in open_ones(offer.matches) if match.said.units > offer.room]
    cap = offerer.fields.active_max
    is_full = offerer.active_count() >= (town.policy.active_max if cap is None else cap)
    return [*crowded, *(open_ones(offerer.live) if is_full else [])]
