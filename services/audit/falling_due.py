"""What has to be looked at, and when: a heap that may name a thing too early or twice, and never too late."""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

Kind = Literal["ask", "escalation", "offer", "match", "series", "waiting"]
Name = tuple[Kind, str]


@dataclass(slots=True)
class FallingDue:
    """Things by the last moment at which nothing needs to have happened to them."""

    _by_time: list[tuple[int, Kind, str]] = field(default_factory=list)

    def expect(self, last_ms: int, kind: Kind, name: str) -> None:
        """Have it looked at once log time is beyond `last_ms`."""
        heappush(self._by_time, (last_ms, kind, name))

    def beyond(self, now_ms: int) -> dict[Name, None]:
        """What is to be looked at now; forgotten with this."""
        due: dict[Name, None] = {}
        while self._by_time and self._by_time[0][0] < now_ms:
            _, kind, name = heappop(self._by_time)
            due[kind, name] = None
        return due
