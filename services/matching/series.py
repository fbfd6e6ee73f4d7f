"""Series in state: what a recurring ask or offer is known by, and when its next occurrence is to be listed."""

from schemas.events import AnyEvent
from schemas.facts import SeriesAdvanced, SeriesEnded, SeriesKind, SeriesListed, SeriesMarked
from services.matching.state import AskState, CommunityState, MemberState, OfferState, SeriesState
from services.matching.subjects import subject_of


def key_of(kind: str, series: str) -> str:
    """Under which a series is kept: an ask's and an offer's may have the same id."""
    return f"{kind}/{series}"


def series_spoken_of(community: CommunityState, data: AnyEvent) -> SeriesState | None:
    """The series an event speaks of, or None where it speaks of something else."""
    if not community.series:
        return None
    subject = subject_of(data)
    return None if subject is None else community.series.get(key_of(*subject))


def listed_of(community: CommunityState, series: SeriesState) -> AskState | OfferState | None:
    """The occurrence that was listed last, if it is still known."""
    return occurrence_of(community, series.spec.kind, series.listed)


def occurrence_of(community: CommunityState, kind: SeriesKind, name: str | None) -> AskState | OfferState | None:
    """An ask or an offer by its kind and id."""
    if name is None:
        return None
    return community.asks.get(name) if kind == "ask" else community.offers.get(name)


def rests_until_ms(community: CommunityState, series: SeriesState) -> int | None:
    """The last millisecond at which nothing is to be done about a series; None where something has to happen first.

    The next occurrence comes the policy's `series_ahead_ms` before it begins, and not before the one listed last has
    ended or begun. With none to come, the series ends as soon as the last one has.
    """
    if series.ended or series.paused:
        return None
    listed = listed_of(community, series)
    if listed is not None and listed.ended is not None:
        listed = None
    if series.next is None:
        return 0 if listed is None else None
    near_ms = series.next.begins_ms - community.policy.series_ahead_ms - 1
    if listed is None:
        return max(near_ms, 0)
    begins_ms = listed.spec.earliest_ms if isinstance(listed, AskState) else listed.spec.from_ms
    return max(near_ms, begins_ms - 1, 0)


def list_series(community: CommunityState, fact: SeriesListed) -> None:
    """A series is open, or was changed."""
    key = key_of(fact.series.kind, fact.series.series)
    known = community.series.get(key)
    if known is not None:
        assert known.ended is None, f"series {key} has ended and is listed again"
        known.spec, known.next = fact.series, fact.next
        return
    community.series[key] = SeriesState(fact.series, fact.next)
    member = community.members.setdefault(fact.series.member, MemberState())
    if not member.series:
        member.series = {}
    member.series[key] = None


def advance_series(community: CommunityState, fact: SeriesAdvanced) -> None:
    """An occurrence is behind it."""
    series = community.series[key_of(fact.kind, fact.series)]
    assert series.ended is None, f"series {fact.series} has ended and goes on"
    assert series.passed is None or series.passed.number < fact.passed.number, f"series {fact.series} goes back"
    series.passed, series.next = fact.passed, fact.next
    if fact.listed is not None:
        series.listed = fact.listed


def mark_series(community: CommunityState, fact: SeriesMarked) -> None:
    """It is paused, or goes on."""
    community.series[key_of(fact.kind, fact.series)].paused = fact.paused


def end_series(community: CommunityState, fact: SeriesEnded) -> None:
    """Nothing more is listed of it."""
    series = community.series[key_of(fact.kind, fact.series)]
    assert series.ended is None, f"series {fact.series} ends twice"
    series.ended, series.ended_ms = fact.how, fact.at_ms
