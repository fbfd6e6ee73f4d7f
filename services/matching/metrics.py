"""What deciding counts for the operator: the same in both shells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.codes import Urgency
from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, EventQuarantined, Proposed
from services.matching.engine import Engine
from services.matching.logtime import is_round
from services.matching.waiting_asks import WaitingAsks
from services.runtime.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Took:
    """How deciding a record went."""

    seconds: float
    before_ms: int
    """Where log time stood before it."""


def count(metrics: Metrics, engine: Engine, block: DecisionBlock, took: Took) -> None:
    """Count a block that the log acknowledged.

    Args:
        engine: that decided it, a record or so ago.
    """
    metrics.records_decided.inc()
    metrics.decide_seconds.observe(took.seconds)
    communities = engine.state.communities.items()
    if any(is_round(name, took.before_ms, block.now_ms, one.policy.tick_ms) for name, one in communities):
        metrics.round_seconds.observe(took.seconds)
    for limit in tuple(engine.filled):
        metrics.records_full.inc(engine.filled.pop(limit), limit=limit)
    _count_facts(metrics, engine, block.facts)


def show_waits(metrics: Metrics, partitions: Sequence[WaitingAsks]) -> None:
    """Show how many asks wait in these partitions together, and since when."""
    for urgency in Urgency:
        found = [one.waits(urgency) for one in partitions]
        metrics.asks_waiting.set(sum(one.waiting for one in found), urgency=urgency)
        metrics.asks_overdue.set(sum(one.overdue for one in found), urgency=urgency)
        longest_ms = max((one.longest_ms for one in found), default=0)
        metrics.oldest_waiting_seconds.set(longest_ms / 1_000, urgency=urgency)


def _count_facts(metrics: Metrics, engine: Engine, facts: Iterable[AnyFact]) -> None:
    """Kinds are told apart by name: to ask a model's class whether a fact is one takes longer than to count it."""
    numbers: dict[str, int] = {}
    for fact in facts:
        numbers[fact.fact] = numbers.get(fact.fact, 0) + 1
        if type(fact) is Proposed:
            _observe_wait(metrics, engine, fact)
        elif type(fact) is EventQuarantined:
            metrics.quarantined.inc()
    for kind, number in numbers.items():
        metrics.facts.inc(number, kind=kind)


def _observe_wait(metrics: Metrics, engine: Engine, fact: Proposed) -> None:
    """How long an ask waited for its first proposal; those after it answer refusals and silence."""
    community = engine.state.communities.get(fact.community)
    ask = community.asks.get(fact.ask) if community is not None else None
    if fact.attempt == 1 and ask is not None:
        metrics.ask_to_proposal_seconds.observe((fact.proposed_ms - ask.spec.opened_ms) / 1_000)
