"""What falls due, in a heap: moments with names. An entry may be stale; whoever pops it looks at the state."""

from heapq import heappop

Due = list[tuple[int, str]]


def pop_due(heap: Due, now_ms: int) -> list[tuple[int, str]]:
    """Everything that fell due before `now_ms`, in order."""
    due = []
    while heap and heap[0][0] < now_ms:
        due.append(heappop(heap))
    return due
