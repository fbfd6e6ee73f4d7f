"""Towns that live on a cluster for a while: what their people say is journalled, as intake would, in real time."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from schemas.acknowledgements import Acknowledged
from schemas.codes import Reason, Verb
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.facts import Proposed
from schemas.journal import Block
from schemas.operations import CommunityDefined, PolicySet
from schemas.partitions import partition_of
from schemas.policy import HoldDial, Policy
from schemas.presets import with_certain_answers
from schemas.topics import DECISIONS, JOURNAL
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import NewRecord, scan
from tests.unit.embedded.riverside import ask, offer

PATIENCE_S = 120.0
TOWNS = ("riverside", "hillside", "lakeside", "seaside")
SOON = with_certain_answers(Policy(name="soon", tick_ms=1_000, hold=HoldDial(near_m=500_000)))
"""A round each second, so that a test of some seconds sees several."""


def until(
    condition: Callable[[], object],
    what: str,
    patience_s: float = PATIENCE_S,
    progress: Callable[[], object] = lambda: None,
) -> None:
    """Wait for it, asking ten times a second.

    Args:
        progress: as long as its answer changes, patience begins anew: a slow machine may take its time.
    """
    seen, due_s, never = progress(), time.monotonic() + patience_s, threading.Event()
    while not condition():
        if (now := progress()) != seen:
            seen, due_s = now, time.monotonic() + patience_s
        assert time.monotonic() < due_s, f"{what} did not come to its end, nor any further within {patience_s:g} s"
        never.wait(0.1)


class Towns:
    """Says what people open and answer, block by block.

    Args:
        names: a community each, on partitions of their own.
    """

    def __init__(self, log: KafkaLog, names: Sequence[str] = TOWNS, policy: Policy = SOON) -> None:
        self.log = log
        self.names = tuple(names)
        self.partitions = tuple(partition_of(name) for name in names)
        assert len(set(self.partitions)) == len(self.names), "each town has a partition of its own"
        self._numbers = count()
        self._heard = dict.fromkeys(self.partitions, 0)
        for name in names:
            self.say(name, [CommunityDefined(community=name, cell_m=10), PolicySet(community=name, policy=policy)])

    def say(self, name: str, events: Iterable[AnyEvent]) -> int:
        """One block of these events; its offset."""
        now_ms = time.time_ns() // 1_000_000
        said = tuple(
            Received(source="test", id=f"e{next(self._numbers)}", received_ms=now_ms, data=event) for event in events
        )
        body = Block(events=said, caught_up=True).model_dump_json(exclude_none=True).encode()
        return self.log.append(JOURNAL.name, partition_of(name), [NewRecord(body)])

    def go_on(self) -> None:
        """Everybody says something: an ask, an offer, and what is answered to the proposals made meanwhile."""
        for name in self.names:
            number, now_ms = next(self._numbers), time.time_ns() // 1_000_000
            self.say(name, [ask(number, now_ms, name), offer(number, now_ms, name), *self._answers(name)])

    def live(self, seconds: float) -> None:
        """Go on for so long."""
        due_s = time.monotonic() + seconds
        self.live_until(lambda: time.monotonic() > due_s, f"living for {seconds:g} s")

    def live_until(self, condition: Callable[[], object], what: str) -> None:
        """Go on until it is so."""

        def lived() -> object:
            self.go_on()
            return condition()

        until(lived, what)

    def _answers(self, name: str) -> list[Acknowledged]:
        partition = partition_of(name)
        said: list[Acknowledged] = []
        for record in scan(self.log, DECISIONS.name, partition, start=self._heard[partition]):
            self._heard[partition] = record.offset + 1
            block = DecisionBlock.model_validate_json(record.value or b"")
            said += [_answer(fact) for fact in block.facts if isinstance(fact, Proposed)]
        return said


def _answer(fact: Proposed) -> Acknowledged:
    """Of five one declines, the others accept."""
    declines = int(fact.match[-2:], 16) % 5 == 0
    return Acknowledged(
        community=fact.community,
        match=fact.match,
        member=fact.offerer,
        verb=Verb.decline if declines else Verb.accept,
        reason=Reason.busy if declines else None,
    )
