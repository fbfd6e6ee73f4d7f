"""The waiting room: who waits there, for what, and that they come out."""

from collections.abc import Mapping

from schemas.events import AnyEvent, Received
from schemas.facts import LeftWaiting, PutWaiting
from services.audit.books import Town, WaitingBook
from services.audit.bounds import MayBeLeft
from services.audit.breach import demand
from services.audit.rules import WAITING_ROOM
from services.audit.scene import Scene
from services.audit.series import key_of

# fmt: off
SPEAKS_OF: Mapping[str, str] = {
    "match.acknowledged":     "match",
    "match.reassigned":       "match",
    "match.proposed_by_hand": "ask",
    "member.changed":         "member",
    "member.left":            "member",
    "member.reinstated":      "member",
    "offer.changed":          "offer",
    "offer.paused":           "offer",
    "offer.resumed":          "offer",
    "offer.withdrawn":        "offer",
    "ask.changed":            "ask",
    "ask.withdrawn":          "ask",
    "ask.held":               "ask",
    "ask.released":           "ask",
    "ask.escalated":          "ask",
    "ask.merged":             "ask",
    "ask.referred":           "ask",
    "ask.returned":           "ask",
}
"""Event → what must be there before it can be answered."""
# fmt: on
REFUSED_WITH_IT = 2
"""Facts of an event that waited in vain: it leaves, and is refused."""


def subject_of(data: AnyEvent) -> tuple[str, str] | None:
    """What an event cannot do without: its kind and id."""
    kind = SPEAKS_OF.get(data.type)
    return None if kind is None else (kind, getattr(data, kind))


def put(town: Town, fact: PutWaiting, event: Received, scene: Scene) -> None:
    """Take in that an event waits.

    Raises:
        BrokenRuleError: it need not, or not so long.
    """
    policy, subject = town.policy, subject_of(event.data)
    stands = f"the event {event.uid} waits until {fact.until_ms}"
    demand(fact.event == event, WAITING_ROOM, stands, "what waits is not what was sent")
    is_there = subject is None or subject[1] in _known(town)[subject[0]] or key_of(*subject) in town.series
    demand(not is_there, WAITING_ROOM, stands, "what it speaks of is there")
    has_room = len(town.waiting) < policy.waiting_room_max
    demand(has_room, WAITING_ROOM, stands, f"the room holds {policy.waiting_room_max}")
    until_ms = scene.moment.now_ms + policy.waiting_room_ms
    demand(fact.until_ms == until_ms, WAITING_ROOM, stands, f"by the policy it waits until {until_ms}")
    town.waiting[event.uid] = WaitingBook(event, until_ms)
    town.falling_due.expect(until_ms, "waiting", event.uid)


def let_out(town: Town, fact: LeftWaiting, scene: Scene) -> None:
    """Take in that an event is answered after all.

    Raises:
        BrokenRuleError: what it waits for did not come, and its time is not up.
    """
    waiting = town.waiting.pop(fact.uid)
    came = subject_of(waiting.event.data) in scene.brought.get(town.name, {})
    is_up = waiting.until_ms < scene.moment.now_ms
    stands = f"the event {fact.uid} leaves the waiting room"
    demand(came or is_up, WAITING_ROOM, stands, "what it waits for did not come, and its time is not up")
    if not came:
        scene.load.decide(town.name, "waiting", (waiting.until_ms, fact.uid), REFUSED_WITH_IT)


def check_waiting(town: Town, uid: str, now_ms: int, may_be_left: MayBeLeft) -> None:
    """Hold an event that waited against its time.

    Args:
        may_be_left: whether it may wait for the next block.

    Raises:
        BrokenRuleError: it should have been let out.
    """
    waiting = town.waiting.get(uid)
    is_over = waiting is not None and waiting.until_ms < now_ms
    is_fine = not is_over or (waiting is not None and may_be_left("waiting", (waiting.until_ms, uid)))
    demand(is_fine, WAITING_ROOM, f"the event {uid} still waits", "its time is up")


def check_brought(town: Town, brought: Mapping[tuple[str, str], None]) -> None:
    """Hold those that wait against what came in this block.

    Raises:
        BrokenRuleError: somebody waits for what is there.
    """
    for uid, waiting in town.waiting.items() if brought else ():
        is_there = subject_of(waiting.event.data) in brought
        demand(not is_there, WAITING_ROOM, f"the event {uid} still waits", "what it waits for has come")


def _known(town: Town) -> Mapping[str, Mapping[str, object]]:
    return {"ask": town.asks, "offer": town.offers, "match": town.matches, "member": town.members}
