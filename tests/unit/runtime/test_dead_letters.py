import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from schemas.dead_letters import KEY_LIFE_MS
from schemas.topics import TOPICS
from services.runtime.dead_letters import RAW_BYTES_MAX, DeadLetterError, DeadLetters
from services.runtime.log import MemoryLog, NewRecord, VirtualClock
from services.runtime.sealing_keys import SealingKeys

DAY_MS = 86_400_000
NOON_MS = 19_675 * DAY_MS + DAY_MS // 2
LETTER = b'{"name": "somebody in particular"}'


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.db"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON_MS)


@pytest.fixture
def log(clock: VirtualClock) -> MemoryLog:
    return MemoryLog(TOPICS, clock)


@pytest.fixture
def letters(log: MemoryLog, keys: Path, clock: VirtualClock) -> DeadLetters:
    return DeadLetters(log, SealingKeys(keys), clock)


def put(letters: DeadLetters, raw: bytes = LETTER, partition: int = 0, **more: int) -> tuple[int, int]:
    return letters.put(
        raw,
        origin="asks.csv, line 17",
        source="food-bank",
        reason="bad_row",
        sentence="the column `needed` has no number; give one",
        partition=partition,
        **more,
    )


def keys_left(keys: Path) -> int:
    with closing(sqlite3.connect(keys)) as opened:
        (count,) = opened.execute("SELECT count(*) FROM keys").fetchone()
    return int(count)


class TestPuttingAside:
    def test_a_letter_keeps_origin_reason_and_sentence_and_its_bytes_sealed(
        self, letters: DeadLetters, log: MemoryLog
    ) -> None:
        assert put(letters, partition=3) == (3, 0)
        (letter,) = letters.list()

        assert (letter.partition, letter.offset) == (3, 0)
        assert (letter.origin, letter.source) == ("asks.csv, line 17", "food-bank")
        assert (letter.reason, letter.sentence) == ("bad-row", "the column `needed` has no number; give one")
        assert (letter.received_ms, letter.raw_bytes, letter.cut_from) == (NOON_MS, len(LETTER), None)
        assert letters.show(3, 0).raw == LETTER
        assert all(b"somebody" not in (record.value or b"") for record in log.read("dead-letters", 3, 0))

    def test_two_letters_of_the_same_bytes_do_not_look_alike(self, letters: DeadLetters, log: MemoryLog) -> None:
        put(letters)
        put(letters)
        first, second = log.read("dead-letters", 0, 0)

        assert first.value != second.value

    def test_when_it_was_received_may_be_said(self, letters: DeadLetters) -> None:
        put(letters, received_ms=NOON_MS - 5)

        assert letters.list()[0].received_ms == NOON_MS - 5

    def test_words_that_are_too_long_are_cut_rather_than_the_letter_lost(self, letters: DeadLetters) -> None:
        letters.put(b"", origin="o" * 300, reason="r", sentence="s" * 600)
        (letter,) = letters.list()

        assert (letter.origin, letter.sentence) == ("o" * 200, "s" * 500)
        assert letters.show(0, 0).raw == b""

    def test_bytes_that_are_too_many_are_cut_and_the_letter_says_so(self, letters: DeadLetters) -> None:
        put(letters, b"x" * (RAW_BYTES_MAX + 7))
        opened = letters.show(0, 0)

        assert opened.raw == b"x" * RAW_BYTES_MAX
        assert (opened.letter.raw_bytes, opened.letter.cut_from) == (RAW_BYTES_MAX, RAW_BYTES_MAX + 7)

    def test_as_many_bytes_as_are_kept_fit_into_a_record(self, letters: DeadLetters) -> None:
        letters.put(b"\xff" * RAW_BYTES_MAX, origin="ä" * 200, reason="r" * 40, sentence="\u0000" * 500)

        assert letters.show(0, 0).letter.cut_from is None

    def test_whoever_only_looks_puts_nothing_aside(self, log: MemoryLog, keys: Path) -> None:
        with pytest.raises(AssertionError, match="is given the log's clock"):
            put(DeadLetters(log, SealingKeys(keys)))


