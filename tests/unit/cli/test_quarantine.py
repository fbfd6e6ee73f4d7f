"""`commonweal quarantine`: on a folder, beside the process that runs it, and in words when there is nothing to do."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from schemas.topics import DECISIONS
from services.embedded import DataFolder
from services.runtime.log import scan
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


def decided(path: Path) -> list[bytes | None]:
    with closing(DataFolder(path).read_log()) as log:
        return [record.value for record in scan(log, DECISIONS.name, PARTITION)]


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


def test_an_exported_journal_takes_the_word_and_its_reason_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "journal.jsonl"
    place = stopped(here, monkeypatch)
    run("quarantine", place, "--reason", "known-bug", "--data", here)

    written = run("journal", "export", file, "--data", here)
    taken = run("journal", "import", file, "--data", there)

    assert written.err.endswith("with an operator's word about 1 of their events\n")
    assert (taken.exit_code, taken.err) == (0, "")
    assert "with an operator's word about 1 of their events" in taken.out
    assert decided(there) == decided(here)
    assert b'"reason":"known-bug"' in (decided(there)[-1] or b"")
    assert run("quarantine", "list", "--data", there).out == run("quarantine", "list", "--data", here).out
    assert run("verify", "--data", there).exit_code == 0


def test_without_its_words_a_journal_stops_where_it_stopped_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, there = tmp_path / "journal.jsonl", tmp_path / "there"
    place = stopped(tmp_path / "here", monkeypatch)
    run("journal", "export", file, "--data", tmp_path / "here")

    taken = run("journal", "import", file, "--data", there, "--json")

    assert taken.exit_code == 2
    assert taken.document["quarantined"] == 0
    assert place in taken.document["troubles"][0]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda lines: lines[:1], "line 1: the file ends after 0 records, 1 were announced"),
        (lambda lines: [lines[0], lines[0], *lines[2:]], "line 2: "),
        (lambda lines: lines[:2], "line 3: no header of a topic's file"),
        (lambda lines: lines[:3], "line 3: the file ends after 0 records"),
        (lambda lines: [lines[0], lines[1].replace(b"known-bug", b"KNOWN"), *lines[2:]], "no word this version reads"),
    ],
)
def test_of_a_file_with_damaged_words_nothing_is_taken_in(
    damage: Callable[[list[bytes]], list[bytes]], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, there = tmp_path / "journal.jsonl", tmp_path / "there"
    run("quarantine", stopped(tmp_path / "here", monkeypatch), "--reason", "known-bug", "--data", tmp_path / "here")
    run("journal", "export", file, "--data", tmp_path / "here")
    file.write_bytes(b"".join(damage(file.read_bytes().splitlines(keepends=True))))

    taken = run("journal", "import", file, "--data", there)

    assert (taken.exit_code, says in taken.err) == (2, True), taken.err
    assert list(there.iterdir()) == []


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
