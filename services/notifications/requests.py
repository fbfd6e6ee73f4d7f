"""A decision block → the requests it leads to, and what was left out and why. Pure."""

from dataclasses import dataclass
from typing import Literal

import orjson

from schemas.decisions import DecisionBlock
from schemas.members import QuietHours
from schemas.notifications import COORDINATORS, Notification, requested
from services.notifications.concerned import quiet_key, remember
from services.notifications.manners import DAY_MS, MANNERS, Manner
from services.notifications.quiet import quiet_until_ms
from services.notifications.telling import Told, told
from services.runtime.ledger import Page

Withheld = Literal["past_deadline", "quiet", "budget"]
"""Why somebody is not told: it is too late for it, would be by the end of their quiet hours, or would be too much."""


@dataclass(frozen=True, slots=True)
class Requested:
    """What a block leads to."""

    notifications: tuple[Notification, ...]
    """In the order of its facts; each id once."""
    withheld: tuple[Withheld, ...]


def requests(page: Page, block: DecisionBlock, contacts_per_day_max: int) -> Requested:
    """Whom to tell of what a block decided, and take it into the rows.

    Time is the log's: how late it is really, the shell looks before it sends.
    """
    at_ms = max(block.now_ms, block.told_ms)
    notifications: dict[str, Notification] = {}
    withheld: list[Withheld] = []
    for fact in block.facts:
        for one in told(page, fact):
            answer = _request(page, fact.community, one, block.now_ms, at_ms, contacts_per_day_max)
            if isinstance(answer, Notification):
                notifications[answer.notification] = answer
            else:
                withheld.append(answer)
        remember(page, fact)
    return Requested(tuple(notifications.values()), tuple(withheld))


def _request(
    page: Page, community: str, one: Told, decided_ms: int, at_ms: int, contacts_per_day_max: int
) -> Notification | Withheld:
    """The request, counted in the member's budget; or why there is none."""
    manner = MANNERS[one.occasion]
    deadline_ms = max(decided_ms + manner.worth_ms, one.at_least_ms) if one.deadline_ms is None else one.deadline_ms
    if deadline_ms < at_ms:
        return "past_deadline"
    not_before_ms = _not_before_ms(page, community, one, manner, at_ms)
    if not_before_ms > deadline_ms:
        return "quiet"
    if not _may_contact(page, community, one.member, at_ms, manner, contacts_per_day_max):
        return "budget"
    return requested(
        community=community,
        member=one.member,
        occasion=one.occasion,
        decided_ms=decided_ms,
        not_before_ms=not_before_ms,
        deadline_ms=deadline_ms,
        match=one.match,
        ask=one.ask,
    )


def _not_before_ms(page: Page, community: str, one: Told, manner: Manner, at_ms: int) -> int:
    row = page.get(quiet_key(community, one.member)) if manner.is_courtesy else None
    return at_ms if row is None else quiet_until_ms(QuietHours.model_validate_json(orjson.dumps(row)), at_ms)


def _may_contact(
    page: Page, community: str, member: str, at_ms: int, manner: Manner, contacts_per_day_max: int
) -> bool:
    """Whether the budget has room, or does not count; if so it is spent by one."""
    if member == COORDINATORS:
        return True
    key = f"{community}/budget/{member}"
    row = page.get(key)
    lately = [] if row is None else [ms for ms in row["contacted_ms"] if ms > at_ms - DAY_MS]
    if manner.is_courtesy and len(lately) >= contacts_per_day_max:
        return False
    lately = [*lately, at_ms][-contacts_per_day_max:]  # more would change nothing
    page.put(key, {"contacted_ms": lately, "until_ms": at_ms + DAY_MS})
    return True
