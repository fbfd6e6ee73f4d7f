import gc
from collections.abc import Iterator

import pytest

from services.runtime.collector import NEW_OBJECTS_MAX, collect_rarely


@pytest.fixture(autouse=True)
def _own_pace() -> Iterator[None]:
    pace = gc.get_threshold()
    yield
    gc.set_threshold(*pace)


def test_the_collector_looks_around_rarely_and_is_not_off() -> None:
    collect_rarely()
    collect_rarely()

    assert gc.isenabled()
    assert gc.get_threshold()[0] == NEW_OBJECTS_MAX
