"""A policy beside others: every seed loaded anew by each of them, as many at a time as there are processes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from schemas.policy import Policy
from services.simulation.acceptance.figures import Figures, Spread, figures_of, spreads
from services.simulation.acceptance.rivals import by_nearness, one_at_a_time
from services.simulation.errors import RunError
from services.simulation.fresh_folder import refuse_used
from services.simulation.loading import Load, load

NEAREST, ONE_AT_A_TIME = "nearest", "one_at_a_time"
DIGITS = 4

Told = Callable[[int, int], None]
"""Is told how many loads are done, of how many."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: loads of one table by one policy, or by that and its rivals, for each seed."""

    order: Load
    """Of any seed."""
    seeds: Sequence[int]
    with_rivals: bool
    data: Path | None = None
    """Where the policy's own load of a single seed is kept; None: nothing is."""

    def __post_init__(self) -> None:
        assert self.order.people is not None, "policies are compared by people who may not answer"
        assert self.data is None or len(self.seeds) == 1, "one folder holds one load"

    @property
    def policies(self) -> dict[str, Policy]:
        """By name: the policy's own first."""
        ours = self.order.policy
        rivals = {NEAREST: by_nearness(ours), ONE_AT_A_TIME: one_at_a_time(ours)} if self.with_rivals else {}
        return {ours.name: ours} | rivals


@dataclass(frozen=True, slots=True)
class One:
    """One load: a policy and a seed."""

    name: str
    order: Load
    data: Path | None


def compare(wanted: Comparison, processes: int, tell: Told) -> dict[str, dict[str, Spread | None]]:
    """Policy → figure → its mean and spread over all seeds. The same whatever the number of processes.

    Raises:
        MappingError: the table cannot be read at all.
        OSError: the table cannot be opened.
        UsedFolderError: something lies in the folder where a load was to be kept.
        RunError: a load stopped, or its process was ended.
    """
    if wanted.data is not None:
        refuse_used(wanted.data)
    loads = list(_loads(wanted))
    found: dict[str, list[Figures]] = {}
    for done, (one, figures) in enumerate(zip(loads, _figures(loads, processes), strict=True), start=1):
        found.setdefault(one.name, []).append(figures)
        tell(done, len(loads))
    return {name: spreads(figures) for name, figures in found.items()}


def report(found: Mapping[str, Mapping[str, Spread | None]]) -> dict[str, Any]:
    """For programs: the means of the policy's own figures, those of the others `beside` them, and every spread."""
    (_, own), *others = found.items()
    return {
        **_means(own),
        "beside": {name: _means(figures) for name, figures in others},
        "figures": {
            name: {column: _rounded(spread) for column, spread in figures.items()} for name, figures in found.items()
        },
    }


def _loads(wanted: Comparison) -> Iterator[One]:
    """Seed by seed, so that whoever looks on sees all policies come on together."""
    people = wanted.order.people
    assert people is not None
    for seed in wanted.seeds:
        for name, policy in wanted.policies.items():
            order = replace(wanted.order, policy=policy, people=replace(people, seed=seed))
            yield One(name, order, wanted.data if policy is wanted.order.policy else None)


def _figures(loads: Sequence[One], processes: int) -> Iterable[Figures]:
    """The figures of each load, in order."""
    if processes == 1 or len(loads) == 1:
        yield from map(_load, loads)
        return
    try:
        with ProcessPoolExecutor(min(processes, len(loads)), mp_context=get_context("spawn")) as pool:
            yield from pool.map(_load, loads)
    except BrokenProcessPool:
        raise RunError(
            f"one of {processes} processes was ended from outside; start again, with fewer --jobs if memory is short"
        ) from None


def _load(one: One) -> Figures:
    if one.data is not None:
        loaded = load(one.order, one.data)
        return figures_of(loaded.told, loaded.accepted_ms)
    with TemporaryDirectory(prefix="commonweal-") as folder:
        loaded = load(one.order, Path(folder) / "data", is_kept=False)
        return figures_of(loaded.told, loaded.accepted_ms)


def _means(figures: Mapping[str, Spread | None]) -> dict[str, float | None]:
    return {column: None if spread is None else round(spread.mean, DIGITS) for column, spread in figures.items()}


def _rounded(spread: Spread | None) -> dict[str, float] | None:
    return None if spread is None else {name: round(value, DIGITS) for name, value in asdict(spread).items()}
