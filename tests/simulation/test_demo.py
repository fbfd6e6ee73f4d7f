"""`commonweal demo` with a small city: the same seed is the same day, down to the bytes of its picture."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from services.cli import demo, replay
from services.cli.refusing import Commands

APP = typer.Typer(cls=Commands)
demo.register(APP)
replay.register(APP)
SMALL = ("--asks", 60, "--seed", 5)
CHECKOUT = Path(__file__).resolve().parents[2]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def in_a_process_of_its_own(hash_seed: int, *arguments: object) -> dict[str, Any]:
    """The demo's JSON, from an interpreter that orders its sets in another way."""
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from tests.simulation.test_demo import APP; APP()",
            "demo",
            *map(str, arguments),
            "--json",
        ],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.mark.slow
def test_a_seed_is_one_day_in_every_process_down_to_the_bytes_of_its_picture(tmp_path: Path) -> None:
    one, other = (in_a_process_of_its_own(seed, *SMALL, "--out", tmp_path / str(seed)) for seed in (1, 2))

    assert one["state_hash"] == other["state_hash"]
    assert one["verify"] == other["verify"] == {"clean": True, "breach": None}
    assert one["one_at_a_time"] == other["one_at_a_time"] != one["story"]
    assert one["story"] == other["story"]
    assert Path(one["picture"]).read_bytes() == Path(other["picture"]).read_bytes()
    assert Path(one["page"]).read_bytes() == Path(other["page"]).read_bytes()
    assert one["story"]["helped"] > 0
    replayed = json.loads(run("replay", "--data", one["data"], "--json").stdout)
    assert replayed["state_hash"] == one["state_hash"]


@pytest.mark.slow
def test_a_newcomer_reads_who_was_helped_who_waits_and_why_one_match_was_made(tmp_path: Path) -> None:
    done = run("demo", *SMALL, "--out", tmp_path / "out")

    assert done.exit_code == 0, done.output
    for words in (
        "Who was helped, and how soon",
        "What that asked of people",
        "Who waits, and why",
        "Beside asking one at a time",
        "questions sent for each ask helped",
        "found somebody, and half of those helped had a yes within",
        "Is it right?",
        "It is: nothing was found that breaks a rule.",
        "commonweal verify --data",
        "One match, explained",
        "offers looked at",
        "commonweal status --data",
        "state_hash",
    ):
        assert words in done.stdout
    assert done.stdout.rstrip().endswith("day.html")
    assert (tmp_path / "out" / "day.svg").read_text().startswith("<svg")


@pytest.mark.slow
def test_a_second_demo_takes_the_place_of_the_first_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")

    for seed in (1, 2):
        done = run("demo", "--asks", 5, "--seed", seed, "--out", tmp_path, "--no-picture")
        assert done.exit_code == 0, done.output

    assert {file.name for file in tmp_path.iterdir()} == {"letter.txt", "data", ".made-by-commonweal-demo"}


def test_a_folder_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_text("a real one")

    done = run("demo", *SMALL, "--data", tmp_path, "--out", tmp_path / "out")

    assert done.exit_code == 2
    assert "is not empty" in done.stderr
    assert (tmp_path / "log.db").read_text() == "a real one"
