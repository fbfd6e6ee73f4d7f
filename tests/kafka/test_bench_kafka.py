"""`commonweal bench kafka` from beginning to end, small: everything it promises is there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCH = (sys.executable, "-c", "from services.cli.main import app; app()", "bench", "kafka", "--json")
SMALL = ("--events", "10000", "--towns", "2", "--open", "100", "--latency-seconds", "8")
WITHIN_S = 420


@pytest.mark.long
def test_a_small_run_measures_ours_and_theirs_on_the_same_records(kafka_jars: Path) -> None:
    ran = run("--only", "pace,rivals,latency", "--rivals-python", sys.executable)

    found = json.loads(ran.stdout)
    assert found["events_per_s"] > 0, ran.stderr
    assert found["ratio_to_bare"] > 0
    assert found["ratio_to_faust"] > 0
    assert found["rivals"]["bare"]["outputs"] == 150_600, "10,000 and 40 that greeted the services, 15 times"
    assert [wait["share"] for wait in found["latency"]] == [0.1, 0.5, 0.9]
    assert found["p99_ms"] >= found["p50_ms"] > 0
    for wait in found["latency"]:
        assert wait["asks"] >= wait["first_chance"]["asks"] > 0
        assert wait["answered"]["p50_ms"] >= wait["journalled"]["p50_ms"] > 0
    assert ran.returncode == 1, "its own interpreter has neither Quix Streams nor Bytewax"
    assert [sentence.split(":")[1] for sentence in found["failed"]] == [" quix", " bytewax"]


@pytest.mark.long
def test_a_small_run_of_troubles_comes_back_from_each(kafka_jars: Path) -> None:
    ran = run("--only", "backlog,recovery,failover", "--backlog", "1000", "--recovery", "100")

    found = json.loads(ran.stdout)
    assert (ran.returncode, found["failed"]) == (0, []), ran.stderr
    assert found["backlog"]["events_per_s"] > 0
    assert found["backlog"]["peak_mb"]["matching"] > 0
    assert found["recovery"][0]["open_asks"] == 100
    assert found["recovery"][0]["seconds"] > 0
    assert found["recovery"][0]["restored_s"] <= found["recovery"][0]["seconds"]
    assert found["failover_s"] > 0
    assert found["handover_s"] > 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--only", "pace,speed"), "--only names speed; the parts are pace, rivals"),
        (("--workers", "two"), "--workers is two; give whole numbers"),
        (("--rivals-python", "nowhere/python"), "nowhere/python is not there"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is_started(words: tuple[str, ...], says: str) -> None:
    ran = subprocess.run([*BENCH, *words], capture_output=True, text=True, check=False, timeout=WITHIN_S)

    assert ran.returncode == 2
    assert says in ran.stderr


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*BENCH, *SMALL, *words], capture_output=True, text=True, check=False, timeout=WITHIN_S)
