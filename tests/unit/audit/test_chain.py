"""Bytes that were changed do not continue the chain."""

import pytest

from services.audit import NO_CHAIN, BrokenRuleError, continued
from services.embedded import verify
from services.matching import canonical
from tests.unit.audit.liars import ACCEPTED, PARTITION, TAXONOMY, told


def test_the_chain_goes_on_as_the_engine_wrote_it() -> None:
    chain = NO_CHAIN
    for block in told(ACCEPTED).blocks:
        chain = continued(chain, canonical.encode(block))
        assert chain == block.chain


def test_a_changed_byte_is_noticed() -> None:
    (first, *_) = told(ACCEPTED).blocks
    changed = canonical.encode(first).replace(b'"cell_m":100', b'"cell_m":101')

    with pytest.raises(BrokenRuleError, match=f"chain: the block says its chain is {first.chain}"):
        continued(NO_CHAIN, changed)


def test_bytes_without_a_chain_are_noticed() -> None:
    with pytest.raises(BrokenRuleError, match="chain: the block does not end in its chain"):
        continued(NO_CHAIN, b'{"facts":[]}')


def test_a_block_that_continues_another_history_is_named() -> None:
    log = told(ACCEPTED).unsealed()

    breach = verify(log, TAXONOMY).breach

    assert breach is not None
    assert (breach.rule.name, breach.partition, breach.offset, breach.fact) == ("chain", PARTITION, 2, None)
