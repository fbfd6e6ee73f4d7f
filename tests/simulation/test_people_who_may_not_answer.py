"""`commonweal load --answers curve`: small tables in a moment, the real hour with two seeds."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from schemas.members import MemberJoined
from schemas.policy import Policy
from services.embedded import DataFolder
from services.intake import find_mapping
from services.simulation.acceptance.comparing import Comparison, compare
from services.simulation.acceptance.people import People
from services.simulation.errors import RunError
from services.simulation.loading import CURVE, Load, load, silently
from tests.simulation.test_load import HEADER
from tests.simulation.test_load_command import run

FIGURES = ("fulfilled", "median_accept_min", "proposals_per_fulfilled", "asked_over_3", "in_vain")
TOWN = HEADER + "".join(
    f"ask,a{number},{60 * number},{100 * number},0,600,\noffer,o{number},{50 * number},{100 * number},50,300,1500\n"
    for number in range(12)
)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    table = tmp_path / "town.csv"
    table.write_text(TOWN)
    return table


def found(*arguments: object, patience: str = "40min") -> dict[str, Any]:
    stay = ("--ask-patience", patience, "--offer-patience", patience)
    done = run("load", *arguments, "--answers", "curve", *stay, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_policys_own_means_come_first_and_the_others_stand_beside_them(town: Path, mapping: Path) -> None:
    told = found(town, "--mapping", mapping, "--seeds", 2, "--report", "--jobs", 1)

    assert told.keys() >= {*FIGURES, "beside", "figures", "policy", "seeds"}
    assert {name: set(means) for name, means in told["beside"].items()} == {
        "nearest": set(FIGURES),
        "one_at_a_time": set(FIGURES),
    }
    assert list(told["figures"]) == ["balanced", "nearest", "one_at_a_time"]
    for column in FIGURES:
        assert told["figures"]["balanced"][column]["mean"] == told[column]
    assert told["beside"]["one_at_a_time"]["in_vain"] == 0


def test_figures_are_the_same_again_and_whatever_the_number_of_processes(town: Path, mapping: Path) -> None:
    one = found(town, "--mapping", mapping, "--seeds", 3, "--jobs", 1)
    other = found(town, "--mapping", mapping, "--seeds", 3, "--jobs", 2)

    assert one == other
    assert one["beside"] == {}


def test_other_seeds_are_other_people(town: Path, mapping: Path) -> None:
    told = found(town, "--mapping", mapping, "--seeds", 3, "--jobs", 1)

    assert told["figures"]["balanced"]["median_accept_min"]["sd"] > 0


def test_more_willing_people_help_more(town: Path, mapping: Path) -> None:
    few = found(town, "--mapping", mapping, "--accept-mean", 0.05, "--seeds", 4, "--jobs", 1)
    many = found(town, "--mapping", mapping, "--accept-mean", 0.8, "--seeds", 4, "--jobs", 1)

    assert few["fulfilled"] < many["fulfilled"]


def test_a_single_seed_is_kept_where_it_was_wanted_and_replay_reads_it(
    town: Path, mapping: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    found(town, "--mapping", mapping, "--data", data, "--report", "--jobs", 1)

    assert DataFolder(data).holds_data
    assert len(json.loads(run("replay", "--data", data, "--json").stdout)["state_hash"]) == 64
    used = run("load", town, "--mapping", mapping, "--answers", "curve", "--data", data)
    assert (used.exit_code, "is not empty" in used.stderr) == (2, True)


def test_people_read_a_table_of_three_policies(town: Path, mapping: Path) -> None:
    done = run("load", town, "--mapping", mapping, "--answers", "curve", "--report", "--jobs", 1)

    assert done.exit_code == 0, done.output
    for words in ("Commonweal, balanced", "the same, ranked by nearness", "one at a time, the nearest", "means of 1"):
        assert words in done.stdout


def test_a_policy_may_not_be_called_what_the_report_calls_others(town: Path, mapping: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.json"
    ours.write_text('{"name": "nearest", "acceptance": {"asking_cost": 30000}}')

    done = run("load", town, "--mapping", mapping, "--answers", "curve", "--policy", ours)

    assert (done.exit_code, "give yours another `name`" in done.stderr) == (2, True)


def test_the_mappings_policy_is_for_certain_answers_and_stays_away(town: Path, mapping: Path, tmp_path: Path) -> None:
    done = found(town, "--mapping", mapping, "--data", tmp_path / "data")

    shown = policy_taken(tmp_path / "data")
    assert done["policy"] == "balanced"
    assert (shown["open_slots"], shown["answer_ms_min"]) == (3, 60_000)


def policy_taken(data: Path) -> dict[str, Any]:
    """The policy that decided, as the decisions log has it."""
    log = DataFolder(data).read_log()
    for partition in log.partitions("decisions"):
        for record in log.read("decisions", partition, 0):
            for fact in json.loads(record.value or b"{}")["facts"]:
                if fact["fact"] == "policy.taken":
                    log.close()
                    policy: dict[str, Any] = fact["policy"]
                    return policy
    raise AssertionError("no policy was taken")


def test_a_run_in_memory_decides_what_a_run_on_disk_decides(town: Path, mapping: Path, tmp_path: Path) -> None:
    order = Load(town, find_mapping(str(mapping)), Policy(), CURVE, People(1, 0.3))
    kept = load(order, tmp_path / "kept")
    passing = load(order, tmp_path / "passing", is_kept=False)

    assert passing.state_hash == kept.state_hash
    assert not DataFolder(tmp_path / "passing").holds_data


@dataclass(frozen=True)
class Killed(People):
    """Whoever loads them is ended from outside."""

    def joined(self, community: str, member: str) -> MemberJoined:
        os._exit(1)


def test_a_process_that_is_ended_from_outside_is_one_sentence(town: Path, mapping: Path) -> None:
    order = Load(town, find_mapping(str(mapping)), Policy(), CURVE, Killed(1, 0.3))

    with pytest.raises(RunError, match="ended from outside; start again, with fewer --jobs"):
        compare(Comparison(order, (1, 2), with_rivals=False), 2, silently)
