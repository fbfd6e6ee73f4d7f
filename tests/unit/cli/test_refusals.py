"""What goes wrong at the command line is one friendly sentence and an exit code, never a traceback."""

from pathlib import Path

import pytest

from services.embedded import DataFolder, Embedded
from services.runtime.log import VirtualClock, wall_clock
from tests.unit.cli.commands import founding, pairs, run
from tests.unit.embedded import riverside

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("submit", "nowhere.jsonl", "--data", "DIR"), "nowhere.jsonl: No such file or directory; give the path"),
        (("submit", "-", "--mapping", "nowhere", "--data", "DIR"), "no mapping nowhere"),
        (("submit", "-", "--source", "a b", "--data", "DIR"), "--source: a source is named by"),
        (("replay", "--data", "DIR"), "there is no log here"),
        (("journal", "export", "-", "--data", "DIR"), "there is no log here"),
        (("journal", "import", "nowhere.jsonl", "--data", "DIR"), "nowhere.jsonl: No such file or directory"),
        (("dead-letters", "list", "--data", "DIR"), "there is no log here"),
        (("dead-letters", "replay", "--data", "DIR"), "say which: their places, --reason CODE or --all"),
        (("dead-letters", "list", "--after", "x", "--data", "CITY"), "`x` is no place of a dead letter"),
        (("dead-letters", "show", "1/2", "--data", "CITY"), "there is no dead letter 1/2"),
        (("policy", "show", "nowhere"), "there is no shipped policy nowhere; there are: balanced, near, reach"),
        (("policy", "set", "nowhere", "--data", "CITY"), "nowhere is no shipped policy (balanced, near, reach)"),
        (("policy", "set", "near", "--data", "DIR"), "there is no log here"),
        (("policy", "set", "near", "--data", "EMPTY"), "has no community yet; `submit` an event `community.defined`"),
        (("policy", "set", "near", "--community", "x", "--data", "CITY"), "there is no community x in"),
    ],
)
def test_an_expected_trouble_is_one_sentence_and_exit_code_2(
    command: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    run("submit", "-", "--data", tmp_path / "CITY", text=founding())
    Embedded.open(tmp_path / "EMPTY").close()
    (tmp_path / "DIR").mkdir()
    folders = {name: tmp_path / name for name in ("DIR", "CITY", "EMPTY")}

    said = run(*(folders.get(word, word) for word in command), text="")

    assert said.exit_code == 2
    assert told in said.err
    assert "Traceback" not in said.err


def test_a_policy_that_is_none_names_the_field(tmp_path: Path) -> None:
    run("submit", "-", "--data", tmp_path / "city", text=founding())
    (tmp_path / "ours.json").write_text('{"tick_ms": "soon", "wait": 3}')

    said = run("policy", "set", tmp_path / "ours.json", "--data", tmp_path / "city")

    assert said.exit_code == 2
    assert "tick_ms: " in said.err
    assert "wait: " in said.err


def test_a_folder_that_somebody_else_writes_is_refused_by_name(tmp_path: Path) -> None:
    with Embedded.open(tmp_path):
        said = run("submit", "-", "--data", tmp_path, text=founding())
        again = run("up", "--data", tmp_path)

    assert (said.exit_code, again.exit_code) == (2, 2)
    assert "is being written by process" in said.err
    assert "is being written by process" in again.err


def test_a_damaged_log_is_said_and_left_alone(tmp_path: Path) -> None:
    Embedded.open(tmp_path).close()
    folder = DataFolder(tmp_path)
    folder.log.write_bytes(b"x" * 8192)

    said = run("replay", "--data", tmp_path)

    assert said.exit_code == 2
    assert folder.log.read_bytes() == b"x" * 8192


def test_a_long_pause_waits_for_an_operators_word(tmp_path: Path) -> None:
    with Embedded.open(tmp_path, VirtualClock(wall_clock() - 3 * DAY_MS)) as embedded:  # stopped three days ago
        embedded.submit(riverside.founding())
        embedded.settle()

    said = run("submit", "-", "--data", tmp_path, text=pairs([1]))
    up = run("up", "--data", tmp_path)
    allowed = run("submit", "-", "--data", tmp_path, "--allow-leap", "--json", text=pairs([1]))

    assert (said.exit_code, up.exit_code, allowed.exit_code) == (2, 2, 0)
    assert "1,440 minutes at most without your word" in said.err
    assert "--allow-leap" in up.err
    assert allowed.document["followed"]["ask.listed"] == 1
