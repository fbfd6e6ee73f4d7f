"""SQLite's checksum over a write-ahead file, for files of many megabytes."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Sums = tuple[int, int]
Words = NDArray[np.uint32]
_WORD = 0xFFFFFFFF


def checksum(order: str, data: bytes, sums: Sums) -> Sums:
    """The running checksum over pairs of 32-bit words: `first += one + second; second += two + first`.

    Each pair multiplies what came before by (1 1, 1 2), whose powers are made of Fibonacci numbers: so the checksum of a
    page is two products of its words with those, and a large file takes hardly longer than reading it.

    Args:
        order: of the bytes in a word, `<` or `>`.
        data: a whole number of pairs.
        sums: over everything before.
    """
    words = np.frombuffer(data, f"{order}u4").astype(np.uint32)
    count, numbers, (first, second) = len(words), _fibonacci(len(words) + 2), sums
    falling = numbers[::-1]  # what comes last is multiplied least
    in_first, in_second = _product(words, falling[2:]), _product(words, falling[1:-1])
    low, middle, high = (int(number) for number in numbers[count - 1 :])
    return (low * first + middle * second + in_first) & _WORD, (middle * first + high * second + in_second) & _WORD


def _product(words: Words, numbers: Words) -> int:
    return int((words * numbers).sum(dtype=np.uint32))  # what runs over 32 bits is dropped, as SQLite drops it


@cache
def _fibonacci(count: int) -> Words:
    """The first so many Fibonacci numbers from 0 and 1, in 32 bits. Asked for headers and one size of page."""
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append(numbers[-1] + numbers[-2] & _WORD)
    return np.array(numbers, np.uint32)
