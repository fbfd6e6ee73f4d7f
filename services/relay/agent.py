"""The relay at its log: it follows the decisions, and lets in by the door what is to be passed on.

Sending comes before remembering: killed in between, an event is sent once more under the same id, and the engine drops
it. What was sent and not answered is sent again at every start, and once in a run.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS
from services.relay.file import read, write
from services.relay.forwarding import Forwarding, Outgoing
from services.runtime.log import Log, Record, scan

Deliver = Callable[[bytes, str], str | None]
"""Lets one event in by the door, given its bytes and where it comes from: the code of its refusal, or None."""
PASSING = "source_limited"
"""A refusal that goes by itself; the event is sent again."""
REMEMBER_AFTER = 1_000
"""Blocks read and nothing in them: after so many the file says so, and a start need not read them again."""
MATTERS = (b'"fact":"community.known"', b'"how":"referred"', b'"cause":"relay/')
"""Only a block with one of these in it can matter to the relay."""


class Relay:
    """One caller at a time.

    Args:
        path: of its file; made when there is something to remember.
    """

    def __init__(self, log: Log, path: Path, deliver: Deliver) -> None:
        self._log = log
        self._path = path
        self._deliver = deliver
        self._state = read(path)
        self._sent: set[str] = set()
        self._is_changed = False
        self._read = 0
        self._catch_up()

    def follow(self, partition: int, blocks: Iterable[DecisionBlock]) -> None:
        """Take in what was decided; what was missed meanwhile is read from the log first."""
        for block in blocks:
            expected = self._state.next_source.get(partition, 0)
            if block.source > expected:
                self._read_partition(partition, {})
            if block.source >= self._state.next_source.get(partition, 0):
                self._take(partition, block)

    def send(self) -> int:
        """Let in what is to be passed on, and remember it.

        Returns:
            How many events were sent that this run had not sent before.

        Raises:
            LogError, DeadLetterError: the door's log did not take it; it is sent again.
            RelayUnwritableError: the disk did not take the file; what was sent stays sent.
        """
        before, tried = len(self._sent), set(self._sent)
        while fresh := [event for event in self._state.outgoing() if event.id not in tried]:
            for event in fresh:
                tried.add(event.id)
                self._send(event)
        if self._is_changed or self._read >= REMEMBER_AFTER:
            write(self._path, self._state)
            self._is_changed, self._read = False, 0
        return len(self._sent) - before

    def on_its_way(self) -> int:
        """How many asks are between two communities, there or back."""
        return len(self._state.referrals) + len(self._state.returns)

    def _send(self, event: Outgoing) -> None:
        refused = self._deliver(orjson.dumps(event.document), f"relay, {event.id}")
        if refused == PASSING:
            return
        self._sent.add(event.id)
        if refused is not None:
            self._state.refused_at_the_door(event.id, refused)
            self._is_changed = True

    def _take(self, partition: int, block: DecisionBlock, early: dict[str, str | None] | None = None) -> None:
        self._is_changed |= self._state.take(partition, block, early)
        self._read += 1

    def _catch_up(self) -> None:
        """Read what was decided since the file was written, of all partitions, before anything is sent."""
        early: dict[str, str | None] = {}
        ends = {partition: self._end(partition) for partition in self._state.next_source}
        if any(self._state.next_source[partition] > end for partition, end in ends.items()):
            self._state = Forwarding()  # the file is of another log, or this one was set back: read all of it
        for partition in self._log.partitions(DECISIONS.name):
            self._read_partition(partition, early)

    def _read_partition(self, partition: int, early: dict[str, str | None]) -> None:
        start, end = self._state.next_source.get(partition, 0), self._end(partition)
        for record in scan(self._log, DECISIONS.name, partition, start=start, end=end) if start < end else ():
            if record.offset + 1 == end or _matters(record):
                block = DecisionBlock.model_validate_json(record.value or b"")
                if block.source >= self._state.next_source.get(partition, 0):
                    self._take(partition, block, early)

    def _end(self, partition: int) -> int:
        return self._log.next_offset(DECISIONS.name, partition)


def _matters(record: Record) -> bool:
    value = record.value or b""
    return any(mark in value for mark in MATTERS)
