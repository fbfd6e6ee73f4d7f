"""`commonweal load` as somebody types it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from schemas.presets import PRESETS
from services.cli import load, replay
from services.cli.refusing import Commands
from tests.simulation.test_load import VILLAGE

APP = typer.Typer(cls=Commands)
load.register(APP)
replay.register(APP)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


@pytest.fixture
def village(tmp_path: Path) -> Path:
    table = tmp_path / "village.csv"
    table.write_text(VILLAGE)
    return table


def test_json_is_one_object_with_every_figure_and_replay_has_the_same_hash(
    village: Path, mapping: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    done = run("load", village, "--mapping", mapping, "--policy", "near", "--data", data, "--report", "--json")

    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found.keys() >= {
        "asks", "offers", "proposals", "policy", "ticks", "pairs", "optimum", "share", "mean_distance_m", "mean_wait_s",
        "mean_wait_all_s", "p95_wait_s", "state_hash", "baselines", "timing",
    }  # fmt: skip
    assert (found["policy"], found["pairs"], found["optimum"]) == ("near", 2, 2)
    assert found["timing"].keys() >= {"read", "door", "cut", "decide", "append decisions", "board", "report", "total"}

    again = run("replay", "--data", data, "--json")
    assert json.loads(again.stdout)["state_hash"] == found["state_hash"]


def test_people_read_a_table_with_ours_beside_the_simple_policies(village: Path, mapping: Path, tmp_path: Path) -> None:
    done = run("load", village, "--mapping", mapping, "--data", tmp_path / "data", "--report")

    assert done.exit_code == 0, done.output
    for words in ("Commonweal, balanced", "nearest at once", "nearest, every 10 s", "longest waiting first"):
        assert words in done.stdout
    assert "best possible in hindsight: 2 pairs" in done.stdout


def test_without_a_report_the_outcome_is_counted(village: Path, mapping: Path, tmp_path: Path) -> None:
    done = run("load", village, "--mapping", mapping, "--data", tmp_path / "data")

    assert done.exit_code == 0, done.output
    assert "3 asks and 2 offers from village.csv" in done.stdout
    assert "nearest" not in done.stdout


def test_rows_that_were_not_let_in_are_named(village: Path, mapping: Path, tmp_path: Path) -> None:
    village.write_text(VILLAGE + "ask,a9,soon,0,0,600,\n")

    done = run("load", village, "--mapping", mapping, "--data", tmp_path / "data")

    assert "not let in: village.csv, line 7" in done.stdout
    assert "1 rows were not let in" in done.stdout


def test_a_policy_of_ones_own_decides(village: Path, mapping: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.json"
    ours.write_text(PRESETS["near"].model_copy(update={"name": "ours"}).model_dump_json())

    done = run(
        "load", village, "--mapping", mapping, "--data", tmp_path / "d", "--policy", ours, "--tick", "10s", "--json"
    )

    found = json.loads(done.stdout)
    assert (found["policy"], found["tick_ms"]) == ("ours", 10_000)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--policy", "far"), "far is no shipped policy (balanced, near, reach)"),
        (("--answers", "maybe"), "--answers is maybe; give one of accept, none"),
        (("--tick", "soon"), "--tick is soon; give a time such as 2s"),
        (("--tick", "1ms"), "rounds run every 100ms at the soonest"),
        (("--mapping", "city-minute"), "no mapping city-minute"),
        (("--ask-patience", "long"), "--ask-patience is long; give a time such as 2s"),
        (("--answers", "curve", "--accept-mean", "1"), "--accept-mean is 1.0; give a share between 0 and 1"),
        (("--answers", "curve", "--seeds", "2"), "--data keeps one load, and --seeds 2 are as many"),
    ],
)
def test_what_was_wrong_is_one_sentence(
    village: Path, mapping: Path, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = run("load", village, "--mapping", mapping, "--data", tmp_path / "data", *arguments)

    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.output


def test_a_used_folder_is_refused_in_one_sentence(village: Path, mapping: Path, tmp_path: Path) -> None:
    done = run("load", village, "--mapping", mapping, "--data", tmp_path)

    assert done.exit_code == 2
    assert "is not empty" in done.stderr


def test_a_file_that_is_no_policy_is_told_where(village: Path, mapping: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"tick_ms": "often"}')

    done = run("load", village, "--mapping", mapping, "--data", tmp_path / "data", "--policy", wrong)

    assert done.exit_code == 2
    assert "is no policy: tick_ms: " in done.stderr
