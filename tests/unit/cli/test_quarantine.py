"""`commonweal quarantine`: on a folder, beside the process that runs it, and in words when there is nothing to do."""

from pathlib import Path

import pytest

from tests.unit.cli.commands import founding, lines, pairs, run
from tests.unit.embedded.riverside import PARTITION, START_MS, offer
from tests.unit.embedded.test_endpoint import served
from tests.unit.matching.poison import poison

POISON = "offer-2"


def stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with a partition that stands still; the event's place."""
    poison(monkeypatch, POISON)
    said = run("submit", "-", "--data", path, text=founding() + pairs([1, 2]))
    assert said.exit_code == 2
    assert "a bug stopped it at event" in said.err
    return said.err.split("at event ")[1].split(",")[0]


def test_the_partition_goes_on_and_the_list_says_what_was_stepped_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = stopped(tmp_path, monkeypatch)

    said = run("quarantine", place, "--reason", "known-bug", "--data", tmp_path)
    listed = run("quarantine", "list", "--data", tmp_path)

    assert said.exit_code == 0
    assert said.out == f"event {place} is stepped over: known-bug\n"
    assert listed.out == f"{place}  known-bug  offer.opened cli/o2  stepped over, said operator\n"
    assert run("quarantine", "list", "--data", tmp_path, "--json").document[0]["applied"] is True
    assert run("status", "--data", tmp_path, "--json").exit_code == 0


def test_what_was_decided_cannot_be_stepped_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = stopped(tmp_path, monkeypatch)
    run("quarantine", place, "--data", tmp_path)

    said = run("quarantine", place, "--data", tmp_path)

    assert said.exit_code == 2
    assert "it was decided already, and what was decided stays" in said.err


def test_where_nothing_is_quarantined_the_list_says_so(tmp_path: Path) -> None:
    run("submit", "-", "--data", tmp_path, text=founding())

    assert run("quarantine", "list", "--data", tmp_path).out == "no event is quarantined\n"


def test_a_place_that_is_none_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    run("submit", "-", "--data", tmp_path, text=founding())

    said = run("quarantine", "somewhere", "--data", tmp_path)

    assert said.exit_code == 2
    assert "an event is named like 3/5120/17" in said.err


def test_a_running_process_steps_over_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poison(monkeypatch, POISON)
    with served(tmp_path) as there:
        text = founding() + lines(("o2", offer(2, START_MS)))
        assert run("submit", "-", "--data", tmp_path, text=text).exit_code == 0
        status, told = there.get("/health/ready")
        while status == 200:  # until the step that stops it
            status, told = there.get("/health/ready")
        place = told["troubles"][0].split("at event ")[1].split(",")[0]

        assert place.startswith(f"{PARTITION}/")
        assert run("quarantine", place, "--data", tmp_path).exit_code == 0
        while status != 200:
            status, told = there.get("/health/ready")
        again = run("quarantine", place, "--data", tmp_path)

    assert again.exit_code == 2
    assert "it was decided already" in again.err
