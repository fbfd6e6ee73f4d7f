"""`commonweal board`, `explain` and `status` on a data folder with a real log in it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from schemas.topics import TOPICS
from services.board import open_board
from services.cli import board, explain, status
from services.cli.data_folder import board_file, log_file
from services.runtime.log import SqliteLog
from tests.unit.board.decided import Decided
from tests.unit.board.logged import append


@pytest.fixture
def app() -> typer.Typer:
    root = typer.Typer()
    for command in (board, explain, status):
        command.register(root)
    return root


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as a load leaves it: the log, and the board that followed it."""
    decided = Decided().defined().ask("A1").ask("A2").ask("A3").offer("O1").offer("O2").block(after_ms=65_000)
    decided.proposed("M1").proposed("M2", "A2", "O2").block().moved("M1", "accept").escalated("A2").block()
    elsewhere = Decided("hillside").defined().ask("A3").block()
    log = SqliteLog(log_file(tmp_path), TOPICS)
    append(log, decided.blocks, partition=3)
    append(log, elsewhere.blocks, partition=9)
    open_board(log, board_file(tmp_path)).close()
    log.close()
    return tmp_path


def run(app: typer.Typer, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_explain_tells_why_a_match_was_made(app: typer.Typer, data: Path) -> None:
    told = run(app, "explain", "M1", "--data", data)
    assert told.exit_code == 0
    for words in ("Match M1", "Who was considered", "2 offers: one of the two has blocked the other", "= 96,810"):
        assert words in told.stdout
    assert "  1 min 6 s: offer O1: accepted, said the offerer" in told.stdout


def test_explain_tells_how_an_ask_fares(app: typer.Typer, data: Path) -> None:
    told = run(app, "explain", "A1", "--data", data)
    assert told.exit_code == 0
    assert "Ask A1" in told.stdout
    assert "offer O1 after 1 min 5 s, 340 m apart: accepted (match M1)" in told.stdout


def test_explain_as_json_holds_values_and_words(app: typer.Typer, data: Path) -> None:
    match = json.loads(run(app, "explain", "M1", "--data", data, "--json").stdout)
    assert match["kind"] == "match"
    assert match["match"]["explanation"]["considered"] == 12
    assert match["ask"]["ask"] == "A1"
    assert [fact["kind"] for fact in match["timeline"]["rows"]] == ["match.proposed", "match.moved"]
    assert match["words"]["How it was picked"] == ["best for all asks of the round together"]
    ask = json.loads(run(app, "explain", "A1", "--data", data, "--json").stdout)
    assert (ask["kind"], ask["ask"]["row"]["status"], len(ask["matches"])) == ("ask", "matched", 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A9"], "there is no ask and no match `A9` in "),
        (["A1", "--community", "hillside"], ", community hillside; `commonweal status"),
        (["O1"], "`O1` is an offer; explain one of its matches: M1"),
        (["O9"], "there is no ask and no match `O9`"),
        (["asker-A1"], "there is no ask and no match `asker-A1`"),
        (["offerer-O1"], "`offerer-O1` is a member; explain an ask or a match of theirs"),
        (["A3"], "`A3` names 2 things (ask in hillside, ask in riverside); say which with --community"),
    ],
)
def test_explain_says_what_to_try_when_there_is_nothing_to_explain(
    app: typer.Typer, data: Path, arguments: list[str], words: str
) -> None:
    told = run(app, "explain", *arguments, "--data", data)
    assert told.exit_code == 1
    assert words in told.stderr
    assert told.stdout == ""


def test_explain_of_an_offer_nobody_was_asked_with_says_so(app: typer.Typer, tmp_path: Path) -> None:
    log = SqliteLog(log_file(tmp_path), TOPICS)
    append(log, Decided().offer("O5").block().blocks)
    open_board(log, board_file(tmp_path)).close()
    log.close()
    told = run(app, "explain", "O5", "--data", tmp_path)
    assert (told.exit_code, "`O5` is an offer; explain an ask or a match of theirs" in told.stderr) == (1, True)


def test_an_id_that_two_communities_use_is_explained_once_it_is_said_whose(app: typer.Typer, data: Path) -> None:
    told = run(app, "explain", "A3", "--community", "hillside", "--data", data)
    assert told.exit_code == 0
    assert "nobody yet" in told.stdout


def test_status_shows_how_it_goes(app: typer.Typer, data: Path) -> None:
    told = run(app, "status", "--data", data)
    assert told.exit_code == 0
    for words in (
        "hillside (policy balanced), riverside (policy balanced)",
        "2 waiting, 1 proposed, 1 matched",
        "median 1 min 6 s, p95 1 min 6 s",
        "2.00",
        "1 escalated",
        "ask A2",
        "board at 3, 0 behind the decisions",
    ):
        assert words in told.stdout


