"""A day told in numbers: who was helped and how soon, what that took, who waits and why.

Pure: figures over what was decided. The words are the reader's business (`telling`, `picture`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from schemas.codes import MatchStatus
from schemas.facts import Proposed
from schemas.states import AskStatus
from services.simulation.chronicle import Chronicle
from services.simulation.records import AskRecord, MatchRecord
from services.simulation.yardstick.figures import at_most

MINUTE_MS = 60_000
FELL_THROUGH = (MatchStatus.cancelled, MatchStatus.no_show, MatchStatus.failed)
OFTEN = (3, 8)
"""Times a day: more than the first is often, more than the second very often."""
HELP_GIVEN = (MatchStatus.completed, MatchStatus.confirmed, MatchStatus.disputed, MatchStatus.unconfirmed)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the asks that were accepted waited, in minutes; None where none was."""

    median_min: float | None
    p95_min: float | None
    within_10_min: int
    """How many were accepted this soon."""
    within_60_min: int


@dataclass(frozen=True, slots=True)
class Asking:
    """What was asked of those who help."""

    messages: int
    """Questions sent: somebody near you needs this; can you?"""
    per_helped: float | None
    said_yes: int
    said_no: int
    said_nothing: int
    """No answer in time."""
    let_go: int
    """The question was taken back before an answer."""
    in_vain: int
    """A yes that came after that."""
    members: int
    """Who was asked at all."""
    typical: float | None
    """How often somebody who was asked was asked, half of them no more often."""
    most: int
    up_to_3: int
    """Who was asked once, twice or three times."""
    up_to_8: int
    """Who was asked four to eight times."""
    over_8: int


@dataclass(frozen=True, slots=True)
class Giving:
    """What became of the help that was agreed on."""

    given: int
    confirmed: int
    thanks: int
    fell_through: int
    under_way: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who is still looked for, or was not found in time, and what stood in the way."""

    open_now: int
    too_late: int
    never_asked: int
    """Of both: nobody could be asked for them at any time."""
    escalated: int
    """Of those open: a coordinator was told."""
    needs: tuple[tuple[str, int], ...]
    """Need → how many of both, most first."""
    rules: tuple[tuple[str, int], ...]
    """Rule → how many offers fell to it when others were asked for them, most first."""


@dataclass(frozen=True, slots=True)
class Story:
    """The day in numbers."""

    asks: int
    offers: int
    members: int
    helped: int
    """Asks that were ever accepted."""
    taken_back: int
    waits: Waits
    asking: Asking
    giving: Giving
    waiting: Waiting


def story_of(told: Chronicle) -> Story:
    """The story of what was decided."""
    helped = [ask for ask in told.asks.values() if ask.accepted is not None]
    return Story(
        asks=len(told.asks),
        offers=len(told.offers),
        members=len(told.members),
        helped=len(helped),
        taken_back=sum(ask.status is AskStatus.withdrawn for ask in told.asks.values()),
        waits=_waits(helped),
        asking=_asking(told.matches.values(), len(helped)),
        giving=_giving(told.matches.values()),
        waiting=_waiting(told.asks.values()),
    )


def wait_min(ask: AskRecord) -> float | None:
    """Minutes from the ask to its first acceptance; None where there was none."""
    match = ask.accepted
    return None if match is None or match.accepted_ms is None else (match.accepted_ms - ask.spec.opened_ms) / MINUTE_MS


def is_left_out(ask: AskRecord) -> bool:
    """Nobody accepted it, and not because it was taken back."""
    return ask.accepted is None and (ask.is_open or ask.status is AskStatus.expired)


def best_told(told: Chronicle) -> Proposed | None:
    """The match that explains most: done and thanked for, with others refused and alternatives passed over."""

    def richness(match: MatchRecord) -> tuple[int, int, int, int]:
        why = match.proposed.explanation
        is_done = match.status is MatchStatus.confirmed and match.thanks > 0
        return (
            int(is_done and match.proposed.distance_m is not None),
            min(len(why.alternatives), 2),
            min(len(why.fell), 4),
            -match.proposed.proposed_ms,
        )

    best = max(told.matches.values(), key=richness, default=None)
    return None if best is None else best.proposed


def _waits(helped: Sequence[AskRecord]) -> Waits:
    waits_min = sorted(wait for wait in map(wait_min, helped) if wait is not None)
    return Waits(
        median_min=median(waits_min) if waits_min else None,
        p95_min=at_most(waits_min, 95),
        within_10_min=sum(wait <= 10 for wait in waits_min),
        within_60_min=sum(wait <= 60 for wait in waits_min),
    )


def _asking(matches: Iterable[MatchRecord], helped: int) -> Asking:
    everyone = list(matches)
    statuses = Counter(match.status for match in everyone)
    times = Counter(match.proposed.offerer for match in everyone)
    return Asking(
        messages=len(everyone),
        per_helped=round(len(everyone) / helped, 1) if helped else None,
        said_yes=sum(match.accepted_ms is not None for match in everyone),
        said_no=statuses[MatchStatus.declined],
        said_nothing=statuses[MatchStatus.expired],
        let_go=statuses[MatchStatus.withdrawn],
        in_vain=sum(match.in_vain for match in everyone),
        members=len(times),
        typical=median(times.values()) if times else None,
        most=max(times.values(), default=0),
        up_to_3=sum(count <= OFTEN[0] for count in times.values()),
        up_to_8=sum(OFTEN[0] < count <= OFTEN[1] for count in times.values()),
        over_8=sum(count > OFTEN[1] for count in times.values()),
    )


def _giving(matches: Iterable[MatchRecord]) -> Giving:
    agreed = [match for match in matches if match.accepted_ms is not None]
    statuses = Counter(match.status for match in agreed)
    return Giving(
        given=sum(statuses[status] for status in HELP_GIVEN),
        confirmed=statuses[MatchStatus.confirmed],
        thanks=sum(match.thanks > 0 for match in agreed),
        fell_through=sum(statuses[status] for status in FELL_THROUGH),
        under_way=statuses[MatchStatus.accepted] + statuses[MatchStatus.started],
    )


def _waiting(asks: Iterable[AskRecord]) -> Waiting:
    left_out = [ask for ask in asks if is_left_out(ask)]
    rules: Counter[str] = Counter()
    for ask in left_out:
        for match in ask.matches:
            rules.update({fell.rule: fell.count for fell in match.proposed.explanation.fell})
    return Waiting(
        open_now=sum(ask.is_open for ask in left_out),
        too_late=sum(not ask.is_open for ask in left_out),
        never_asked=sum(not ask.matches for ask in left_out),
        escalated=sum(ask.escalated and ask.is_open for ask in left_out),
        needs=tuple(_most_first(Counter(ask.spec.need for ask in left_out))),
        rules=tuple(_most_first(rules)),
    )


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))
