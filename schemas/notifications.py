"""Notification requests: who is to be told what, about which match, and until when that is worth telling.

A request holds no name, no contact and no words. Delivery takes those from the vault and the phrase book
at the last moment, so an erased person is simply not reached.
"""

from typing import Literal, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import model_validator

from schemas.model import Code, Id, Model, Ms

NOTIFICATION_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "urn:commonweal:notification")

COORDINATORS: str = "coordinators"
"""Whom `attention` is addressed to: all who coordinate the community; delivery knows who they are."""


class Occasion(Code):
    """What a member is told."""

    proposed = "proposed"
    """An offerer: somebody near you needs this; can you?"""
    let_go = "let_go"
    """An offerer: thank you, it is taken care of."""
    accepted = "accepted"
    """An asker: somebody is coming."""
    called_off = "called_off"
    """Either side: what was agreed will not happen."""
    completed = "completed"
    """An asker: the help was reported as given; was it?"""
    thanked = "thanked"
    """An offerer: somebody says thank you."""
    not_found = "not_found"
    """An asker: nobody was found in time."""
    referred = "referred"
    """An asker: neighbours go on looking."""
    reminder = "reminder"
    """An offerer: the help you promised is due soon."""
    happened = "happened"
    """Either side: did it happen?"""
    attention = "attention"
    """A coordinator: an ask or a match needs a look."""
    unknown = "unknown"


def notification_id(community: str, member: str, occasion: Occasion, about: str, decided_ms: int) -> str:
    """The id of a request, computed from what it says, so that a rebuild never tells a city twice.

    Args:
        about: `match/ID` where there is a match, else `ask/ID`, else `offer/ID`.
        decided_ms: `now_ms` of the decision block; tells a second thank-you from the first.
    """
    return str(uuid5(NOTIFICATION_NAMESPACE, f"{community}/{member}/{occasion.value}/{about}/{decided_ms}"))


class Notification(Model):
    """One member is to be told one thing, at least once, and never after `deadline_ms`."""

    version: Literal[1] = 1
    notification: Id
    """Computed by `notification_id`, never chosen."""
    community: Id
    member: Id
    occasion: Occasion
    match: Id | None = None
    ask: Id | None = None
    offer: Id | None = None
    decided_ms: Ms
    """`now_ms` of the decision block that led to this."""
    not_before_ms: Ms
    """Quiet hours are over by then; at or after `decided_ms`."""
    deadline_ms: Ms
    """Last millisecond at which telling makes sense; a proposal's own answer time, for one."""

    @property
    def computed_id(self) -> str:
        """The id that these contents have."""
        about = _about(self.match, self.ask, self.offer)
        return notification_id(self.community, self.member, self.occasion, about, self.decided_ms)

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if not self.decided_ms <= self.not_before_ms <= self.deadline_ms:
            raise ValueError("times run `decided_ms` <= `not_before_ms` <= `deadline_ms`; else nobody can be told")
        # An occasion from a newer version reads as `unknown`, and its id was computed from the newer word.
        if self.notification != self.computed_id and self.occasion is not Occasion.unknown:
            raise ValueError(f"the id is computed: {self.notification} stands, {self.computed_id} was wanted")
        return self


def requested(
    *,
    community: str,
    member: str,
    occasion: Occasion,
    decided_ms: int,
    not_before_ms: int,
    deadline_ms: int,
    match: str | None = None,
    ask: str | None = None,
    offer: str | None = None,
) -> Notification:
    """A request with its id computed.

    Raises:
        ValueError: it is about nothing, or could be told at no time.
    """
    return Notification(
        notification=notification_id(community, member, occasion, _about(match, ask, offer), decided_ms),
        community=community,
        member=member,
        occasion=occasion,
        match=match,
        ask=ask,
        offer=offer,
        decided_ms=decided_ms,
        not_before_ms=not_before_ms,
        deadline_ms=deadline_ms,
    )


def _about(match: str | None, ask: str | None, offer: str | None) -> str:
    for kind, subject in (("match", match), ("ask", ask), ("offer", offer)):
        if subject is not None:
            return f"{kind}/{subject}"
    raise ValueError("a notification is about something: give `match`, `ask` or `offer`")
