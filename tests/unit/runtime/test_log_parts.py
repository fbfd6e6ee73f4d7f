"""The small parts of the log that no reader or writer meets by itself."""

import struct
from pathlib import Path

import pytest

from schemas.topics import TOPICS
from services.runtime.log import (
    Limits,
    Log,
    LogCorrupt,
    MemoryLog,
    NewRecord,
    Record,
    RestorableLog,
    VirtualClock,
    wall_clock,
)
from services.runtime.log.admission import End, end_after, stamped
from services.runtime.log.rows import Damage, from_row, to_row
from services.runtime.log.wal_check import check_write_ahead

RECORD = Record("journal", 3, 7, 1_000, b"k", b"value", (("ce_id", b"a\xff"),))


def is_sound(path: Path) -> bool:
    try:
        check_write_ahead(path)
    except LogCorrupt:
        return False
    return True


def test_a_row_is_the_record_again() -> None:
    topic, partition, *row = to_row(RECORD)

    assert (topic, partition) == ("journal", 3)
    assert from_row(topic, partition, 7, tuple(row)) == RECORD


@pytest.mark.parametrize(
    ("column", "found"),
    [(0, 8), (0, None), (1, 999), (1, b"x"), (2, None), (2, b""), (3, b"valve"), (3, 5), (4, None), (4, "[]"), (5, 0)],
)
def test_a_row_that_differs_anywhere_is_damage(column: int, found: object) -> None:
    _, _, *row = to_row(RECORD)
    changed = [*row[:column], found, *row[column + 1 :]]

    with pytest.raises(Damage, match="topic journal, partition 3: the record at offset 7 is damaged or gone"):
        from_row("journal", 3, 7, tuple(changed))


def test_a_row_does_not_pass_for_one_of_another_place() -> None:
    _, _, *row = to_row(RECORD)

    for place in (("decisions", 3, 7), ("journal", 2, 7), ("journal", 3, 6)):
        with pytest.raises(Damage):
            from_row(*place, tuple(row))


def test_bytes_moved_from_one_column_to_the_next_are_damage() -> None:
    _, _, offset, stamp_ms, key, value, headers, checksum = to_row(RECORD)

    with pytest.raises(Damage):
        from_row("journal", 3, 7, (offset, stamp_ms, b"kv", b"alue", headers, checksum))
    assert (key, value) == (b"k", b"value")


def test_nothing_is_not_the_same_as_an_empty_text() -> None:
    nothing = to_row(Record("journal", 0, 0, 0, None, None, ()))
    empty = to_row(Record("journal", 0, 0, 0, b"", b"", ()))

    assert nothing[-1] != empty[-1]


def test_a_batch_is_stamped_from_where_the_partition_ends() -> None:
    records = stamped("journal", 1, End(5, 100), 90, [NewRecord(b"a"), NewRecord(b"b")])

    assert [(record.offset, record.stamp_ms) for record in records] == [(5, 100), (6, 100)]
    assert end_after(records) == End(7, 100)


@pytest.mark.parametrize("now_ms", [-1, 2**43 + 1])
def test_a_clock_in_other_units_is_a_bug(now_ms: int) -> None:
    with pytest.raises(AssertionError, match="milliseconds since 1970 are wanted"):
        stamped("journal", 0, End(), now_ms, [NewRecord(b"a")])


@pytest.mark.parametrize("limits", [{"value_bytes_max": 2**24}, {"batch_records_max": 0}])
def test_limits_that_leave_no_room_for_a_record_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a batch must have room for at least one record"):
        Limits(**limits)


def test_a_virtual_clock_goes_on_and_never_back_by_itself() -> None:
    clock = VirtualClock(5)
    clock.advance_to(9)
    clock.advance_to(3)

    assert clock() == clock.now_ms == 9


def test_the_walls_clock_counts_milliseconds() -> None:
    assert 1_700_000_000_000 < wall_clock() < 2**43


def test_the_houses_topics_are_what_a_log_asks_for() -> None:
    log: RestorableLog = MemoryLog(TOPICS, VirtualClock())
    plain: Log = log

    assert plain.append("journal", 63, [NewRecord(b"a")]) == 0


class TestWriteAheadFile:
    """Made by hand here, since no disk tears where a test wants it; real ones are in the fault tests."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "log.db-wal"

    @staticmethod
    def sums(data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
        first, second = sums
        for one, two in struct.iter_unpack(">2I", data):
            first = (first + one + second) % 2**32
            second = (second + two + first) % 2**32
        return first, second

    def header(self, salts: tuple[int, int] = (11, 12)) -> bytes:
        start = struct.pack(">6I", 0x377F0683, 3007000, 512, 0, *salts)
        return start + struct.pack(">2I", *self.sums(start, (0, 0)))

    def frames(self, *commits: bool, salts: tuple[int, int] = (11, 12)) -> list[bytes]:
        sums = struct.unpack(">2I", self.header(salts)[24:])
        made = []
        for number, commit in enumerate(commits):
            start, page = struct.pack(">2I", number + 1, commit), bytes([number]) * 512
            sums = self.sums(start + page, sums)
            made.append(start + struct.pack(">4I", *salts, *sums) + page)
        return made

    def test_one_that_is_whole_is_sound(self, path: Path) -> None:
        path.write_bytes(self.header() + b"".join(self.frames(True, False, True)))

        assert is_sound(path)

    def test_one_that_is_not_there_is_sound(self, path: Path) -> None:
        assert is_sound(path)

    @pytest.mark.parametrize("torn", [1, 2])
    def test_a_torn_batch_at_the_end_is_sound(self, path: Path, torn: int) -> None:
        frames = self.frames(True, False, True)
        frames[torn] = frames[torn][:-1] + b"\xee"
        path.write_bytes(self.header() + b"".join(frames))

        assert is_sound(path)

    def test_what_an_earlier_round_left_behind_is_sound(self, path: Path) -> None:
        earlier = self.frames(True, True, True, True, salts=(10, 99))
        path.write_bytes(self.header() + b"".join([*self.frames(True), *earlier[1:]]))

        assert is_sound(path)

    @pytest.mark.parametrize("at", [4, 8, 12, 16, 20, 300])
    def test_damage_before_another_acknowledged_batch_is_told(self, path: Path, at: int) -> None:
        frames = self.frames(True, True, True, True)
        frames[1] = frames[1][:at] + bytes([frames[1][at] ^ 1]) + frames[1][at + 1 :]
        path.write_bytes(self.header() + b"".join(frames))

        with pytest.raises(LogCorrupt, match="damaged at frame 2, and acknowledged batches stand behind it"):
            check_write_ahead(path)
        assert not is_sound(path)
