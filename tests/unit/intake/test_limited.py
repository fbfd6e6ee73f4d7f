from dataclasses import replace

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.events import Received
from services.intake.breaker import Breaker, SourceLimits
from services.intake.limited import LIMITED, limited
from services.intake.refusals import Rejected, Why
from services.runtime.log.records import Record
from tests.unit.intake.samples import record

ANSWER = Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept)
LIMITS = SourceLimits(events_per_minute_max=60, burst_max=3, window_events=2, rejected_ppm_max=500_000, open_ms=10_000)


def said(offset: int, stamp_ms: int = 0, source: str = "red", *, good: bool = True) -> Record:
    one = record(ANSWER, offset, stamp_ms, source=source)
    return one if good else replace(one, value=b"rubbish")


def test_a_source_beyond_its_burst_is_refused_and_others_are_not() -> None:
    read = limited(Breaker(LIMITS))

    outcomes = [read(said(offset)) for offset in range(5)]

    assert [isinstance(one, Received) for one in outcomes] == [True, True, True, False, False]
    assert outcomes[-1] == LIMITED
    assert isinstance(read(said(0, source="blue")), Received)


def test_the_records_own_time_refills_so_that_a_backlog_is_judged_by_when_it_was_sent() -> None:
    read = limited(Breaker(LIMITS))

    outcomes = [read(said(offset, stamp_ms=offset * 1_000)) for offset in range(20)]

    assert all(isinstance(one, Received) for one in outcomes)


def test_rubbish_trips_its_source_alone() -> None:
    read = limited(Breaker(LIMITS))

    first = [read(said(offset, good=False)) for offset in range(2)]

    assert [isinstance(one, Rejected) and one.reason for one in first] == [Why.unreadable, Why.unreadable]
    assert read(said(2)) == LIMITED
    assert isinstance(read(said(0, source="blue")), Received)
    assert isinstance(read(said(3, stamp_ms=10_000)), Received)


def test_records_without_a_source_share_one_limit() -> None:
    read = limited(Breaker(LIMITS))
    nameless = replace(said(0), headers=())

    outcomes = [read(nameless) for _ in range(3)]

    assert [isinstance(one, Rejected) and one.reason for one in outcomes] == [
        Why.unreadable,
        Why.unreadable,
        Why.source_limited,
    ]
