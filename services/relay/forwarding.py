"""What is to be passed on between communities: a fold of decisions, and of nothing else.

An event of the relay has an id computed from the decision it comes from, so that it is decided once however often it
is sent; and the engine's answer to it, found among the decisions of the community it went to, says that it arrived.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, AskEnded, CommunityKnown, EventQuarantined, Refused
from schemas.listed import Ask
from schemas.operations import CommunityDefined
from services.relay.planes import degrees_of

RELAY_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "urn:commonweal:relay")
SOURCE = "relay"
"""Who sends what is passed on."""
DUPLICATE = "duplicate"
STEPPED_OVER = "stepped_over"


@dataclass(frozen=True, slots=True)
class Referral:
    """An ask on its way to a neighbour."""

    community: str
    """Where it comes from."""
    to_community: str
    ask: Ask
    """With the units that are unmet."""


@dataclass(frozen=True, slots=True)
class Return:
    """An ask on its way back."""

    community: str
    """Where it goes back to."""
    from_community: str
    ask: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to be let in by the door."""

    id: str
    document: dict[str, object]
    """The CloudEvent in its bare form."""


@dataclass(slots=True)
class Forwarding:
    """How far every partition's decisions were read, and what is on its way."""

    next_source: dict[int, int] = field(default_factory=dict)
    communities: dict[str, CommunityDefined] = field(default_factory=dict)
    referrals: dict[str, Referral] = field(default_factory=dict)
    """By the id of the event that opens the ask there; until that is answered."""
    returns: dict[str, Return] = field(default_factory=dict)
    """By the id of the event that says so; until that is answered."""

    def take(self, partition: int, block: DecisionBlock, early: dict[str, str | None] | None = None) -> bool:
        """Take in the next block of a partition.

        Args:
            early: while partitions are read one after the other: answers to what other partitions have yet to tell,
                the reason of each refusal; filled and used up here.

        Returns:
            Whether anything that matters to the relay was in it.
        """
        self.next_source[partition] = block.source + 1
        found = [self._take_fact(fact, early) for fact in block.facts]
        return any(found)

    def refused_at_the_door(self, event: str, reason: str) -> None:
        """The door did not let an event in: the ask goes back.

        Refused on its way back, it stays referred, and a dead letter tells of it.
        """
        self._answer(event, reason)

    def outgoing(self) -> Iterator[Outgoing]:
        """Events that are on their way: sent, and sent again by whoever does not know that, until they are answered."""
        for event, referral in self.referrals.items():
            yield Outgoing(event, self._opening(event, referral))
        for event, going_back in self.returns.items():
            yield Outgoing(event, _sending_back(event, going_back))

    def _take_fact(self, fact: AnyFact, early: dict[str, str | None] | None) -> bool:
        if isinstance(fact, CommunityKnown):
            self.communities[fact.community] = fact.definition
            return True
        if isinstance(fact, AskEnded) and fact.referred is not None:
            self._refer(fact, early)
            return True
        source, _, event = (fact.cause or "").partition("/")
        if source != SOURCE or (isinstance(fact, Refused) and fact.reason == DUPLICATE):
            return False
        if event not in self.referrals and event not in self.returns:
            if early is not None:
                early.setdefault(event, _refusal(fact))
            return False
        self._answer(event, _refusal(fact), early)
        return True

    def _refer(self, fact: AskEnded, early: dict[str, str | None] | None) -> None:
        assert fact.referred is not None, f"ask {fact.ask} was not handed over"
        assert fact.to_community is not None, f"ask {fact.ask} was referred nowhere"
        assert fact.cause is not None, f"ask {fact.ask} was referred by nobody"
        event = event_id("refer", fact.community, fact.cause)
        self.referrals[event] = Referral(fact.community, fact.to_community, fact.referred)
        if early is not None and event in early:
            self._answer(event, early.pop(event), early)

    def _answer(self, event: str, reason: str | None, early: dict[str, str | None] | None = None) -> None:
        """An event was decided: it has arrived, or the ask goes back."""
        referral = self.referrals.pop(event, None)
        if referral is None:
            self.returns.pop(event, None)
        elif reason is not None:
            back = event_id("return", referral.to_community, event)
            if early is None or back not in early:
                self.returns[back] = Return(referral.community, referral.to_community, referral.ask.ask, reason)
            else:
                early.pop(back)

    def _opening(self, event: str, referral: Referral) -> dict[str, object]:
        """The ask as the neighbour's members would open it; its id is the event's, computed and nobody else's."""
        ask, place = referral.ask, None
        if ask.place is not None:
            lat, lon = degrees_of(ask.place, self.communities[referral.community])
            place = {"lat": lat, "lon": lon}
        data: dict[str, object] = {
            "type": "ask.opened",
            "community": referral.to_community,
            "ask": event,
            "member": ask.member,
            "need": ask.need,
            "place": place,
            "remote": ask.remote,
            "reach_m": ask.reach_m,
            "urgency": ask.urgency.value,
            "quantity": ask.quantity,
            "unit": ask.unit,
            "earliest_ms": ask.earliest_ms,
            "list_until_ms": ask.deadline_ms,
            "languages": list(ask.languages),
            "skills": list(ask.skills),
            "accessibility": list(ask.accessibility),
            "vetting": ask.vetting.value,
            "on_behalf_of": ask.on_behalf_of,
            "root": ask.root,
            "path": [*ask.path, referral.community],
        }
        return {"id": event, "data": {name: value for name, value in data.items() if value is not None}}


def event_id(what: str, community: str, cause: str) -> str:
    """The id of an event of the relay, computed from the decision that led to it."""
    return str(uuid5(RELAY_NAMESPACE, f"{what}/{community}/{cause}"))


def _sending_back(event: str, going_back: Return) -> dict[str, object]:
    data = {
        "type": "ask.returned",
        "community": going_back.community,
        "ask": going_back.ask,
        "from_community": going_back.from_community,
        "reason": going_back.reason,
    }
    return {"id": event, "data": data}


def _refusal(fact: AnyFact) -> str | None:
    """Why the engine did not take an event of the relay; None: it took it."""
    if isinstance(fact, EventQuarantined):
        return STEPPED_OVER
    return fact.reason if isinstance(fact, Refused) else None