def test_status_as_json_holds_the_numbers(app: typer.Typer, data: Path) -> None:
    found = json.loads(run(app, "status", "--data", data, "--json").stdout)
    assert found["asks"] == {"waiting": 2, "proposed": 1, "matched": 1}
    assert found["summary"]["accept_wait_median_ms"] == 66_000
    assert [(row["partition"], row["next_source"]) for row in found["partitions"]] == [(3, 3), (9, 1)]
    only = json.loads(run(app, "status", "--data", data, "--community", "hillside", "--json").stdout)
    assert (only["asks"], only["communities"]) == (
        {"waiting": 1},
        [{"community": "hillside", "policy": "balanced"}],
    )


def test_status_shows_a_board_that_is_behind(app: typer.Typer, data: Path) -> None:
    log = SqliteLog(log_file(data), TOPICS)
    append(log, Decided(blocks=[Decided().block().blocks[0]] * 3).block().block().blocks[3:], partition=3)
    log.close()
    found = json.loads(run(app, "status", "--data", data, "--json").stdout)
    assert [row.get("board_behind") for row in found["partitions"]] == [2, 0]


def test_status_of_an_unknown_community_names_those_there_are(app: typer.Typer, data: Path) -> None:
    told = run(app, "status", "--data", data, "--community", "nowhere")
    assert told.exit_code == 1
    assert "there is no community nowhere in " in told.stderr
    assert "there are: hillside, riverside" in told.stderr


def test_status_needs_no_log_beside_the_board(app: typer.Typer, data: Path) -> None:
    log_file(data).unlink()
    told = run(app, "status", "--data", data)
    assert told.exit_code == 0
    assert "board at 3" in told.stdout


def test_an_empty_board_has_a_status(app: typer.Typer, tmp_path: Path) -> None:
    log = SqliteLog(log_file(tmp_path), TOPICS)
    open_board(log, board_file(tmp_path)).close()
    log.close()
    told = run(app, "status", "--data", tmp_path)
    assert told.exit_code == 0
    assert "Communities: none yet" in told.stdout
    assert "none accepted yet" in told.stdout


def test_the_board_is_rebuilt_to_the_same_content(app: typer.Typer, data: Path) -> None:
    first = json.loads(run(app, "board", "rebuild", "--data", data, "--json").stdout)
    board_file(data).unlink()
    again = json.loads(run(app, "board", "rebuild", "--data", data, "--json").stdout)
    assert again == first
    assert first["blocks"] == 4
    told = run(app, "board", "rebuild", "--data", data)
    assert told.exit_code == 0
    assert f"made anew from 4 decision blocks; content hash {first['content_hash']}" in told.stdout


def test_rebuilding_where_there_is_no_log_says_what_to_give(app: typer.Typer, tmp_path: Path) -> None:
    told = run(app, "board", "rebuild", "--data", tmp_path)
    assert told.exit_code == 1
    assert "holds no log; give the folder that `load`, `demo` or `up` wrote" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_rebuilding_beside_a_writer_is_refused(app: typer.Typer, data: Path) -> None:
    log = SqliteLog(log_file(data), TOPICS, read_only=True)
    with open_board(log, board_file(data)):
        told = run(app, "board", "rebuild", "--data", data)
    log.close()
    assert told.exit_code == 2
    assert "another process has the board open" in told.stderr


def test_a_damaged_log_is_said_by_status(app: typer.Typer, data: Path) -> None:
    log_file(data).write_bytes(b"no log at all, " * 1_000)
    told = run(app, "status", "--data", data)
    assert told.exit_code == 2
    assert "log.db" in told.stderr


@pytest.mark.parametrize("command", [["status"], ["explain", "A1"]])
def test_a_board_that_cannot_be_read_is_said(app: typer.Typer, data: Path, command: list[str]) -> None:
    board_file(data).write_bytes(b"no board at all, " * 1_000)
    told = run(app, *command, "--data", data)
    assert told.exit_code == 2
    assert "this cannot be read as a board (file is not a database); run `commonweal board rebuild`" in told.stderr


@pytest.mark.parametrize("command", [["status"], ["explain", "A1"]])
def test_without_a_board_people_are_told_how_to_make_one(app: typer.Typer, tmp_path: Path, command: list[str]) -> None:
    told = run(app, *command, "--data", tmp_path)
    assert told.exit_code == 1
    assert "there is no board yet; run `commonweal board rebuild`" in told.stderr


@pytest.mark.parametrize("command", [["status"], ["explain", "A1"], ["board", "rebuild"], ["explain"]])
def test_a_folder_that_is_not_there_is_a_usage_error(app: typer.Typer, tmp_path: Path, command: list[str]) -> None:
    assert run(app, *command, "--data", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize("command", [["status"], ["explain"], ["board"], ["board", "rebuild"]])
def test_help_teaches(app: typer.Typer, command: list[str]) -> None:
    told = run(app, *command, "--help")
    assert told.exit_code == 0
    assert "Usage" in told.stdout
