"""A small city at the command line, from its founding to the proof that its history is what people were told."""

from pathlib import Path

import orjson
import pytest

from schemas.presets import PRESETS
from schemas.states import MatchRow
from services.board import BoardReader, match_views_of_ask
from services.embedded import DataFolder, Embedded
from services.runtime.log import VirtualClock
from tests.unit.cli.commands import accepting, founding, pairs, run
from tests.unit.embedded.riverside import HERE, PARTITION, START_MS


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A data folder with a community and two asks with their offers."""
    said = run("submit", "-", "--data", tmp_path / "city", text=founding() + pairs([1, 2]))
    assert said.exit_code == 0, said.err
    return tmp_path / "city"


def proposal_for(city: Path, ask: str) -> MatchRow:
    with BoardReader(DataFolder(city).board) as board:
        return match_views_of_ask(board, HERE, ask)[0].row


def test_submit_says_what_came_in_and_what_followed(tmp_path: Path) -> None:
    said = run("submit", "-", "--data", tmp_path / "city", text=founding() + pairs([1, 2]))

    assert said.exit_code == 0
    assert "admitted 6: 1 community.defined, 1 policy.set, 2 ask.opened, 2 offer.opened" in said.out
    assert "match.proposed" in said.out


def test_an_ask_is_proposed_accepted_and_explained(city: Path) -> None:
    proposed = proposal_for(city, "ask-1")

    said = run("submit", "-", "--data", city, "--json", text=accepting(proposed.match, proposed.offerer))

    assert said.document["admitted"] == {"match.acknowledged": 1}
    assert said.document["followed"]["match.moved"] >= 1
    explained = run("explain", "ask-1", "--data", city)
    assert explained.exit_code == 0
    assert "accepted" in explained.out
    status = run("status", "--data", city, "--json").document
    assert status["summary"]["acceptances"] == 1


def test_what_is_refused_is_counted_told_and_kept(city: Path) -> None:
    text = '{"id": "x", "data": {"type": "ask.opened", "community": "nowhere"}}\n{"id": "y"\n'

    said = run("submit", "-", "--data", city, text=text)

    assert said.exit_code == 1
    assert "admitted 0" in said.out
    assert "rejected 2: 1 unknown_community, 1 not_json" in said.err
    assert "input, line 1: " in said.err
    assert len(run("dead-letters", "list", "--data", city, "--json").document) == 2


def test_sending_the_same_twice_does_nothing_the_second_time(city: Path) -> None:
    before = run("replay", "--data", city, "--json").document["state_hash"]

    said = run("submit", "-", "--data", city, "--json", text=founding())

    assert said.exit_code == 0
    assert said.document["followed"]["event.refused (duplicate)"] == 2
    assert run("replay", "--data", city, "--json").document["state_hash"] == before


def test_events_come_from_a_file_and_under_the_name_of_who_sends(city: Path, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text(pairs([3]))

    assert run("submit", tmp_path / "more.jsonl", "--source", "pantry", "--data", city).exit_code == 0
    with Embedded.open(city) as embedded:
        assert "pantry/a3" in embedded.matching.at_end(PARTITION).state.communities[HERE].seen


def test_a_table_comes_in_by_its_mapping(tmp_path: Path) -> None:
    (tmp_path / "hour.csv").write_text(
        "kind,id,at_s,x_m,y_m,patience_s,radius_m\nask,A1,0,10,20,600,\noffer,O1,3,30,40,300,1500\nask,A2,x,0,0,1,\n"
    )

    said = run("submit", tmp_path / "hour.csv", "--mapping", "city-hour", "--data", tmp_path / "city", "--json")

    assert said.exit_code == 1
    assert said.document["admitted"] == {"community.defined": 1, "ask.opened": 1, "offer.opened": 1}
    assert said.document["rejected"] == {"bad_row": 1}


def test_replay_prints_one_hash_for_the_state_and_one_for_each_partition(city: Path) -> None:
    document = run("replay", "--data", city, "--json").document
    said = run("replay", "--data", city)

    assert said.exit_code == 0
    assert f"state_hash {document['state_hash']}" in said.out
    (partition,) = document["partitions"]
    assert (partition["partition"], partition["communities"], partition["undecided"]) == (PARTITION, [HERE], 0)
    assert f"partition {PARTITION} (riverside): " in said.out


def test_a_journal_exported_and_imported_leads_to_the_same_state(city: Path, tmp_path: Path) -> None:
    assert run("journal", "export", tmp_path / "journal.jsonl", "--data", city).exit_code == 0

    said = run("journal", "import", tmp_path / "journal.jsonl", "--data", tmp_path / "copy", "--json")

    assert said.exit_code == 0
    assert said.document["records"] == said.document["decided"] > 0
    before, after = (run("replay", "--data", folder, "--json").document for folder in (city, tmp_path / "copy"))
    assert before == after


def test_the_board_made_anew_is_the_board(city: Path) -> None:
    with BoardReader(DataFolder(city).board) as board:
        before = board.content_hash()

    assert run("board", "rebuild", "--data", city, "--json").document["content_hash"] == before


def test_a_policy_that_is_set_decides_from_then_on(city: Path) -> None:
    assert "riverside: at-once@1" in run("policy", "show", "--data", city).out

    said = run("policy", "set", "reach", "--data", city)

    assert said.exit_code == 0
    assert "reach@1 decides in riverside from now on" in said.out
    assert run("policy", "show", "--data", city, "--json").document["communities"] == {HERE: "reach@1"}
    with Embedded.open(city) as embedded:
        assert embedded.matching.at_end(PARTITION).state.communities[HERE].policy == PRESETS["reach"]


def test_a_policy_of_ones_own_is_taken_from_a_file_and_an_older_one_is_refused(city: Path, tmp_path: Path) -> None:
    ours = run("policy", "show", "near").document | {"name": "ours", "version": 3}
    (tmp_path / "ours.json").write_bytes(orjson.dumps(ours))
    (tmp_path / "older.json").write_bytes(orjson.dumps(ours | {"version": 2}))

    assert run("policy", "set", tmp_path / "ours.json", "--community", HERE, "--data", city).exit_code == 0
    said = run("policy", "set", tmp_path / "older.json", "--data", city)

    assert said.exit_code == 1
    assert "ours@2 was refused: event.refused (older_policy)" in said.err
    assert run("policy", "show", "--data", city, "--json").document["communities"] == {HERE: "ours@3"}


def test_a_dead_letter_is_listed_shown_and_sent_in_again_once_it_can_be_used(tmp_path: Path) -> None:
    city = tmp_path / "city"
    assert run("submit", "-", "--data", city, text=pairs([1])).exit_code == 1
    listed = run("dead-letters", "list", "--data", city)
    assert "0/0  unknown-community  input, line 1" in listed.out
    assert '"ask-1"' not in listed.out
    assert '"ask-1"' in run("dead-letters", "show", "0/0", "--data", city).out
    assert run("dead-letters", "replay", "--all", "--data", city).exit_code == 1
    run("submit", "-", "--data", city, text=founding())

    said = run("dead-letters", "replay", "0/0", "0/1", "--data", city)

    assert said.exit_code == 0
    assert "sent in again: 2, of which 2 came in" in said.out
    assert "(sent in again)" in run("dead-letters", "list", "--data", city).out
    assert run("status", "--data", city, "--json").document["summary"]["asks_open"] == 1


def test_a_loads_folder_can_be_looked_at_and_not_gone_on_with(tmp_path: Path) -> None:
    with Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual"):
        pass

    assert run("status", "--data", tmp_path).exit_code == 0
    assert run("replay", "--data", tmp_path).exit_code == 0
    for command in (("submit", "-"), ("up",), ("dead-letters", "replay", "--all")):
        said = run(*command, "--data", tmp_path, text="")
        assert said.exit_code == 2
        assert "holds a load or a demo, which lives on a clock of its own" in said.err
