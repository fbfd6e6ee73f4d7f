"""The checks on answers, held against small histories in which one thing is wrong."""

from schemas.asks import AskWithdrawn
from schemas.decisions import DecisionBlock
from schemas.events import Received
from schemas.facts import AnyFact, LeftWaiting, Noted, PolicyTaken, PutWaiting, Refused
from schemas.journal import Block, JournalRecord
from schemas.policy import Policy
from services.simulation.seeds.checks import every_event_is_answered
from services.simulation.seeds.checks.records import Decided

TOWN = "town"


def said(name: str) -> Received:
    return Received(source="people", id=name, received_ms=1, data=AskWithdrawn(community=TOWN, ask="A1"))


def done(name: str) -> Noted:
    return Noted(community=TOWN, cause=f"people/{name}", what="ask.withdrawn")


def duplicate(name: str) -> Refused:
    return Refused(community=TOWN, cause=f"people/{name}", what="ask.withdrawn", reason="duplicate")


def waiting(name: str) -> PutWaiting:
    return PutWaiting(community=TOWN, cause=f"people/{name}", event=said(name), until_ms=9)


def left(name: str) -> LeftWaiting:
    return LeftWaiting(community=TOWN, cause=f"people/{name}", uid=f"people/{name}")


def decided(offset: int, events: list[str], *facts: AnyFact, now_ms: int = 0) -> Decided:
    body = Block(events=tuple(map(said, events)), caught_up=True)
    block = DecisionBlock(source=offset, logic="1", now_ms=now_ms, told_ms=now_ms, facts=facts, chain="0" * 64)
    return Decided(3, JournalRecord(offset=offset, stamp_ms=1, body=body), block, b"")


def breaches(*history: Decided) -> list[str]:
    return list(every_event_is_answered(history))


def test_events_that_are_answered_once_are_no_breach() -> None:
    assert breaches(decided(0, ["a", "a"], done("a"), duplicate("a")), decided(1, ["a"], duplicate("a"))) == []


def test_an_event_without_an_answer_is_named_with_its_place() -> None:
    assert breaches(decided(4, ["a", "b"], done("a"))) == [
        "partition 3, journal record 4: people/b came 1 times and was answered 0 times"
    ]


def test_an_event_with_two_effects_within_the_horizon_is_a_breach_and_beyond_it_another_event() -> None:
    policy = PolicyTaken(community=TOWN, policy=Policy(seen_horizon_ms=60_000))
    first = decided(0, ["a"], policy, done("a"), now_ms=1_000)

    assert breaches(first, decided(1, ["a"], done("a"), now_ms=62_000)) == []
    assert breaches(first, decided(1, ["a"], done("a"), now_ms=61_000)) == [
        "partition 3, journal record 1: people/a was decided at 1000 and again at 61000, before it was forgotten"
    ]


def test_who_waits_leaves_the_waiting_room_once_and_is_answered_then() -> None:
    came = decided(0, ["a"], waiting("a"))

    assert breaches(came) == []
    assert breaches(came, decided(1, [], left("a"), done("a"))) == []
    assert breaches(came, decided(1, [], left("a"))) == [
        "partition 3, journal record 1, fact 0: people/a left the waiting room and was not answered"
    ]
    assert breaches(decided(0, [], left("a"), done("a"))) == [
        "partition 3, journal record 0, fact 0: people/a left the waiting room without having been in it"
    ]
