"""Dead letters, sent in again once what was wrong with them is mended."""

from pathlib import Path

import orjson
import pytest

from schemas.dead_letters import KEY_LIFE_MS
from services.embedded import Embedded, letters_of, replay_dead_letters
from services.intake import RawEvent, Rejected, Why
from services.runtime.dead_letters import RAW_BYTES_MAX, DeadLetterError
from services.runtime.log import VirtualClock
from tests.unit.embedded.riverside import HERE, PARTITION, START_MS, founding, minute


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_MS)


@pytest.fixture
def embedded(tmp_path: Path, clock: VirtualClock) -> Embedded:
    return Embedded.open(tmp_path, clock, clock_kind="virtual")


def test_what_came_before_its_community_comes_in_once_that_is_defined(embedded: Embedded) -> None:
    with embedded:
        assert embedded.submit(minute(1)).rejected == {"unknown_community": 2}
        embedded.submit(founding())

        done = replay_dead_letters(embedded, None)
        embedded.settle()

        assert [(one.name, one.why) for one in done] == [("0/0", None), ("0/1", None)]
        assert sorted(embedded.matching.at_end(PARTITION).state.communities[HERE].asks) == ["ask-1"]
        assert replay_dead_letters(embedded, None) == []
        assert all(letter.replayed_ms == START_MS for letter in letters_of(embedded.dead_letters))


def test_only_letters_that_were_named_or_have_the_reason_are_sent_in_again(embedded: Embedded) -> None:
    with embedded:
        embedded.submit([*minute(1), RawEvent("test", b"{}", "test, nothing")])
        embedded.submit(founding())

        assert [one.name for one in replay_dead_letters(embedded, [(0, 1)])] == ["0/1"]
        assert [one.name for one in replay_dead_letters(embedded, None, reason="unknown_community")] == ["0/0"]
        assert [letter.reason for letter in letters_of(embedded.dead_letters, reason="not-an-object")] == [
            "not-an-object"
        ]


def test_what_is_refused_again_is_a_letter_of_its_own_and_stays_unmarked(embedded: Embedded) -> None:
    with embedded:
        embedded.submit([RawEvent("test", orjson.dumps({"data": []}), "test, nothing")])

        (again,) = replay_dead_letters(embedded, None)

        assert again.why is not None
        assert again.why.startswith("refused again: test, nothing: ")
        assert [letter.replayed_ms for letter in letters_of(embedded.dead_letters)] == [None, None]


def test_a_letter_that_can_no_longer_be_sent_says_why(embedded: Embedded, clock: VirtualClock) -> None:
    refused = Rejected(Why.bad_row, "line 2: cells are missing")
    with embedded:
        embedded.submit([RawEvent("test", b"x" * (RAW_BYTES_MAX + 1), "test, large")])
        embedded.submit([RawEvent("test", b"1;2;3", "table, line 2", refused=refused)])
        large, row = replay_dead_letters(embedded, None)
        assert large.why == "only its beginning was kept; ask whoever sent it for less in one event"
        assert row.why == "it is a row of a table; correct the table and `submit` it with its mapping"

        clock.advance_to(START_MS + KEY_LIFE_MS)
        embedded.dead_letters.purge(clock.now_ms)
        (dead, _) = replay_dead_letters(embedded, None)
        assert dead.why == "its key was destroyed, and the bytes with it; ask whoever sent it"


def test_a_place_without_a_letter_is_refused(embedded: Embedded) -> None:
    with embedded, pytest.raises(DeadLetterError, match="there is no dead letter 0/7"):
        replay_dead_letters(embedded, [(0, 7)])
