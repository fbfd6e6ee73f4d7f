"""Dead letters keep sealed bytes, a code and a sentence; a quarantine names one event of the journal."""

import pytest
from pydantic import ValidationError

from schemas.dead_letters import DeadLetter, Quarantined

LETTER = {
    "origin": "asks/3/5120",
    "reason": "not-an-event",
    "sentence": "the record is no JSON object; send one event per record",
    "received_ms": 1_000,
    "key": "key-example",
    "sealed": "c2VhbGVk",
}


def test_a_dead_letter_travels_unchanged() -> None:
    letter = DeadLetter.model_validate(LETTER)

    assert DeadLetter.model_validate_json(letter.model_dump_json()) == letter


@pytest.mark.parametrize("wrong", [{"sealed": "hello, neighbour"}, {"origin": ""}, {"key": ""}, {"reason": "Too bad"}])
def test_what_is_not_sealed_or_not_a_code_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DeadLetter.model_validate(LETTER | wrong)


@pytest.mark.parametrize("place", ["3/5120", "3/5120/17/1", "-1/0/0", "journal/3/5120", "3/5120/17 "])
def test_a_quarantine_names_partition_offset_and_index(place: str) -> None:
    quarantined = Quarantined(place="3/5120/17", operator="coordinator-example", reason="engine-stopped", at_ms=1)
    assert quarantined.place.split("/") == ["3", "5120", "17"]

    with pytest.raises(ValidationError):
        Quarantined(place=place, operator="coordinator-example", reason="engine-stopped", at_ms=1)
