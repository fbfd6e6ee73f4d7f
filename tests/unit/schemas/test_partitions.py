"""Partitions agree with Kafka's own partitioner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.partitions import PARTITIONS, murmur2, partition_of

# From Kafka's own UtilsTest.
KAFKA = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize(("text", "hashed"), KAFKA.items())
def test_murmur2_is_kafkas(text: str, hashed: int) -> None:
    assert murmur2(text.encode()) == hashed


@pytest.mark.parametrize(("text", "hashed"), KAFKA.items())
def test_a_negative_hash_loses_its_sign_and_nothing_else(text: str, hashed: int) -> None:
    assert partition_of(text, 1_000) == (hashed & 0x7FFFFFFF) % 1_000


@given(st.text(), st.integers(1, 1_000))
def test_a_partition_is_always_one_of_those_that_are(community: str, partitions: int) -> None:
    assert 0 <= partition_of(community, partitions) < partitions


def test_the_house_has_64_partitions_and_uses_them_all() -> None:
    assert PARTITIONS == 64

    used = {partition_of(f"community-{number}") for number in range(1_000)}

    assert used == set(range(64))


def test_no_partition_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one partition, not 0"):
        partition_of("riverside", 0)
