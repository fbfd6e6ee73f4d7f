"""Small tables through the whole product: door, log, engine, board, on a virtual clock."""

from pathlib import Path
from typing import Any

import pytest

from schemas.policy import HoldDial, Policy
from services.board import BoardReader, rebuild
from services.embedded import DataFolder, VirtualFolderError, replay
from services.embedded import Embedded as Product
from services.intake import MappingError, find_mapping
from services.simulation.errors import UsedFolderError
from services.simulation.loading import Load, Loaded, load
from services.simulation.report import report_on

HEADER = "kind,id,at_s,x_m,y_m,patience_s,radius_m\n"
VILLAGE = (
    HEADER
    + """\
ask,a1,0,0,0,600,
ask,a2,13,90,0,600,
offer,o1,20,30,40,300,1500
offer,o2,21,60,0,300,1500
ask,a3,40,9000,9000,600,
"""
)
AT_ONCE = Policy(name="at-once", hold=HoldDial(ask_waits_s_max=0))


def loaded(table: str, folder: Path, mapping: Path, *, answers: str = "accept", policy: Policy = AT_ONCE) -> Loaded:
    file = folder.with_name(f"{folder.name}.csv")
    file.write_text(table)
    mapped = find_mapping(str(mapping))
    return load(Load(file, mapped, mapped.policy_over(policy), answers), folder)


def reported(table: str, folder: Path, mapping: Path) -> dict[str, Any]:
    came = loaded(table, folder, mapping)
    return report_on(came.told, came.rows)


def test_everybody_who_can_be_helped_is_helped_and_the_report_says_so(tmp_path: Path, mapping: Path) -> None:
    report = reported(VILLAGE, tmp_path / "data", mapping)

    assert (report["asks"], report["offers"], report["pairs"], report["optimum"]) == (3, 2, 2, 2)
    assert report["mean_distance_m"] == 40.0  # a1 to o1 is 50 m, a2 to o2 is 30 m
    assert report["p95_wait_s"] == 22.0  # o1 came at 20, was asked in that tick, and said yes in the next
    assert report["mean_wait_s"] == 16.5  # o2 came at 21, was asked at 22 and said yes at 24, to a2, who came at 13


def test_time_goes_on_until_nothing_is_open(tmp_path: Path, mapping: Path) -> None:
    came = loaded(VILLAGE, tmp_path / "data", mapping)

    assert (came.told.open_asks, came.told.open_offers) == ({}, {})
    assert came.told.asks["a3"].ended is not None


def test_each_row_is_received_at_its_own_moment(tmp_path: Path, mapping: Path) -> None:
    came = loaded(VILLAGE, tmp_path / "data", mapping)

    origin_ms = find_mapping(str(mapping)).time.origin_ms
    opened_s = {name: (ask.spec.opened_ms - origin_ms) / 1_000 for name, ask in came.told.asks.items()}
    assert opened_s == {"a1": 0, "a2": 13, "a3": 40}


def test_two_loads_the_replay_of_each_and_the_board_made_anew_agree(tmp_path: Path, mapping: Path) -> None:
    folders = [DataFolder(tmp_path / name) for name in ("one", "other")]
    hashes = [loaded(VILLAGE, folder.path, mapping).state_hash for folder in folders]
    boards = []
    for folder in folders:
        log = folder.read_log()
        hashes.append(replay(log).state_hash)
        for before in (True, False):
            with BoardReader(folder.board) as board:
                boards.append(board.content_hash())
            if before:
                rebuild(log, folder.board)
        log.close()

    assert len(set(hashes)) == 1
    assert len(set(boards)) == 1


def test_the_order_of_rows_and_columns_makes_no_difference(tmp_path: Path, mapping: Path) -> None:
    shuffled = '"radius_m","at_s","kind","y_m","x_m","id","patience_s","note"\n' + "\n".join(
        ",".join(f'"{cell}"' for cell in (radius_m, at_s, kind, y_m, x_m, name, patience_s, "x, y"))
        for kind, name, at_s, x_m, y_m, patience_s, radius_m in (
            row.split(",") for row in reversed(VILLAGE.splitlines()[1:])
        )
    )

    one, other = loaded(VILLAGE, tmp_path / "one", mapping), loaded(shuffled, tmp_path / "other", mapping)

    assert other.submitted.rejected_total == 0
    assert one.told.matches.keys() == other.told.matches.keys()


@pytest.mark.parametrize(
    ("rows", "asks", "offers"),
    [("", 0, 0), ("ask,a1,5,0,0,60,\n", 1, 0), ("offer,o1,5,0,0,60,100\n", 0, 1)],
    ids=["no row", "no offer", "no ask"],
)
def test_tables_in_which_nobody_can_meet_are_reported_as_such(
    tmp_path: Path, mapping: Path, rows: str, asks: int, offers: int
) -> None:
    report = reported(HEADER + rows, tmp_path / "data", mapping)

    assert (report["asks"], report["offers"], report["pairs"], report["optimum"]) == (asks, offers, 0, 0)
    assert (report["share"], report["mean_wait_s"]) == (None, None)
    assert all(figures["pairs"] == 0 for figures in report["baselines"].values())


def test_where_nobody_answers_nobody_is_helped(tmp_path: Path, mapping: Path) -> None:
    came = loaded(VILLAGE, tmp_path / "data", mapping, answers="none")

    assert len(came.told.matches) > 0
    assert all(ask.accepted is None for ask in came.told.asks.values())


def test_a_pause_of_hours_costs_a_few_ticks_and_changes_nothing(tmp_path: Path, mapping: Path) -> None:
    later = VILLAGE + "ask,a4,100000,0,0,600,\noffer,o4,100001,0,30,300,1500\n"

    came = loaded(later, tmp_path / "data", mapping)

    assert came.told.asks["a4"].accepted is not None
    assert came.records < 1_000


def test_rows_that_cannot_be_read_are_counted_and_the_rest_goes_on(tmp_path: Path, mapping: Path) -> None:
    came = loaded(VILLAGE + "ask,a9,soon,0,0,600,\npet,p1,50,0,0,600,\n", tmp_path / "data", mapping)

    assert came.submitted.rejected == {"bad_row": 2}
    assert "data.csv, line 7" in came.submitted.examples[0]
    assert len(came.told.asks) == 3


def test_rows_before_the_origin_of_the_clock_come_first(tmp_path: Path, mapping: Path) -> None:
    came = loaded(VILLAGE + "offer,o0,-30,1,0,300,1500\n", tmp_path / "data", mapping)

    first = came.told.asks["a1"].accepted
    assert first is not None
    assert first.proposed.offer == "o0"


def test_a_table_without_a_column_is_refused_by_name(tmp_path: Path, mapping: Path) -> None:
    with pytest.raises(MappingError, match="patience_s is missing"):
        loaded("kind,id,at_s,x_m,y_m,radius_m\n", tmp_path / "data", mapping)


def test_a_folder_that_holds_something_is_refused(tmp_path: Path, mapping: Path) -> None:
    loaded(VILLAGE, tmp_path / "data", mapping)

    with pytest.raises(UsedFolderError, match="is not empty"):
        loaded(VILLAGE, tmp_path / "data", mapping)


def test_the_folder_lives_on_the_loads_clock_for_good(tmp_path: Path, mapping: Path) -> None:
    loaded(VILLAGE, tmp_path / "data", mapping)

    with pytest.raises(VirtualFolderError):
        Product.open(tmp_path / "data")
