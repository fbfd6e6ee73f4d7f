"""Runs the engine while an audit hook watches, and prints what it decided. Started by `test_watched_core.py`.

The hook hears what Python tells it: files, sockets, processes, the environment of the system. It hears no clock and no
chance, which `test_purity.py` looks for in the imports. Everything is imported and built before the hook is on, since
importing opens files, and is nothing the core decides to do.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import MatchStatus, Reason, Urgency, Verb, Vetting
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.examples import EXAMPLES, HERE, START_MS
from schemas.facts import MatchMoved, Proposed
from schemas.journal import Block, JournalRecord, Tick
from schemas.members import MemberJoined
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined, PolicySet
from schemas.policy import Policy
from schemas.taxonomy.load import load
from services.matching import Engine

FORBIDDEN = ("open", "socket.", "os.", "subprocess.", "shutil.", "tempfile.", "glob.", "sqlite3.", "urllib.", "ctypes.")
NEIGHBOURS = 12
STEP_MS = 5 * 60 * 1_000

watching = False


class TouchedTheWorldError(Exception):
    """The core did what only a shell may do."""


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse everything that leaves the process, while the core runs.

    Raises:
        TouchedTheWorldError: names the audit event and its arguments.
    """
    if watching and event.startswith(FORBIDDEN):
        raise TouchedTheWorldError(f"the core raised the audit event {event} {arguments!r}; leave it to the shell")


def watched(step: Callable[[JournalRecord], DecisionBlock], record: JournalRecord) -> DecisionBlock:
    """One step of the core, with the hook listening."""
    global watching  # noqa: PLW0603 - an audit hook takes no arguments of ours
    watching = True
    try:
        return step(record)
    finally:
        watching = False


def street() -> list[AnyEvent]:
    """A community with a dozen neighbours, each offering and asking for something."""
    events: list[AnyEvent] = [
        CommunityDefined(community=HERE, origin_lat_udeg=0, origin_lon_udeg=0, cell_m=250, neighbours=()),
        PolicySet(community=HERE, policy=Policy()),
    ]
    needs = ("cw:errands.groceries", "cw:errands.dog-walking", "cw:errands")
    for number in range(NEIGHBOURS):
        place = Place(x_m=number * 250, y_m=number % 5 * 250)
        member = f"member-{number}"
        events += [
            MemberJoined(
                community=HERE,
                member=member,
                languages=("en", "tr") if number % 2 else ("de",),
                vetting=Vetting.checked,
            ),
            OfferOpened(
                community=HERE,
                offer=f"offer-{number}",
                member=member,
                needs=(needs[number % 3],),
                place=place,
                radius_m=3_000,
                capacity=1 + number % 2,
            ),
            AskOpened(
                community=HERE,
                ask=f"ask-{number}",
                member=member,
                need=needs[number % 2],
                place=place,
                urgency=Urgency.critical if number == 0 else Urgency.normal,
            ),
        ]
    return events


def answers(block: DecisionBlock, asked: dict[str, Proposed]) -> list[AnyEvent]:
    """What people say to a block: they accept, decline every third time, help, and are thanked.

    Args:
        asked: proposals by match, remembered from block to block.
    """
    said: list[AnyEvent] = []
    for fact in block.facts:
        if isinstance(fact, Proposed):
            asked[fact.match] = fact
            verb, reason = (Verb.decline, Reason.illness) if len(asked) % 3 == 0 else (Verb.accept, None)
            said.append(Acknowledged(community=HERE, match=fact.match, member=fact.offerer, verb=verb, reason=reason))
        elif isinstance(fact, MatchMoved) and fact.to is MatchStatus.accepted:
            offerer = asked[fact.match].offerer
            said.append(Acknowledged(community=HERE, match=fact.match, member=offerer, verb=Verb.complete))
        elif isinstance(fact, MatchMoved) and fact.to is MatchStatus.completed:
            asker = asked[fact.match].asker
            said.append(Acknowledged(community=HERE, match=fact.match, member=asker, verb=Verb.confirm))
    return said


def record(offset: int, events: list[AnyEvent]) -> JournalRecord:
    """The record at this offset, stamped one step after the one before."""
    now_ms = START_MS + offset * STEP_MS
    received = tuple(
        Received(source="people", id=f"{offset}-{number}", received_ms=now_ms, data=data)
        for number, data in enumerate(events)
    )
    return JournalRecord(
        offset=offset, stamp_ms=now_ms, body=Block(events=received, caught_up=True) if events else Tick()
    )


def story(step: Callable[[JournalRecord], DecisionBlock]) -> Iterator[DecisionBlock]:
    """Twelve hours: the street and its answers until nobody has anything to say, and every kind of event there is."""
    asked: dict[str, Proposed] = {}
    block = step(record(0, street()))
    yield block
    for offset in range(1, 120):
        block = step(record(offset, answers(block, asked)))
        yield block
    yield step(record(120, list(EXAMPLES)))
    for offset in range(121, 144):
        yield step(record(offset, []))


def main() -> None:
    """Print how much was decided, the hash of all decisions as bytes, and the hash of the state they lead to."""
    engine = Engine(load())
    sys.addaudithook(watch)
    blocks = list(story(lambda each: watched(engine.apply, each)))
    kinds = sorted({type(fact).__name__ for block in blocks for fact in block.facts})
    decided = hashlib.sha256(b"\n".join(block.model_dump_json().encode() for block in blocks)).hexdigest()
    print(" ".join(kinds))
    print(decided)
    print(engine.state_hash())


if __name__ == "__main__":
    main()