class TestKeys:
    def test_are_readable_by_their_owner_only(self, letters: DeadLetters, keys: Path) -> None:
        put(letters)

        assert keys.stat().st_mode & 0o777 == 0o600

    def test_are_one_for_each_day(self, letters: DeadLetters, keys: Path, clock: VirtualClock) -> None:
        for clock.now_ms in (NOON_MS, NOON_MS + 1_000, NOON_MS + DAY_MS):
            put(letters)

        assert keys_left(keys) == 2

    def test_live_while_any_of_their_fourteen_days_is_left(
        self, letters: DeadLetters, keys: Path, log: MemoryLog, clock: VirtualClock
    ) -> None:
        put(letters)
        begun_ms = NOON_MS - DAY_MS // 2

        assert letters.purge(begun_ms + KEY_LIFE_MS - 1) == 0
        assert letters.show(0, 0).raw == LETTER
        assert letters.purge(begun_ms + KEY_LIFE_MS) == 1
        assert letters.show(0, 0).raw is None
        assert letters.list()[0].origin == "asks.csv, line 17"

    def test_die_with_the_first_letter_of_a_later_day(
        self, letters: DeadLetters, keys: Path, clock: VirtualClock
    ) -> None:
        put(letters)
        clock.advance_to(NOON_MS + KEY_LIFE_MS)
        put(letters)

        assert [letters.show(0, offset).raw for offset in (0, 1)] == [None, LETTER]

    def test_die_when_the_log_is_opened_after_a_long_time(
        self, letters: DeadLetters, log: MemoryLog, keys: Path, clock: VirtualClock
    ) -> None:
        put(letters)
        clock.advance_to(NOON_MS + KEY_LIFE_MS)

        assert DeadLetters(log, SealingKeys(keys)).show(0, 0).raw == LETTER, "who only looks destroys nothing"
        DeadLetters(log, SealingKeys(keys), clock)
        assert DeadLetters(log, SealingKeys(keys)).show(0, 0).raw is None

    def test_a_dead_key_leaves_no_trace_in_its_file(self, letters: DeadLetters, keys: Path) -> None:
        put(letters)
        with closing(sqlite3.connect(keys)) as opened:
            (secret,) = opened.execute("SELECT secret FROM keys").fetchone()
        assert secret in keys.read_bytes()
        letters.purge(NOON_MS + KEY_LIFE_MS)

        assert secret not in keys.read_bytes()

    def test_a_late_letter_of_a_day_whose_key_died_gets_a_new_one(self, letters: DeadLetters) -> None:
        put(letters)
        letters.purge(NOON_MS + KEY_LIFE_MS)
        put(letters, b"late")

        assert [letters.show(0, offset).raw for offset in (0, 1)] == [None, b"late"]

    def test_without_their_file_letters_stay_sealed(self, letters: DeadLetters, keys: Path) -> None:
        put(letters)
        keys.unlink()

        assert letters.show(0, 0).raw is None
        assert letters.purge(NOON_MS) == 0
        assert not keys.exists()

    def test_a_damaged_file_is_told(self, letters: DeadLetters, keys: Path) -> None:
        keys.write_text("no keys at all " * 100)

        with pytest.raises(DeadLetterError, match=r"keys\.db: the keys of dead letters cannot be used"):
            put(letters)


class TestLooking:
    def test_pages_follow_each_other_through_all_partitions(self, letters: DeadLetters) -> None:
        for partition in (5, 0, 5, 2, 5):
            put(letters, partition=partition)
        places: list[tuple[int, int]] = []
        while page := letters.list(after=places[-1] if places else None, letters_max=2):
            assert len(page) <= 2
            places += [(letter.partition, letter.offset) for letter in page]

        assert places == [(0, 0), (2, 0), (5, 0), (5, 1), (5, 2)]

    @pytest.mark.parametrize(("partition", "offset"), [(0, 1), (0, -1), (1, 0)])
    def test_a_place_without_a_letter_is_told(self, letters: DeadLetters, partition: int, offset: int) -> None:
        put(letters)

        with pytest.raises(DeadLetterError, match=f"there is no dead letter {partition}/{offset}"):
            letters.show(partition, offset)

    def test_bytes_of_another_letter_do_not_pass(self, letters: DeadLetters, log: MemoryLog) -> None:
        put(letters)
        (record,) = log.read("dead-letters", 0, 0)
        forged = (record.value or b"").replace(b"line 17", b"line 18")
        log.append("dead-letters", 0, [NewRecord(forged)])

        with pytest.raises(DeadLetterError, match="its bytes are not what was sealed"):
            letters.show(0, 1)

    def test_a_letter_of_another_version_is_told_by_its_place(self, letters: DeadLetters, log: MemoryLog) -> None:
        log.append("dead-letters", 4, [NewRecord(b"{}")])

        with pytest.raises(DeadLetterError, match="dead letter 4/0 is none this version reads"):
            letters.list()


class TestReplaying:
    def test_a_replayed_letter_is_marked_and_the_mark_is_no_letter(
        self, letters: DeadLetters, clock: VirtualClock
    ) -> None:
        put(letters)
        put(letters)
        clock.advance_to(NOON_MS + 60_000)
        letters.mark_replayed(0, 0)

        assert [(letter.offset, letter.replayed_ms) for letter in letters.list()] == [(0, NOON_MS + 60_000), (1, None)]
        assert letters.show(0, 0).letter.replayed_ms == NOON_MS + 60_000
        with pytest.raises(DeadLetterError, match="there is no dead letter 0/2"):
            letters.show(0, 2)

    def test_of_several_replays_the_last_one_is_told(self, letters: DeadLetters, clock: VirtualClock) -> None:
        put(letters)
        for clock.now_ms in (NOON_MS + 1, NOON_MS + 2):
            letters.mark_replayed(0, 0)

        assert letters.list()[0].replayed_ms == NOON_MS + 2

    def test_marks_are_found_beyond_the_page(self, letters: DeadLetters) -> None:
        for _ in range(4):
            put(letters)
        letters.mark_replayed(0, 1)

        assert [letter.replayed_ms is not None for letter in letters.list(letters_max=2)] == [False, True]

    def test_what_is_no_letter_cannot_be_marked(self, letters: DeadLetters) -> None:
        with pytest.raises(DeadLetterError, match="there is no dead letter 0/0"):
            letters.mark_replayed(0, 0)
