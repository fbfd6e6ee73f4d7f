"""When a worker is alive, when it is ready, and how far it says it is behind."""

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from services.runtime.metrics import Metrics, build_metrics, exposed
from services.runtime.worker.health import HEARD_WITHIN_S, UNPLACED_FOR, Health

STALLED_AFTER_S = 60.0


@dataclass
class Clock:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def working(clock: Clock) -> tuple[Health, Metrics]:
    metrics = build_metrics(version="1")
    health = Health(metrics, stalled_after_s=STALLED_AFTER_S, clock=clock, wall=clock)
    health.started()
    return health, metrics


def test_a_partition_with_records_waiting_and_none_finished_for_long_is_a_stall() -> None:
    clock = Clock()
    health, _ = working(clock)
    health.took("journal", 3)
    health.ends("journal", 3, 10, position=4)

    clock.now_s += STALLED_AFTER_S
    assert health.stalls() == []
    clock.now_s += 1
    assert health.stalls() == [
        "journal/3: 6 records wait at 4, and none was finished for 61 s; start this process anew"
    ]


def test_neighbours_that_go_on_do_not_hide_a_stall() -> None:
    clock = Clock()
    health, _ = working(clock)
    for partition in (1, 2):
        health.took("journal", partition)
        health.ends("journal", partition, 100, position=0)

    for offset in range(10):
        clock.now_s += 7
        health.done("journal", 1, offset, stamp_ms=0)

    assert [sentence.split(":")[0] for sentence in health.stalls()] == ["journal/2"]


def test_silence_is_no_stall_and_the_first_record_after_it_gets_its_time() -> None:
    clock = Clock()
    health, _ = working(clock)
    health.took("journal", 0)
    health.ends("journal", 0, 4, position=4)

    clock.now_s += 3_600
    health.ends("journal", 0, 4)
    clock.now_s += 1
    health.ends("journal", 0, 5)

    assert health.stalls() == []
    clock.now_s += STALLED_AFTER_S + 1
    assert not health.is_alive


def test_a_partition_in_known_trouble_makes_it_unready_but_starting_anew_would_not_help() -> None:
    clock = Clock()
    health, _ = working(clock)
    health.ends("journal", 7, 10, position=4)
    health.troubled("journal", 7, "partition 7: a bug stopped it")

    clock.now_s += STALLED_AFTER_S + 1
    health.ends("journal", 7, 10)

    assert health.is_alive
    assert health.waits_for() == ["partition 7: a bug stopped it"]
    health.troubled("journal", 7, None)
    health.done("journal", 7, 9, stamp_ms=0)
    assert health.is_ready


def test_trouble_that_was_met_before_the_partition_was_told_of_stays() -> None:
    health, _ = working(Clock())
    health.troubled("journal", 7, "partition 7: a bug stopped it")

    health.took("journal", 7, next_offset=4)

    assert health.waits_for() == ["partition 7: a bug stopped it"]


def test_it_is_not_ready_while_it_starts_recovers_or_drains() -> None:
    clock = Clock()
    health = Health(build_metrics(version="1"), clock=clock, wall=clock)

    assert health.waits_for() == ["starting"]
    health.started()
    assert health.is_ready
    health.recovering("decisions", 1)
    assert health.waits_for() == ["decisions/1: state is being restored"]
    health.recovering("decisions", 1, on=False)
    assert health.is_ready
    health.draining()
    assert health.waits_for() == ["told to stop, draining"]


def test_a_recovery_that_does_not_go_on_is_a_stall_and_one_that_does_is_none() -> None:
    clock = Clock()
    health, _ = working(clock)
    health.recovering("journal", 1)
    health.recovering("journal", 2)

    clock.now_s += STALLED_AFTER_S
    health.moved("journal", 1)
    clock.now_s += 1

    assert [sentence.split(":")[0] for sentence in health.stalls()] == ["journal/2"]


def test_a_partition_of_which_it_stays_unknown_where_it_begins_is_a_stall() -> None:
    clock = Clock()
    health, _ = working(clock)
    for partition in (1, 2, 3, 4):
        health.took("decisions", partition)
    health.ends("decisions", 2, 0)
    health.recovering("decisions", 3)

    for _ in range(UNPLACED_FOR):
        clock.now_s += STALLED_AFTER_S
        health.ends("decisions", 1, 10)
        health.moved("decisions", 3)
    assert health.stalls() == []
    clock.now_s += 1
    health.ends("decisions", 4, 10, position=10)

    assert health.stalls() == ["decisions/1: it is not known where it begins, for 181 s; start this process anew"]
    assert not health.is_alive

    health.ends("decisions", 1, 10, position=10)
    health.recovering("decisions", 3, on=False)
    assert health.is_alive, "it has all the time again that a partition has"


def test_a_partition_that_was_told_nothing_of_is_a_stall_in_the_end() -> None:
    clock = Clock()
    health, _ = working(clock)
    health.took("decisions", 1)

    clock.now_s += UNPLACED_FOR * STALLED_AFTER_S + 1
    assert not health.is_alive
    health.troubled("decisions", 1, "decisions/1: a bug; see the log")
    assert health.is_alive, "starting anew would not help it"


def test_a_broker_that_is_not_heard_of_makes_it_unready_and_not_dead() -> None:
    clock = Clock()
    health, _ = working(clock)
    health.ends("journal", 0, 4, position=4)

    clock.now_s += HEARD_WITHIN_S + 1

    assert health.is_alive
    assert health.waits_for() == [f"the broker was not heard of for {HEARD_WITHIN_S + 1:.0f} s; see that it runs"]


def test_an_end_that_was_heard_of_before_is_no_sign_of_the_broker() -> None:
    clock = Clock()
    health, _ = working(clock)

    for _ in range(2):
        clock.now_s += HEARD_WITHIN_S / 2 + 1
        health.ends("journal", 0, 4, position=4, fresh=False)

    assert not health.is_ready


def test_a_worker_that_holds_no_partition_notices_a_broker_that_is_away() -> None:
    clock = Clock()
    health, _ = working(clock)

    clock.now_s += HEARD_WITHIN_S + 1

    assert not health.is_ready
    health.heard()
    assert health.is_ready


def test_lag_is_told_in_records_and_as_the_age_of_what_waits() -> None:
    clock = Clock()
    health, metrics = working(clock)
    health.took("journal", 0)
    health.ends("journal", 0, 4, position=0)
    health.done("journal", 0, 0, stamp_ms=900_000)
    health.ends("journal", 0, 4)

    assert told(metrics, "lag_records") == 3
    assert told(metrics, "lag_seconds") == 100


def test_after_silence_lag_counts_from_when_something_waits_not_from_the_last_record() -> None:
    clock = Clock()
    health, metrics = working(clock)
    health.done("journal", 0, 3, stamp_ms=900_000)
    clock.now_s += 3_600
    health.ends("journal", 0, 4)
    clock.now_s += 2
    health.ends("journal", 0, 5)

    assert told(metrics, "lag_seconds") == 2


def test_a_partition_that_was_given_away_counts_no_more() -> None:
    clock = Clock()
    health, metrics = working(clock)
    health.ends("journal", 0, 4, position=0)
    health.recovering("journal", 0)

    health.gave("journal", 0)

    assert told(metrics, "lag_records") == 0
    assert told(metrics, "recovering_partitions") == 0
    assert health.is_ready


def told(metrics: Metrics, name: str) -> float:
    (value,) = (
        sample.value
        for family in text_string_to_metric_families(exposed(metrics).decode())
        for sample in family.samples
        if sample.name == f"commonweal_{name}"
    )
    return value
