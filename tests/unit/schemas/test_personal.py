"""A person's details have no place in any model, and a document that brings some is told where."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decided_examples import VALUES
from schemas.examples import EXAMPLES
from schemas.model import Model
from schemas.personal import PERSONAL_FIELDS, is_personal, personal_fields_in
from schemas.topics import TOPICS


def every_model(above: type[Model] = Model) -> Iterator[type[Model]]:
    for model in above.__subclasses__():
        yield model
        yield from every_model(model)


def test_no_model_has_a_place_for_a_persons_details() -> None:
    assert TOPICS, "every model that travels is loaded"
    found = {
        f"{model.__name__}.{field}"
        for model in every_model()
        if model.__module__.startswith("schemas.")
        for field in model.model_fields
        if is_personal(field, model.__name__.lower())
    }

    assert found == set(), "personal details belong in the vault: rename the field, or take it out of the model"


@pytest.mark.parametrize("value", [*EXAMPLES, *VALUES], ids=lambda value: type(value).__name__)
def test_nothing_that_travels_is_taken_for_personal(value: Model) -> None:
    assert personal_fields_in(value.model_dump(mode="json")) == () or type(value).__name__ == "Policy"


@pytest.mark.parametrize(
    "field",
    [
        "name", "Name", "NAME", "first_name", "firstName", "First Name", "FIRSTNAME", "contact_phone", "phone2",
        "homeAddress", "street-name", "e_mail", "email_address", "Birthday", "dateOfBirth", "comment", "notes",
        "free text", "message_to_helper", "IP", "postalCode", "house_number",
    ],
)  # fmt: skip
def test_a_personal_field_is_found_however_it_is_spelled(field: str) -> None:
    assert is_personal(field)
    assert len(personal_fields_in({field: "anything"})) == 1


@pytest.mark.parametrize(
    "field", ["member", "community", "household_size", "languages", "on_behalf_of", "cell_m", "unit", "", "日本", "_"]
)
def test_what_matching_needs_is_not_personal(field: str) -> None:
    assert not is_personal(field)
    assert personal_fields_in({field: "anything"}) == ()


def test_every_place_is_told_once_in_order() -> None:
    document = {
        "type": "ask.opened",
        "place": {"x_m": 1, "street": "a"},
        "people": [{"phone": "1"}, {"age": 2, "deeper": [[{"email": "b"}]]}],
        "contact": {"phone": "below a personal field nobody looks"},
        "note": "c",
    }

    assert personal_fields_in(document) == (
        "contact",
        "note",
        "people[0].phone",
        "people[1].age",
        "people[1].deeper[0][0].email",
        "place.street",
    )


def test_a_name_that_may_be_a_persons_is_not_repeated() -> None:
    document = {"jo@example.org": {"street": "a"}, "phone of Jo Example": "1"}

    assert personal_fields_in(document) == ("?.street", "phone")


def test_a_policys_name_is_an_id_and_any_other_name_is_not() -> None:
    assert personal_fields_in({"policy": {"name": "balanced", "email": "a"}}) == ("policy.email",)
    assert personal_fields_in({"member": {"name": "a"}}) == ("member.name",)


def test_a_document_as_deep_as_its_sender_likes_is_walked_to_its_end() -> None:
    document: dict[str, object] = {"phone": "1"}
    for _ in range(5_000):
        document = {"a": document}

    (found,) = personal_fields_in(document)

    assert found.endswith("a.a.phone")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4), st.sampled_from(sorted(PERSONAL_FIELDS)))
def test_a_personal_field_is_found_in_any_document(document: dict[str, object], field: str) -> None:
    assert field in personal_fields_in({**document, field: "a"})
