"""What a writer that had been overtaken wrote is left out when the rows are read back."""

from dataclasses import dataclass

import orjson

from services.runtime.ledger import Restoring


@dataclass(frozen=True)
class Row:
    key: bytes
    value: bytes | None


def position(source: int, partition: int = 3) -> Row:
    return Row(f"{partition}/position".encode(), orjson.dumps({"source": source, "changed": {}}))


def row(source: int, name: str = "a", partition: int = 3) -> Row:
    return Row(f"{partition}/{name}".encode(), orjson.dumps({"source": source}))


def nothing(key: bytes) -> None:
    """No row stands."""


def test_rows_behind_a_position_that_goes_back_do_not_count() -> None:
    before, stale = [position(4), row(4)], [position(2), row(2), Row(b"3/b", None)]
    after = [position(5), row(5)]

    restoring = Restoring(nothing)

    assert restoring.counting([*before, *stale, *after]) == [*before, *after]
    assert restoring.left_out(3) == [b"3/position", b"3/a", b"3/b"]
    assert restoring.left_out(3) == []


def test_a_position_that_is_written_again_counts_with_its_rows() -> None:
    written = [position(4), row(4), position(4), row(4), row(1, "old")]

    assert Restoring(nothing).counting(written) == written


def test_each_partition_is_judged_by_itself_and_by_what_stands_already() -> None:
    stands = {b"3/position": position(9).value}

    assert Restoring(stands.get).counting([position(8), row(8), position(1, 4), row(1, "a", 4)]) == [
        position(1, 4),
        row(1, "a", 4),
    ]
