"""What an error means for its partition: a sentence for an operator that never quotes what it does not know."""

import pytest

from services.board import BoardGap, BoardUnwritable
from services.embedded.troubles import trouble
from services.matching.agent import MatchingError
from services.runtime.log import LogCorrupt, LogFull
from services.runtime.snapshots import SnapshotError


@pytest.mark.parametrize("error", [LogFull("no room"), BoardUnwritable("board.db", "full"), SnapshotError("no room")])
def test_what_goes_with_its_cause_is_tried_again(error: Exception) -> None:
    assert not trouble(3, error).stopped
    assert trouble(3, error).sentence == str(error)


@pytest.mark.parametrize("error", [LogCorrupt("damaged"), BoardGap(3, 1, 5), MatchingError("not as it was written")])
def test_what_does_not_go_by_itself_stops_the_partition_with_its_own_sentence(error: Exception) -> None:
    assert trouble(3, error).stopped
    assert trouble(3, error).sentence == str(error)


def raised(error: Exception) -> Exception:
    """The error as it comes with a place."""
    try:
        raise error
    except type(error) as caught:
        return caught


def test_of_a_bug_kind_and_place_are_told_and_not_what_it_says() -> None:
    told = trouble(3, raised(ValueError("somebody@example.org")))

    assert told.stopped
    assert told.sentence.startswith("partition 3: a bug stopped it (ValueError, at test_troubles:")
    assert "somebody" not in told.sentence


def test_an_assertion_speaks_of_ids_and_is_quoted() -> None:
    told = trouble(3, raised(AssertionError("ask A1 ends twice")))

    assert "(AssertionError: ask A1 ends twice, at test_troubles:" in told.sentence
