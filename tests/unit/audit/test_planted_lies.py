"""Every lie is found and named: by the auditor with its rule and place, and by deciding again."""

import pytest

from services.audit import RULES
from services.embedded import Proof, verify
from tests.unit.audit.liars import ACCEPTED, PARTITION, TAXONOMY, told
from tests.unit.audit.lies import LIES
from tests.unit.audit.small_lies import SMALL

FOUND_WITHOUT_AN_AUDITOR = {"chain", "folds", "decided_again", "best_answer"}
"""What `verify` finds by other means; their tests are `test_chain`, `test_optimality` and `test_verifying`."""


@pytest.mark.parametrize("name", LIES)
def test_the_auditor_names_the_rule_and_the_place(name: str) -> None:
    lie = LIES[name]()

    breach = lie.log.audited()

    assert breach is not None
    assert (breach.rule.name, breach.offset, breach.fact) == (lie.rule, lie.offset, lie.fact), breach.sentence
    assert breach.sentence.startswith(f"partition {PARTITION}, decision {lie.offset}")


@pytest.mark.parametrize("name", LIES)
def test_deciding_again_finds_it_without_the_auditor(name: str) -> None:
    lie = LIES[name]()

    breach = verify(lie.log.log(), TAXONOMY, (Proof.chain, Proof.again)).breach

    assert breach is not None
    assert (breach.rule.name, breach.offset) == ("dense" if lie.rule == "dense" else "decided_again", lie.offset)


@pytest.mark.parametrize("name", LIES)
def test_verify_stops_at_the_first_breach(name: str) -> None:
    lie = LIES[name]()

    found = verify(lie.log.log(), TAXONOMY)

    assert found.breach is not None
    assert (found.breach.rule.name, found.breach.offset, found.breach.fact) == (lie.rule, lie.offset, lie.fact)
    assert found.partitions[-1].records <= lie.offset


def test_every_rule_an_auditor_can_find_broken_has_a_lie_that_breaks_it() -> None:
    broken = {lie().rule for lie in LIES.values()} | {small.rule for small in SMALL.values()}

    assert {rule.name for rule in RULES} - broken == FOUND_WITHOUT_AN_AUDITOR


def test_the_same_story_told_honestly_is_clean() -> None:
    found = verify(told(ACCEPTED).log(), TAXONOMY)

    assert found.breach is None
    assert found.partitions[0].decided_again == found.partitions[0].records > 0
