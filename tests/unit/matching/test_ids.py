from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.ids import FEW, Ids, ids_of, with_id, without_id

names = st.integers(0, 2 * FEW).map(str)


@given(st.lists(st.tuples(st.booleans(), names)))
def test_ids_are_a_set_in_order_however_they_are_held(changes: list[tuple[bool, str]]) -> None:
    ids: Ids = ()
    model: dict[str, None] = {}
    for comes, name in changes:
        if comes:
            ids = with_id(ids, name)
            model.setdefault(name)
        elif name in model:
            ids = without_id(ids, name)
            del model[name]
        assert list(ids) == list(model)
        assert ids == ids_of(list(model))
        assert isinstance(ids, tuple) is (len(model) <= FEW)


@pytest.mark.parametrize("held", [ids_of, dict.fromkeys])
def test_an_id_that_is_not_there_cannot_be_taken_away(held: Callable[[list[str]], Ids]) -> None:
    with pytest.raises(AssertionError, match="b is not among the 1 ids it is taken from"):
        without_id(held(["a"]), "b")
