"""A block is written once: what goes to the log is what the models say, and the chain goes over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decided_examples import FACTS
from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, Refused
from services.matching import canonical

CHAIN = "a" * 64


def block_of(*facts: AnyFact) -> DecisionBlock:
    return DecisionBlock(
        source=7, logic="1+2+3", policies={"a": "b@1"}, now_ms=5, told_ms=6, facts=facts, chain=canonical.NO_CHAIN
    )


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.fact)
def test_every_fact_is_written_as_its_model_writes_it(fact: AnyFact) -> None:
    block = block_of(fact, fact)

    assert canonical.encode(block) == block.model_dump_json().encode()


@given(st.text(max_size=64))
def test_whatever_a_word_is_made_of_it_is_written_as_its_model_writes_it(word: str) -> None:
    block = block_of(Refused(community="a", cause=word, what=word, reason="not_proposed"))

    assert canonical.encode(block) == block.model_dump_json().encode()


def test_a_sealed_block_and_its_bytes_are_one_and_continue_the_chain() -> None:
    sealed = canonical.sealed(CHAIN, block_of(*FACTS))

    assert sealed.written == canonical.encode(sealed.block)
    assert DecisionBlock.model_validate_json(sealed.written) == sealed.block
    assert canonical.next_chain(CHAIN, sealed.written) == sealed.block.chain
    assert canonical.next_chain("b" * 64, sealed.written) != sealed.block.chain
