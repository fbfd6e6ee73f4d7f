import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.log.wal_checksum import checksum

WORDS = st.integers(0, 2**32 - 1)


def as_sqlite_has_it(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    """The loop in SQLite's `walChecksumBytes`."""
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) % 2**32
        second = (second + two + first) % 2**32
    return first, second


@given(
    order=st.sampled_from("<>"),
    data=st.integers(1, 40).flatmap(lambda pairs: st.binary(min_size=8 * pairs, max_size=8 * pairs)),
    sums=st.tuples(WORDS, WORDS),
)
def test_the_checksum_is_sqlites_own(order: str, data: bytes, sums: tuple[int, int]) -> None:
    assert checksum(order, data, sums) == as_sqlite_has_it(order, data, sums)


@pytest.mark.parametrize("byte", [0x00, 0xFF])
def test_pages_of_extremes_run_over_as_sqlites_do(byte: int) -> None:
    page = bytes([byte]) * 4_096

    assert checksum("<", page, (2**32 - 1, 2**32 - 1)) == as_sqlite_has_it("<", page, (2**32 - 1, 2**32 - 1))
