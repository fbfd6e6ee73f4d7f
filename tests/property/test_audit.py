"""An honest log is found clean: whatever the engine decides, the auditor has nothing to say against it."""

from collections.abc import Sequence
from dataclasses import asdict

import pytest
from hypothesis import given, settings

from schemas.journal import JournalRecord
from schemas.taxonomy.load import load
from services.audit import NO_CHAIN, Auditor, Bounds, continued
from services.matching import Engine, canonical
from services.matching.limits import Limits
from tests.property.journals import journals, limits

pytestmark = pytest.mark.slow
TAXONOMY = load()


@settings(max_examples=60)
@given(journals(), limits)
def test_what_the_engine_decides_keeps_every_rule(journal: Sequence[JournalRecord], limits: Limits) -> None:
    engine, chain = Engine(TAXONOMY, limits=limits), NO_CHAIN
    auditor = Auditor(0, TAXONOMY, Bounds(**asdict(limits)))
    for record in journal:
        block = engine.apply(record)
        breach = auditor.check(record, block)
        assert breach is None, breach.sentence
        chain = continued(chain, canonical.encode(block))
    assert chain == engine.state.chain
