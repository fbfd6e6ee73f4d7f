"""Blocks of facts about a town, said shortly, and what telling people of them leads to."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from schemas.codes import MatchStatus, Role, Urgency, Vetting
from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, AskListed, Explanation, MatchMoved, MemberKnown, Proposed
from schemas.listed import Ask
from schemas.members import MemberFields, QuietHours
from services.runtime.ledger import Ledger, Page

T = TypeVar("T")
TOWN = "riverside"
START_MS = 1_767_261_600_000  # 2026-01-01T10:00:00Z
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
WHY = Explanation(parts={}, considered=1, feasible=1, fell=(), alternatives=(), solver="test")


class Following(Generic[T]):
    """A reader of decisions, block after block, over rows in memory."""

    def __init__(self, fold: Callable[[Page, DecisionBlock], T]) -> None:
        self.rows: dict[str, bytes] = {}
        self._ledger = Ledger(0, self.rows, ())
        self._fold = fold

    def hear(self, *facts: AnyFact, at_ms: int = START_MS, told_ms: int | None = None) -> T:
        """What one more block leads to."""
        step = self._ledger.take(block(self._ledger.next_source, facts, at_ms, told_ms), self._fold)
        assert step is not None
        for key, row in (step.position, *step.changes.items()):
            if row is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = row
        return step.outcome


def block(source: int, facts: Sequence[AnyFact], at_ms: int, told_ms: int | None = None) -> DecisionBlock:
    """A decision block."""
    told = at_ms if told_ms is None else told_ms
    return DecisionBlock(source=source, logic="1", now_ms=at_ms, told_ms=told, facts=tuple(facts), chain="0" * 64)


def ask(name: str = "A1", member: str = "ada", hours: int = 4) -> AskListed:
    """An ask, open from the start on for some hours."""
    return AskListed(
        community=TOWN,
        ask=Ask(
            ask=name,
            member=member,
            need="cw:food",
            place=None,
            remote=True,
            reach_m=None,
            urgency=Urgency.normal,
            quantity=1,
            unit="help",
            opened_ms=START_MS,
            earliest_ms=START_MS,
            deadline_ms=START_MS + hours * HOUR_MS,
            languages=(),
            skills=(),
            accessibility=(),
            vetting=Vetting.none,
            root=name,
        ),
    )


def proposed(match: str = "M1", of: str = "A1", by: str = "ben", minutes: int = 45) -> Proposed:
    """A helper is asked."""
    return Proposed(
        community=TOWN,
        match=match,
        ask=of,
        offer=f"O-{by}",
        asker="ada",
        offerer=by,
        units=1,
        attempt=1,
        proposed_ms=START_MS,
        expires_ms=START_MS + minutes * MINUTE_MS,
        distance_m=None,
        points=1,
        explanation=WHY,
    )


def moved(match: str, to: MatchStatus, by: Role = Role.offerer, at_ms: int = START_MS) -> MatchMoved:
    """A match moves."""
    return MatchMoved(community=TOWN, match=match, move="move", to=to, by=by, at_ms=at_ms)


def quiet(member: str, from_hour: int, to_hour: int) -> MemberKnown:
    """A member with quiet hours, in UTC."""
    hours = QuietHours(from_minute=from_hour * 60, to_minute=to_hour * 60)
    return MemberKnown(community=TOWN, member=member, fields=MemberFields(quiet=hours))
