"""An honest log is found clean: whatever the engine decides, the auditor has nothing to say against it."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from schemas.journal import JournalRecord
from schemas.taxonomy.load import load
from services.audit import NO_CHAIN, Auditor, continued
from services.matching import Engine, canonical
from tests.property.journals import journals

pytestmark = pytest.mark.slow
TAXONOMY = load()


@settings(max_examples=60)
@given(journals())
def test_what_the_engine_decides_keeps_every_rule(journal: Sequence[JournalRecord]) -> None:
    engine, auditor, chain = Engine(TAXONOMY), Auditor(0, TAXONOMY), NO_CHAIN
    for record in journal:
        block = engine.apply(record)
        breach = auditor.check(record, block)
        assert breach is None, breach.sentence
        chain = continued(chain, canonical.encode(block))
    assert chain == engine.state.chain
