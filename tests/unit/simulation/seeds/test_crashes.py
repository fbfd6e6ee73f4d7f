from pathlib import Path
from random import Random

import pytest

from services.simulation.seeds.crashes import LEFT, Fuse, Killed, befall


def test_the_process_is_killed_after_so_many_steps_and_its_folder_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "log.db").write_text("first")
    fuse = Fuse([2, 1], tmp_path)

    fuse.after_step("cut")
    with pytest.raises(Killed, match="decide"):
        fuse.after_step("decide")
    (tmp_path / "0" / "log.db").write_text("what a dead process cannot write")

    assert fuse.folder == tmp_path / "1"
    assert (fuse.folder / "log.db").read_text() == "first"
    with pytest.raises(Killed, match="board"):
        fuse.after_step("board")
    assert fuse.killed == ["decide", "board"]
    for _ in range(100):
        fuse.after_step("snapshot")  # it is not killed a third time


def test_nobody_in_the_product_catches_a_kill() -> None:
    assert not issubclass(Killed, Exception)


def test_a_crash_loses_files_that_may_be_lost_and_never_the_log(tmp_path: Path) -> None:
    seen = set()
    for seed in range(60):
        for name in (
            "log.db",
            "log.db-wal",
            "keys.db",
            "board.db",
            "board.db-wal",
            "snapshots.db",
            "snapshots.db-wal",
            "relay.json",
        ):
            (tmp_path / name).write_text(name)
        seen.add(befall(Random(seed), tmp_path))
        assert (tmp_path / "log.db").exists()
        assert (tmp_path / "log.db-wal").exists()
        assert (tmp_path / "keys.db").exists()
    assert seen == set(LEFT)
