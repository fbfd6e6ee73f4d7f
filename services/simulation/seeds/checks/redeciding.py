"""The journal decided once more, and every promise audited: byte for byte what is recorded, and right.

The naive engine decides here, the fast one in `verify`: both come to what is recorded, and so to the same.
"""

from collections.abc import Iterator

from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact
from schemas.taxonomy import Taxonomy
from services.embedded import verify
from services.matching import Engine, NaiveIndex, encode
from services.runtime.log import Log
from services.simulation.seeds.checks.records import Decided

SHOWN_CHARS = 300


def verify_finds_nothing(log: Log, taxonomy: Taxonomy) -> Iterator[str]:
    """The first broken promise: chain, rules, decided again, best."""
    breach = verify(log, taxonomy).breach
    if breach is not None:
        yield breach.sentence


def naive_engine_decides_what_is_recorded(
    decided: tuple[Decided, ...], taxonomy: Taxonomy, live_hash: str
) -> Iterator[str]:
    """A breach in one partition: the first difference, since all that follow may come of it.

    Args:
        live_hash: of the state as it lived through crashes and snapshots.
    """
    engine = Engine(taxonomy, NaiveIndex)
    difference = next(_differences(engine, decided), None)
    if difference is not None:
        yield f"{difference} by the naive engine"
    elif engine.state_hash() != live_hash:
        yield f"partition {decided[0].partition}: the naive engine comes to another state than lived on"


def _differences(engine: Engine, decided: tuple[Decided, ...]) -> Iterator[str]:
    for one in decided:
        try:
            block = engine.apply(one.asked)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sentence names the place, and the seed repeats it
            yield f"{one.place}: {type(error).__name__} {error} is raised"
            return
        if encode(block) != one.written:
            yield f"{one.place}: {_first_difference(one.block, block)}"


def _first_difference(recorded: DecisionBlock, decided: DecisionBlock) -> str:
    for position, (was, now) in enumerate(zip(recorded.facts, decided.facts, strict=False)):
        if was != now:
            return f"fact {position} is recorded as {_told(was, now)}, and decided as {_told(now, was)}"
    if len(recorded.facts) != len(decided.facts):
        return f"{len(recorded.facts)} facts are recorded, and {len(decided.facts)} decided"
    return (
        f"now {recorded.now_ms}, chain {recorded.chain[:8]} are recorded, {decided.now_ms}, {decided.chain[:8]} decided"
    )


def _told(fact: AnyFact, other: AnyFact) -> str:
    """What a fact is, and what of it is not as in the other."""
    said, others = fact.model_dump(mode="json"), other.model_dump(mode="json")
    differing = {name: value for name, value in said.items() if others.get(name) != value}
    shown = f"{fact.fact} {differing}"
    return shown if len(shown) <= SHOWN_CHARS else f"{shown[:SHOWN_CHARS]}…"
