"""The id of a match is the UUID of what it joins."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.matching.decide.proposals import MATCH_NAMESPACE, match_id

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True)


@given(NAMES, NAMES, NAMES, st.integers(1, 10_000))
def test_an_id_is_the_uuid_of_its_four_parts(community: str, ask: str, offer: str, attempt: int) -> None:
    expected = uuid5(MATCH_NAMESPACE, f"{community}/{ask}/{offer}/{attempt}")

    assert match_id(community, ask, offer, attempt) == str(expected)
    assert UUID(match_id(community, ask, offer, attempt)).version == 5


def test_ids_stay_what_they_were() -> None:
    assert match_id("riverside", "a-1", "o-1", 1) == "7c5cc7fb-7ccb-5880-801c-f148de66167c"
