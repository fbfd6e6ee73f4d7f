"""The obvious look-ups and the fast ones decide alike; live, recovered and restored engines are one."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from schemas.decisions import DecisionBlock
from schemas.events import Received
from schemas.facts import AnyFact
from schemas.journal import JournalRecord
from schemas.taxonomy import Taxonomy
from schemas.taxonomy.load import load
from services.matching import Engine, frozen
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex
from services.matching.limits import Limits
from services.matching.state import CommunityState, PartitionState
from tests.property.journals import journals, limits

pytestmark = pytest.mark.slow
TAXONOMY = load()
HELD = ("asks", "offers", "matches", "members", "series")


@settings(max_examples=200)
@given(journals(), limits)
def test_naive_and_grid_decide_alike_after_every_block(journal: Sequence[JournalRecord], limits: Limits) -> None:
    assert alike_until(journal, limits) == len(journal)


@pytest.mark.long
@pytest.mark.parametrize("part", range(40))
def test_naive_and_grid_decide_alike_on_twenty_thousand_journals(part: int) -> None:
    @seed(part)
    @settings(max_examples=500, database=None)
    @given(journals(), limits)
    def alike(journal: Sequence[JournalRecord], limits: Limits) -> None:
        assert alike_until(journal, limits) == len(journal)

    alike()


def alike_until(journal: Sequence[JournalRecord], limits: Limits) -> int:
    """Records in which both decide the same and know the same after it, up to the first in which they do not."""
    indexes = (NaiveIndex, GridIndex, expecting_many)
    naive, grid, other = (Engine(TAXONOMY, index, limits=limits) for index in indexes)
    for offset, record in enumerate(journal):
        decided = naive.apply(record)
        if not decided == grid.apply(record) == other.apply(record) or naive.state_hash() != grid.state_hash():
            return offset
    return len(journal)


def expecting_many(community: CommunityState, taxonomy: Taxonomy) -> GridIndex:
    """The fast look-ups, which look at even one ask as they look at many."""
    index = GridIndex(community, taxonomy)
    index.expect_many()
    return index


@settings(max_examples=60)
@given(journals(), limits)
def test_folding_what_was_decided_equals_deciding_it(journal: Sequence[JournalRecord], limits: Limits) -> None:
    live, folded = Engine(TAXONOMY, GridIndex, limits=limits), Engine(TAXONOMY, GridIndex)
    for record in journal:
        decided = live.decide(record)
        block = DecisionBlock.model_validate_json(decided.written)
        assert block == decided.block
        assert decided.written == block.model_dump_json().encode()
        folded.fold(block, decided.written)
        assert folded.state == live.state


@settings(max_examples=60)
@given(journals(), st.lists(st.booleans(), min_size=25, max_size=25), limits)
def test_an_engine_that_folded_for_a_while_decides_like_one_that_never_stopped(
    journal: Sequence[JournalRecord], folds: Sequence[bool], limits: Limits
) -> None:
    live, follower = Engine(TAXONOMY, GridIndex, limits=limits), Engine(TAXONOMY, GridIndex, limits=limits)
    for record, is_folded in zip(journal, folds, strict=False):
        decided = live.decide(record)
        if is_folded:
            follower.fold(decided.block, decided.written)
        else:
            assert follower.decide(record) == decided


@settings(max_examples=60)
@given(journals(), limits)
def test_an_engine_restored_from_a_snapshot_goes_on_as_if_nothing_had_happened(
    journal: Sequence[JournalRecord], limits: Limits
) -> None:
    live, restored = Engine(TAXONOMY, GridIndex, limits=limits), Engine(TAXONOMY, GridIndex)
    for record in journal:
        restored.state = frozen.thaw(frozen.freeze(restored.state))
        restored = Engine(TAXONOMY, GridIndex, restored.state, limits=limits)
        assert restored.apply(record) == live.apply(record)
        assert list(frozen.freeze(restored.state)) == list(frozen.freeze(live.state))


@settings(max_examples=60)
@given(journals(), st.randoms(use_true_random=False))
def test_in_which_order_things_are_held_decides_nothing(journal: Sequence[JournalRecord], chance: Random) -> None:
    live, other = Engine(TAXONOMY, GridIndex), Engine(TAXONOMY, GridIndex)
    for record in journal:
        other = Engine(TAXONOMY, GridIndex, shuffled(frozen.thaw(frozen.freeze(other.state)), chance))
        assert other.apply(record) == live.apply(record)
        assert other.state_hash() == live.state_hash()


def shuffled(state: PartitionState, chance: Random) -> PartitionState:
    """The same state, with its asks, offers, matches and members put in in another order."""
    for community in state.communities.values():
        for table in HELD:
            rows = list(getattr(community, table).items())
            chance.shuffle(rows)
            setattr(community, table, dict(rows))
    return state


@settings(max_examples=60)
@given(journals())
def test_every_event_is_answered(journal: Sequence[JournalRecord]) -> None:
    engine = Engine(TAXONOMY, GridIndex)
    for record in journal:
        causes = {fact.cause for fact in engine.apply(record).facts}
        events = getattr(record.body, "events", ())
        assert {event.uid for event in events} <= causes


class DecidingOnly(Engine):
    """An engine whose state stands still: it decides, and nothing evolves."""

    def _evolve(self, fact: AnyFact, now_ms: int) -> None:
        """Leave the state as it is."""

    def _awaited(self, fact: AnyFact) -> list[Received]:
        """Nobody leaves a waiting room that stands still."""
        return []

    def _close(self, block: DecisionBlock) -> None:
        """Leave the clock and the offset as they are."""


@settings(max_examples=60)
@given(journals())
def test_deciding_reads_the_state_and_changes_nothing(journal: Sequence[JournalRecord]) -> None:
    live = Engine(TAXONOMY, GridIndex)
    for record in journal:
        before = list(frozen.freeze(live.state))
        DecidingOnly(TAXONOMY, NaiveIndex, live.state).apply(record)
        assert list(frozen.freeze(live.state)) == before
        live.apply(record)
