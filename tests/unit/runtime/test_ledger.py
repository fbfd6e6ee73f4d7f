"""Ledgers: killed between any two effects, what was sent and what stands is as if nothing had happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decisions import DecisionBlock
from schemas.facts import MemberGone
from services.runtime.ledger import GapError, Ledger, Page, UnreadableBlockError, decoded

PARTITION = 7


def block(source: int, *members: str, now_ms: int | None = None) -> DecisionBlock:
    now = 1_000 * source if now_ms is None else now_ms
    facts = tuple(MemberGone(community="north", member=member) for member in members)
    return DecisionBlock(source=source, logic="1", now_ms=now, told_ms=now, facts=facts, chain="0" * 64)


def count_three(page: Page, one: DecisionBlock) -> list[str]:
    """A fold that depends on what stands: a member is told of three times at most, and forgotten after five seconds."""
    sent = []
    for place, fact in enumerate(one.facts):
        assert isinstance(fact, MemberGone)
        key = f"north/seen/{fact.member}"
        row = page.get(key) or {"times": 0}
        if row["times"] < 3:
            sent.append(f"{one.source}/{place}/{fact.member}/{row['times']}")
        page.put(key, {"times": row["times"] + 1, "until_ms": one.now_ms + 5_000})
    return sent


class Shell:
    """Does what a shell does, effect by effect, and dies after so many of them."""

    def __init__(self, blocks: list[DecisionBlock]) -> None:
        self.blocks = blocks
        self.sent: list[str] = []
        self.rows: dict[str, bytes] = {}

    def run(self, begin: int, effects_max: int) -> int:
        """From a committed offset on; answers how far it may be committed."""
        left = effects_max
        ledger = Ledger(PARTITION, self.rows, list(self.rows))
        for key, row in ledger.redo().items():
            if (left := left - 1) < 0:
                return begin
            self._write(key, row)
        for offset in range(begin, len(self.blocks)):
            step = ledger.take(self.blocks[offset], count_three)
            if step is None:
                continue
            for one in step.outcome:
                if (left := left - 1) < 0:
                    return offset
                self.sent.append(one)
            for key, row in [step.position, *step.changes.items()]:
                if (left := left - 1) < 0:
                    return offset
                self._write(key, row)
        return len(self.blocks)

    def _write(self, key: str, row: bytes | None) -> None:
        if row is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = row


MEMBERS = st.lists(st.sampled_from(["ada", "ben", "cleo"]), max_size=4)


@given(
    st.lists(MEMBERS, min_size=1, max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=8)
)
def test_killed_anywhere_nothing_is_lost_doubled_under_another_name_or_counted_twice(
    said: list[list[str]], kills: list[tuple[int, int]]
) -> None:
    blocks = [block(source, *members) for source, members in enumerate(said)]
    undisturbed, killed = Shell(blocks), Shell(blocks)
    undisturbed.run(0, 10_000)

    begin = 0
    for effects, commits_lost in kills:
        begin = max(0, killed.run(begin, effects) - commits_lost)
    killed.run(begin, 10_000)

    assert len(undisturbed.sent) == len(set(undisturbed.sent))
    assert set(killed.sent) == set(undisturbed.sent)
    assert killed.rows == undisturbed.rows


def test_an_older_or_equal_source_changes_nothing() -> None:
    ledger = Ledger(PARTITION, {}, ())
    assert ledger.take(block(0, "ada"), count_three) is not None

    assert ledger.take(block(0, "ada"), count_three) is None


def test_a_gap_is_told_loudly() -> None:
    ledger = Ledger(PARTITION, {}, ())

    with pytest.raises(GapError, match="partition 7: rows stand at source -1, and 3 came instead of 0"):
        ledger.take(block(3), count_three)


def test_each_row_carries_the_source_it_was_last_changed_by() -> None:
    shell = Shell([block(0, "ada", "ben"), block(1, "ada")])
    shell.run(0, 10_000)

    assert shell.rows["7/north/seen/ada"] == b'{"source":1,"times":2,"until_ms":6000}'
    assert shell.rows["7/north/seen/ben"] == b'{"source":0,"times":1,"until_ms":5000}'


def test_rows_whose_time_is_over_are_forgotten_by_log_time() -> None:
    shell = Shell([block(0, "ada"), block(1, "ben"), block(2, now_ms=5_500)])
    shell.run(0, 10_000)

    assert [key for key in shell.rows if "seen" in key] == ["7/north/seen/ben"]


def test_what_is_no_block_is_told_by_its_place() -> None:
    for value in (None, b"", b"{}", b'{"version":9}'):
        with pytest.raises(UnreadableBlockError, match="partition 3: decision 12 is no block this version reads"):
            decoded(3, 12, value)
