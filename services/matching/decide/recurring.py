"""Series: recurring asks and offers are listed one occurrence at a time, and end or change as a whole."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import EndedHow
from schemas.events import Received
from schemas.facts import (
    AnyFact,
    AskListed,
    Occurrence,
    OfferListed,
    Refused,
    Series,
    SeriesAdvanced,
    SeriesEnded,
    SeriesListed,
    SeriesMarked,
)
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import AskHeld, AskReleased
from schemas.taxonomy import Taxonomy
from services.matching.decide.asks import as_listed, withdraw_ask
from services.matching.decide.moment import Moment
from services.matching.decide.offers import as_offered, pause_offer, withdraw_offer
from services.matching.decide.operations import mark_ask
from services.matching.decide.refusals import refused
from services.matching.index import Index
from services.matching.recurrence import is_known, next_occurrence
from services.matching.series import key_of, occurrence_of
from services.matching.state import CommunityState, SeriesState

SERIES_ID_MAX = 72
"""Characters: an occurrence's id has a dot and up to seven digits more, and no id has more than 80."""


def open_series(
    community: CommunityState, event: Received, said: AskOpened | OfferOpened, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """List a series. Its first occurrence is the first that is not over yet, and comes when it is near."""
    series = _series(said)
    schedule = said.schedule
    assert schedule is not None, "without a schedule nothing recurs"
    known = community.series.get(key_of(series.kind, series.series)) or occurrence_of(
        community, series.kind, series.series
    )
    if known is not None:
        return refused(community, event, "already_ended" if known.ended else "already_open", series.series)
    if not all(taxonomy.knows(need) for need in _needs(said)):
        return refused(community, event, "unknown_need", series.series)
    if community.member(said.member).gone:
        return refused(community, event, "member_gone", series.series)
    if len(series.series) > SERIES_ID_MAX:
        return refused(community, event, "id_too_long", series.series)
    if not is_known(schedule):
        return refused(community, event, "schedule_unknown", series.series)
    first = _next(community, said, None, moment)
    if first is None:
        return refused(community, event, "schedule_empty", series.series)
    return [SeriesListed(community=community.community, cause=event.uid, series=series, next=first)]


def decide_series(
    community: CommunityState, event: Received, series: SeriesState, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """What is said of a series as a whole; what the table does not list is said of its occurrences only."""
    if series.ended:
        return refused(community, event, "already_ended", series.spec.series)
    step = OF_SERIES.get(type(event.data))
    if step is None:
        return refused(community, event, "is_a_series", series.spec.series)
    return step(community, event, series, moment, taxonomy)


def change_series(
    community: CommunityState, event: Received, series: SeriesState, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Occurrences to come are listed as changed; the one that is listed is changed under its own id."""
    said, template = event.data, series.spec.template
    names = type(said).model_fields.keys() - {"type", "community", "ask", "offer"}
    changes = {name: getattr(said, name) for name in sorted(names) if getattr(said, name) is not None}
    changed = template.model_copy(update=changes)
    if not all(taxonomy.knows(need) for need in _needs(changed)):
        return refused(community, event, "unknown_need", series.spec.series)
    following = _next(community, changed, series.passed, moment)
    if following is None:
        return refused(community, event, "schedule_empty", series.spec.series)
    spec = series.spec.model_copy(update={"template": changed})
    return [SeriesListed(community=community.community, cause=event.uid, series=spec, next=following)]


def withdraw_series(
    community: CommunityState, event: Received, series: SeriesState, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """The series ends, and with it the occurrence that is listed; what was accepted stays."""
    ended = end_of(community, series, EndedHow.withdrawn, moment, event.uid)
    return [*_of_listed(community, event, series, moment, taxonomy), ended]


def pause_series(
    community: CommunityState, event: Received, series: SeriesState, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Nothing more is listed until it is resumed, and the occurrence that is listed rests as well."""
    spec, paused = series.spec, isinstance(event.data, OfferPaused | AskHeld)
    if series.paused is paused:
        return refused(community, event, "already_paused" if paused else "not_paused", spec.series)
    mark = SeriesMarked(
        community=community.community, cause=event.uid, kind=spec.kind, series=spec.series, paused=paused
    )
    return [*_of_listed(community, event, series, moment, taxonomy), mark]


def end_of(
    community: CommunityState, series: SeriesState, how: EndedHow, moment: Moment, cause: str | None
) -> SeriesEnded:
    """The end of a series."""
    kind, name = series.spec.kind, series.spec.series
    return SeriesEnded(community=community.community, cause=cause, kind=kind, series=name, how=how, at_ms=moment.now_ms)


def due_series(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """Occurrences that are near are listed; those that were missed are passed by; series with none to come end.

    After an outage nothing is doubled: of each series at most one occurrence is listed in a record.

    Args:
        most: facts after which the rest is left to the next record.
    """
    facts: list[AnyFact] = []
    for series in index.series_due(moment.now_ms):
        if series.next is None:
            facts.append(end_of(community, series, EndedHow.expired, moment, None))
        else:
            facts += _advanced(community, series, series.next, moment)
        if len(facts) >= most:
            break
    return facts


def _advanced(community: CommunityState, series: SeriesState, next_: Occurrence, moment: Moment) -> list[AnyFact]:
    spec = series.spec
    listed = [] if _is_missed(community, next_, moment) else _listed(community, spec, next_, moment)
    step = SeriesAdvanced(
        community=community.community,
        kind=spec.kind,
        series=spec.series,
        passed=next_,
        listed=_name(spec, next_) if listed else None,
        next=_next(community, spec.template, next_, moment),
    )
    return [*listed, step]


def _is_missed(community: CommunityState, occurrence: Occurrence, moment: Moment) -> bool:
    """Nobody could be asked and answer any more."""
    return occurrence.ends_ms < moment.told_ms + community.policy.answer_ms_min


def _listed(community: CommunityState, spec: Series, occurrence: Occurrence, moment: Moment) -> list[AnyFact]:
    """The occurrence as an ask or an offer like any other; nothing where somebody took its id."""
    name, template = _name(spec, occurrence), spec.template
    if occurrence_of(community, spec.kind, name) is not None or key_of(spec.kind, name) in community.series:
        return []
    begins_ms, ends_ms = occurrence.begins_ms, occurrence.ends_ms
    if isinstance(template, AskOpened):
        ask = as_listed(template, name, moment.now_ms, begins_ms, ends_ms)
        return [AskListed(community=community.community, ask=ask)]
    offer = as_offered(template, name, moment.now_ms, begins_ms, ends_ms)
    return [OfferListed(community=community.community, offer=offer)]


def _name(spec: Series, occurrence: Occurrence) -> str:
    return f"{spec.series}.{occurrence.number}"


def _next(
    community: CommunityState, template: AskOpened | OfferOpened, after: Occurrence | None, moment: Moment
) -> Occurrence | None:
    """The next occurrence that somebody could still be asked for, within the bounds the opening gave."""
    schedule = template.schedule
    assert schedule is not None, "a series has a schedule"
    if isinstance(template, AskOpened):
        from_ms, untils = template.earliest_ms, (schedule.until_ms, template.needed_by_ms, template.list_until_ms)
    else:
        from_ms, untils = template.from_ms, (schedule.until_ms, template.list_until_ms, None)
    bounds = [until_ms for until_ms in untils if until_ms is not None]
    bounded = schedule.model_copy(update={"until_ms": min(bounds)}) if bounds else schedule
    ends_from_ms = moment.told_ms + community.policy.answer_ms_min
    return next_occurrence(bounded, after, begins_from_ms=from_ms or 0, ends_from_ms=ends_from_ms)


def _of_listed(
    community: CommunityState, event: Received, series: SeriesState, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """The same said of the occurrence that is listed; nothing where it does not apply there."""
    kind, data = series.spec.kind, event.data
    if occurrence_of(community, kind, series.listed) is None:
        return []
    step: Callable[..., list[AnyFact]] = OF_LISTED[type(data)]
    decided = step(community, event, data.model_copy(update={kind: series.listed}), moment, taxonomy)
    return [fact for fact in decided if not isinstance(fact, Refused)]


def _series(said: AskOpened | OfferOpened) -> Series:
    if isinstance(said, AskOpened):
        return Series(kind="ask", series=said.ask, member=said.member, template=said)
    return Series(kind="offer", series=said.offer, member=said.member, template=said)


def _needs(template: AskOpened | OfferOpened) -> tuple[str, ...]:
    return (template.need,) if isinstance(template, AskOpened) else template.needs


OfSeries = Callable[[CommunityState, Received, SeriesState, Moment, Taxonomy], list[AnyFact]]
# fmt: off
OF_SERIES: Mapping[type, OfSeries] = {
    AskChanged:     change_series,
    OfferChanged:   change_series,
    AskWithdrawn:   withdraw_series,
    OfferWithdrawn: withdraw_series,
    AskHeld:        pause_series,
    AskReleased:    pause_series,
    OfferPaused:    pause_series,
    OfferResumed:   pause_series,
}
OF_LISTED: Mapping[type, Callable[..., Any]] = {
    AskWithdrawn:   withdraw_ask,
    OfferWithdrawn: withdraw_offer,
    AskHeld:        mark_ask,
    AskReleased:    mark_ask,
    OfferPaused:    pause_offer,
    OfferResumed:   pause_offer,
}
# fmt: on
