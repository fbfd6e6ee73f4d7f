"""One field that was changed is found, and named by the rule it breaks."""

import pytest

from services.embedded import Proof, verify
from tests.unit.audit.liars import TAXONOMY
from tests.unit.audit.small_lies import SMALL


@pytest.mark.parametrize("name", SMALL)
def test_the_auditor_names_the_fact_and_the_rule(name: str) -> None:
    lie = SMALL[name].lie()

    breach = lie.log.audited()

    assert breach is not None
    assert (breach.rule.name, breach.offset, breach.fact) == (lie.rule, lie.offset, lie.fact), breach.sentence


@pytest.mark.parametrize("name", SMALL)
def test_deciding_again_finds_it_as_well(name: str) -> None:
    lie = SMALL[name].lie()

    breach = verify(lie.log.log(), TAXONOMY, (Proof.chain, Proof.again)).breach

    assert breach is not None
    assert (breach.rule.name, breach.offset, breach.fact) == ("decided_again", lie.offset, lie.fact)
