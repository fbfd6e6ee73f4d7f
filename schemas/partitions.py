"""Which partition a community lives on: Kafka's own murmur2, so that every client agrees with us."""

from functools import lru_cache

PARTITIONS = 64
"""One count for every topic, fixed from day one; growth is a new generation seeded from folded state."""

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_SHIFT = 24
_MASK = 0xFFFFFFFF
_COMMUNITIES_KEPT = 4_096


def murmur2(data: bytes) -> int:
    """The hash of Kafka's default partitioner.

    Returns:
        A signed 32-bit number, as Java has it; negative for about half of all keys.
    """
    value = _SEED ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * _MULTIPLIER & _MASK
        word = (word ^ word >> _SHIFT) * _MULTIPLIER & _MASK
        value = value * _MULTIPLIER & _MASK ^ word
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    value = (value ^ value >> 13) * _MULTIPLIER & _MASK
    value ^= value >> 15
    return value - 2**32 if value & 0x80000000 else value


@lru_cache(maxsize=_COMMUNITIES_KEPT)
def partition_of(community: str, partitions: int = PARTITIONS) -> int:
    """The partition that holds everything of a community, sent explicitly with each record.

    Returns:
        0 to `partitions` - 1: what Kafka's default partitioner gives a record keyed by the community.

    Raises:
        ValueError: `partitions` is less than one.
    """
    if partitions < 1:
        raise ValueError(f"a topic has at least one partition, not {partitions}; the house has {PARTITIONS}")
    return (murmur2(community.encode()) & 0x7FFFFFFF) % partitions
