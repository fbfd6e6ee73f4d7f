from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from schemas.asks import AskOpened
from schemas.events import EVENT
from schemas.examples import EXAMPLES
from schemas.model import Place
from schemas.operations import CommunityDefined
from schemas.topics import INBOUND
from services.intake.door import Admitted, admit
from services.intake.refusals import DETAIL_CHARS_MAX, Rejected, Why
from tests.unit.intake.samples import COMMUNITIES, FOOD, ask, cloud_event, knows_food


def at_the_door(raw: bytes, source: str = "form") -> Admitted | Rejected:
    return admit(raw, source=source, communities=COMMUNITIES, knows_need=knows_food)


def admitted(raw: bytes, source: str = "form") -> Admitted:
    answer = at_the_door(raw, source)
    assert isinstance(answer, Admitted), answer
    return answer


def refused(raw: bytes) -> Rejected:
    answer = at_the_door(raw)
    assert isinstance(answer, Rejected), answer
    return answer


class TestLetIn:
    def test_an_ask_becomes_a_record_for_its_topic(self) -> None:
        record = admitted(cloud_event(ask()))

        assert (record.topic, record.community, record.key) == ("asks", "north", "a1")
        assert record.headers == {
            "ce_specversion": "1.0",
            "ce_id": "e1",
            "ce_source": "form",
            "ce_type": "commonweal.ask.opened.v1",
            "content-type": "application/json",
        }
        assert EVENT.validate_json(record.value) == record.event

    def test_the_exact_place_is_forgotten(self) -> None:
        record = admitted(cloud_event(ask(place={"lat": 52.512345, "lon": 13.412345})))

        assert isinstance(record.event, AskOpened)
        assert record.event.place == Place(x_m=875, y_m=1375)
        assert orjson.loads(record.value)["place"] == {"x_m": 875, "y_m": 1375}

    def test_a_remote_ask_has_no_place_to_widen(self) -> None:
        record = admitted(cloud_event(ask(place=None, remote=True)))

        assert isinstance(record.event, AskOpened)
        assert record.event.place is None

    def test_the_type_may_stand_in_the_envelope_alone(self) -> None:
        raw = cloud_event(ask())
        without = orjson.loads(raw)
        del without["data"]["type"]

        assert admitted(orjson.dumps(without)) == admitted(raw)

    def test_a_claimed_source_may_repeat_the_authenticated_one(self) -> None:
        assert admitted(cloud_event(ask(), source="partner"), source="partner").headers["ce_source"] == "partner"

    def test_a_community_is_defined_before_it_is_known(self) -> None:
        event = CommunityDefined(community="south", cell_m=100)

        record = admitted(cloud_event(event.model_dump(mode="json")))

        assert (record.topic, record.key, record.event) == ("operations", "south", event)

    @pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)
    def test_every_example_of_the_schemas_comes_in_unchanged(self, event: Any) -> None:
        homes = {name: CommunityDefined(community=name, cell_m=1) for name in ("riverside", "hillside")}

        answer = admit(
            cloud_event(event.model_dump(mode="json")), source="s", communities=homes, knows_need=lambda _: True
        )

        assert isinstance(answer, Admitted), answer
        assert answer.event == event
        assert answer.topic in {topic.name for topic in INBOUND}

    def test_a_source_that_is_no_id_is_a_bug_of_the_caller(self) -> None:
        with pytest.raises(AssertionError, match="as an id"):
            admit(b"{}", source="Ana Example", communities={}, knows_need=knows_food)


SECRET = "Ana-Canary"

