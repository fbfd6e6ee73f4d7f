"""One class serves both doors: readers of topics are lenient about what is new, the front door about nothing."""

import json
from functools import partial
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import EndedHow, MatchStatus, Reason, Role, Urgency, Verb, Vetting, WithdrawnWhy
from schemas.events import EVENT, AnyEvent, Received
from schemas.examples import EXAMPLES
from schemas.journal import BLOCK_EVENTS_MAX, JOURNAL_BODY, Block, Tick
from schemas.model import COORDINATE_M_MAX, MS_MAX, Code, Id, Language, NeedCode
from schemas.offers import OfferOpened
from schemas.schedules import Freq, Weekday

ASK: dict[str, Any] = {
    "type": "ask.opened",
    "community": "riverside",
    "ask": "ask-example",
    "member": "member-example",
    "need": "cw:errands.groceries",
    "place": {"x_m": 125, "y_m": -375},
}


def read(changes: dict[str, Any], **how: Any) -> AnyEvent:
    return EVENT.validate_json(json.dumps(ASK | changes), **how)


def test_a_reader_ignores_a_field_that_it_does_not_know() -> None:
    assert read({"colour": "green", "place": {"x_m": 125, "y_m": -375, "z_m": 3}}) == read({})


@pytest.mark.parametrize("extra", [{"colour": "green"}, {"place": {"x_m": 125, "y_m": -375, "z_m": 3}}])
def test_the_front_door_refuses_a_field_that_it_does_not_know(extra: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"extra_forbidden|unexpected_keyword_argument"):
        read(extra, extra="forbid")


def test_a_reader_takes_a_word_from_a_newer_version_for_unknown() -> None:
    ask = read({"urgency": "catastrophic"})

    assert isinstance(ask, AskOpened)
    assert ask.urgency is Urgency.unknown


@pytest.mark.parametrize(
    "code", [Urgency, Vetting, Verb, Reason, WithdrawnWhy, Role, MatchStatus, EndedHow, Freq, Weekday]
)
def test_every_list_of_words_has_a_fallback(code: type[Code]) -> None:
    assert TypeAdapter(code).validate_json('"a-word-from-next-year"') == "unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "2"},
        {"quantity": 2.0},
        {"quantity": True},
        {"quantity": 0},
        {"quantity": 10_001},
        {"remote": 1},
        {"needed_by_ms": MS_MAX + 1},
        {"needed_by_ms": -1},
        {"place": {"x_m": COORDINATE_M_MAX + 1, "y_m": 0}},
        {"place": {"x_m": 0.5, "y_m": 0}},
        {"languages": ["en"] * 33},
        {"need": "groceries"},
        {"unit": "a visit, please"},
        {"type": "ask.shouted"},
        {"type": None},
    ],
    ids=str,
)
def test_what_is_out_of_bounds_or_of_another_type_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(wrong)


@pytest.mark.parametrize("code", ["jo@example.org", "Jo Example", "", "-", "a" * 81, "1 Street", "ä", "a\n"])
def test_an_id_is_never_a_name_or_an_address(code: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Id).validate_python(code)


@pytest.mark.parametrize(("adapter", "code"), [(Language, "pt-BR"), (NeedCode, "oe:108-07-06"), (Id, "a" * 80)])
def test_codes_of_the_field_are_accepted(adapter: Any, code: str) -> None:
    assert TypeAdapter(adapter).validate_python(code) == code


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read({}).community = "hillside"  # type: ignore[misc]  # what a type checker refuses, Python refuses too


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)
def test_every_example_passes_both_doors_unchanged(event: AnyEvent) -> None:
    sent = event.model_dump_json()

    assert EVENT.validate_json(sent) == event
    assert EVENT.validate_json(sent, extra="forbid") == event


def test_an_ask_and_an_offer_are_somewhere_or_remote() -> None:
    with pytest.raises(ValidationError, match="give `place`, or set `remote`"):
        read({"place": None})
    with pytest.raises(ValidationError, match="give `place`, or set `remote`"):
        OfferOpened(community="riverside", offer="o", member="m", needs=("oe:102-03",))

    assert read({"place": None, "remote": True}).type == "ask.opened"


@pytest.mark.parametrize("verb", Verb)
def test_who_declines_fails_or_cancels_says_why(verb: Verb) -> None:
    said = partial(Acknowledged, community="riverside", match="match-example", member="member-example", verb=verb)
    assert said(reason=Reason.busy).verb is verb

    if verb in (Verb.decline, Verb.fail, Verb.cancel):
        with pytest.raises(ValidationError, match=f"`{verb.value}` needs a `reason`"):
            said()
    else:
        assert said().reason is None


def test_a_received_event_is_named_by_source_and_id() -> None:
    received = Received(source="partner-example", id="event-1", received_ms=1, data=EXAMPLES[0])

    assert received.uid == "partner-example/event-1"


def test_the_journal_holds_blocks_and_ticks() -> None:
    received = Received(source="partner-example", id="event-1", received_ms=1, data=EXAMPLES[0])
    block = Block(events=(received,), caught_up=True, inbound={"asks": 3})
    tick = Tick(inbound={"asks": 3})

    assert JOURNAL_BODY.validate_json(block.model_dump_json()) == block
    assert JOURNAL_BODY.validate_json(tick.model_dump_json()) == tick


def test_a_block_is_bounded() -> None:
    received = Received(source="partner-example", id="event-1", received_ms=1, data=EXAMPLES[0])

    with pytest.raises(ValidationError, match="at most 1000 items"):
        Block(events=(received,) * (BLOCK_EVENTS_MAX + 1), caught_up=True)
