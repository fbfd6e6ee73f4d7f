"""What a run's records come to, without a broker."""

import orjson
import pytest

from schemas.journal import Block, Tick
from schemas.partitions import partition_of
from services.intake import encode
from services.simulation.bench_kafka.asking import Percentiles, percentiles
from services.simulation.bench_kafka.people import taken_by
from services.simulation.bench_kafka.report import figures_of
from services.simulation.bench_kafka.rival_runs import Ran
from services.simulation.bench_kafka.run import Found, KafkaBench
from services.simulation.bench_kafka.stamps import Rate, rate_of
from services.simulation.bench_kafka.throughput import Pace, Wait
from services.simulation.bench_kafka.towns import Region

BENCH = KafkaBench(
    parts=frozenset({"pace"}),
    events=1_000,
    region=Region(towns=2, open_asks=100, seed=1),
    workers=(),
    recovered=(),
    backlog=1_000,
    rivals_python="python",
)
PACE = Pace(
    workers=1,
    rate=Rate(9_000, 3.0),
    events=10_000,
    refused=10,
    wall_s=4.0,
    cpu_s={"intake": 1.0, "matching": 4.0},
    people_cpu_s=2.0,
    peak_mb={"intake": 100.0, "matching": 200.0},
)


def test_a_rate_leaves_out_the_first_outputs_and_counts_from_the_last_of_them() -> None:
    outputs = [(1_000 + at * 10, 1) for at in range(100)]

    assert rate_of(outputs, warm_up=0.1) == Rate(89, 0.89)
    assert rate_of(outputs, warm_up=0.1).events_per_s == pytest.approx(100)


def test_a_rate_counts_the_events_of_a_block_and_not_its_ticks() -> None:
    outputs = [(0, 100), (1_000, 0), (1_000, 300), (2_000, 500), (3_000, 0)]

    assert rate_of(outputs, warm_up=0.0) == Rate(800, 2.0)


def test_ticks_long_after_the_last_event_do_not_slow_a_rate_down() -> None:
    assert rate_of([(0, 1), (1_000, 10), (60_000, 0)], warm_up=0.0) == Rate(10, 1.0)


def test_no_outputs_are_no_rate() -> None:
    assert rate_of([]).events_per_s == 0


def test_what_a_journal_record_took_in_is_read_from_its_end() -> None:
    assert taken_by(encode(Block(events=(), caught_up=True, inbound={"asks": 4, "offers": 0}))) == 6
    assert taken_by(encode(Tick())) == 0


@pytest.mark.parametrize("towns", [1, 4, 16])
def test_towns_lie_on_partitions_of_their_own_evenly_by_halves_and_by_turns(towns: int) -> None:
    partitions = [partition_of(community) for community in Region(towns, 100, 1).communities()]

    assert len(set(partitions)) == towns
    if towns % 4 == 0:
        assert {sum(1 for one in partitions if one // 16 == quarter) for quarter in range(4)} == {towns // 4}
        assert {sum(1 for one in partitions if one % 4 == turn) for turn in range(4)} == {towns // 4}


def test_ratios_are_ours_over_theirs_and_latency_is_quoted_at_half_the_rate() -> None:
    waits = [waited(share, percentiles([0.9 * share, 0.9 * share, 2.0])) for share in (0.1, 0.5)]
    found = Found(pace=PACE, rivals={"faust": Ran(Rate(600, 2.0), 660)}, waits=waits)

    figures = figures_of(BENCH, found)

    assert (figures["events_per_s"], figures["ratio_to_faust"], figures["ratio_to_quix"]) == (3_000, 10.0, None)
    assert (figures["p50_ms"], figures["p99_ms"]) == (450, 2_000)
    assert figures["ours"][0]["busy"] == {"intake": 0.25, "matching": 1.0}
    assert orjson.loads(orjson.dumps(figures)) == figures


def waited(share: float, proposed: Percentiles) -> Wait:
    soon = percentiles([0.1])
    return Wait(
        share=share,
        rate=1_000 * share,
        proposed=proposed,
        first_chance=proposed,
        journalled=soon,
        answered=soon,
        late_ms=0.4,
        is_drained=True,
        cpu_s={"matching": 1.0},
    )


def test_what_was_not_measured_is_null_and_every_promised_key_is_there() -> None:
    figures = figures_of(BENCH, Found(failed=["why"]))

    promised = "events_per_s ratio_to_faust ratio_to_quix ratio_to_bytewax ratio_to_bare p50_ms p99_ms".split()
    assert [figures[key] for key in promised] == [None] * len(promised)
    assert figures["failed"] == ["why"]
