"""The README's commands run, and its figures are the ones they print."""

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from tests.house.readme import example

ROOT = Path(__file__).resolve().parents[2]
COMMONWEAL = str(Path(sys.executable).with_name("commonweal"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = "kind,id,at_s,x_m,y_m,patience_s,radius_m\nask,ask-0001,0,0,0,600,\noffer,offer-0001,5,300,0,300,1500\n"
UP_SECONDS_MAX = 30


def shown(verb: str) -> list[str]:
    """The arguments of the README's line `$ commonweal VERB …`, its placeholders as they stand."""
    lines = re.findall(rf"^\$ commonweal ({verb}\b.*)$", README, flags=re.MULTILINE)
    assert lines, f"the README shows no `commonweal {verb}`"
    return str(lines[0]).split()


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command as a user types it, in a folder of theirs."""
    command = [COMMONWEAL, *("data" if word == "DIR" else word for word in arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_table_goes_in_and_explained_matches_come_out(tmp_path: Path) -> None:
    (tmp_path / "city-hour.csv").write_text(TABLE, encoding="utf-8")
    loaded = run(shown("load"), tmp_path)
    assert (loaded.returncode, "longest" in loaded.stdout) == (0, True), loaded.stderr
    status = run(shown("status"), tmp_path)
    assert (status.returncode, "Matches" in status.stdout) == (0, True), status.stderr
    explained = run(shown("explain"), tmp_path)
    assert (explained.returncode, "offer-0001" in explained.stdout) == (0, True), explained.stderr
    replayed = run(shown("replay"), tmp_path)
    assert (replayed.returncode, "state_hash" in replayed.stdout) == (0, True), replayed.stderr
    verified = run(shown("verify"), tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    letters = run(shown("dead-letters"), tmp_path)
    assert letters.returncode in (0, 1), letters.stderr


def matches(folder: Path) -> dict[str, int]:
    """Status → how many."""
    found: dict[str, int] = orjson.loads(run([*shown("status"), "--json"], folder).stdout)["matches"]
    return found


def test_up_takes_in_what_submit_hands_over(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(example(README, "events.jsonl"), encoding="utf-8")
    arguments = ["data" if word == "DIR" else word for word in shown("up")]
    with subprocess.Popen(
        [COMMONWEAL, *arguments, "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as up:
        assert up.stdout is not None
        try:
            said = up.stdout.readline()
            assert "is up on data" in said
            submitted = run(shown("submit"), tmp_path)
            assert (submitted.returncode, "admitted 3" in submitted.stdout) == (0, True), submitted.stderr
            due_s = time.monotonic() + UP_SECONDS_MAX
            while matches(tmp_path) != {"proposed": 1}:
                assert time.monotonic() < due_s, "nobody was proposed to"
        finally:
            up.send_signal(signal.SIGINT)
        assert up.wait(UP_SECONDS_MAX) == 0


def test_the_published_schemas_are_those_of_this_code() -> None:
    checked = run(shown("schemas"), ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_the_figures_of_the_real_hour_are_those_the_report_prints(city_hour: Path, tmp_path: Path) -> None:
    shutil.copy(city_hour, tmp_path / "city-hour.csv")
    loaded = run([*shown("load"), "--json"], tmp_path)
    report = orjson.loads(loaded.stdout)
    rows = {"balanced": report} | report["baselines"]
    named = {
        "balanced": r"\*\*balanced\*\* \(default\)",
        "nearest_at_once": "nearest at once",
        "nearest_10s_rounds": "nearest, rounds of 10 s",
        "longest_waiting_first": "longest waiting first",
    }
    for name, label in named.items():
        found = re.search(rf"^\| {label} \| (\S+) \| (\S+) \| (\S+) \|$", README, flags=re.MULTILINE)
        assert found, f"the README's table has no row {name}"
        written = [int(cell.replace(",", "")) for cell in found.groups()]
        row = rows[name]
        assert written == [row["pairs"], round(row["mean_distance_m"]), round(row["mean_wait_s"])]