REFUSALS = [
    (cloud_event(ask(), specversion="9"), Why.unknown_version, "$.specversion"),
    (cloud_event(ask(phone=SECRET)), Why.personal_data, "belong in the vault, not in an event; leave out $.data.phone"),
    (cloud_event(ask(), email=SECRET), Why.personal_data, "$.email"),
    (cloud_event(ask(place={"lat": 1, "lon": 2, "street": SECRET})), Why.personal_data, "$.data.place.street"),
    (cloud_event(ask(), source=SECRET), Why.wrong_source, "$.source is not who you are authenticated as"),
    (cloud_event(ask(), source=7), Why.wrong_source, "$.source is not who you are authenticated as"),
    (cloud_event(ask(community=SECRET)), Why.unknown_community, "$.data.community is not defined here"),
    (cloud_event(ask(place=SECRET)), Why.bad_place, "$.data.place: a place is an object"),
    (cloud_event(ask(place={"lat": SECRET, "lon": 2})), Why.bad_place, "$.data.place: `lat` must be a number"),
    (cloud_event(ask(need=f"cw:{SECRET}")), Why.unknown_need, "$.data.need is not in the needs taxonomy"),
    (
        cloud_event({"type": "offer.changed", "community": "north", "offer": "o1", "needs": [FOOD, SECRET]}),
        Why.unknown_need,
        "a code at $.data.needs is not in the needs taxonomy",
    ),
    (cloud_event(ask(), id=f"{SECRET}@example.org"), Why.invalid, "$.id must be"),
    (cloud_event(ask(community=5, place={"lat": 1, "lon": 2})), Why.invalid, "$.data.community"),
    (cloud_event(ask(community=...)), Why.invalid, "$.data.community is missing"),
    (cloud_event(ask(member=...)), Why.invalid, "$.data.member is missing"),
    (cloud_event(ask(place=None)), Why.invalid, "an ask is on site or remote"),
    (cloud_event(ask(quantity=0)), Why.invalid, "$.data.quantity: input should be greater than or equal to 1"),
    (cloud_event(ask(quantity=SECRET)), Why.invalid, "$.data.quantity: input should be a valid integer"),
    (cloud_event(ask(urgncy="high")), Why.invalid, "$.data.urgncy is no field of this event"),
    (cloud_event(ask(**{"Ana 0170": 1})), Why.invalid, "$.data.(a name not shown) is no field of this event"),
    (cloud_event(ask(urgency=SECRET)), Why.invalid, "no word this version knows at $.data.urgency"),
    (cloud_event(ask(urgency="unknown")), Why.invalid, "no word this version knows at $.data.urgency"),
    (
        cloud_event(ask(schedule={"dtstart_ms": 1, "byday": ["MO", SECRET]})),
        Why.invalid,
        "no word this version knows at $.data.schedule.byday[1]",
    ),
    (cloud_event(ask(languages=[SECRET * 9])), Why.invalid, "$.data.languages[0]"),
    (cloud_event(ask(need=5)), Why.invalid, "$.data.need: input should be a valid string"),
    (cloud_event(ask(a=1, b=2, c=3, d=4, e=5)), Why.invalid, "and 2 more"),
    (b'{"id": "e1", "data": {"type": "ask.opened", "ask": "\\ud800"}}', Why.invalid, "invalid JSON"),
]


class TestKeptOut:
    @pytest.mark.parametrize(("raw", "why", "told"), REFUSALS)
    def test_a_refusal_says_what_and_where(self, raw: bytes, why: Why, told: str) -> None:
        answer = refused(raw)

        assert answer.reason == why
        assert told in answer.detail

    @pytest.mark.parametrize(("raw", "why", "told"), REFUSALS)
    def test_a_refusal_never_repeats_what_was_sent(self, raw: bytes, why: Why, told: str) -> None:
        assert "canary" not in str(refused(raw)).lower()

    def test_the_first_refusal_wins_in_the_order_of_the_reasons(self) -> None:
        faults: list[tuple[Why, dict[str, Any], dict[str, Any]]] = [
            (Why.unknown_version, {"specversion": "7"}, {}),
            (Why.unknown_type, {"type": "ask"}, {}),
            (Why.personal_data, {}, {"name": "x"}),
            (Why.wrong_source, {"source": "other"}, {}),
            (Why.unknown_community, {}, {"community": "nowhere"}),
            (Why.bad_place, {}, {"place": 5}),
            (Why.unknown_need, {}, {"need": "oe:1"}),
            (Why.invalid, {}, {"quantity": 0}),
        ]
        order = list(Why)

        for first in range(len(faults)):
            outside = {key: value for _, changed, _ in faults[first:] for key, value in changed.items()}
            inside = {key: value for _, _, changed in faults[first:] for key, value in changed.items()}
            assert refused(cloud_event(ask(**inside), **outside)).reason == faults[first][0]
        assert [order.index(why) for why, _, _ in faults] == sorted(order.index(why) for why, _, _ in faults)

    def test_many_personal_fields_are_named_up_to_a_handful(self) -> None:
        fields = dict.fromkeys(("name", "phone", "email", "street", "zip", "age", "note"), "x")

        assert refused(cloud_event(ask(**fields))).detail.endswith("and 2 more")

    def test_a_sentence_stays_within_its_bound(self) -> None:
        long = {f"{'x' * 39}{letter}": 1 for letter in "abcdefghijklmnopqrst"}

        answer = refused(cloud_event(ask(), **long))

        assert len(answer.detail) == DETAIL_CHARS_MAX
        assert answer.detail.endswith("…")

    def test_the_same_fields_are_ignored_by_a_reader_of_topics(self) -> None:
        newer = orjson.dumps(ask(colour="blue", urgency="frantic"))

        event = EVENT.validate_json(newer)

        assert isinstance(event, AskOpened)
        assert event.urgency == "unknown"
        with pytest.raises(ValidationError):
            EVENT.validate_json(newer, extra="forbid")
