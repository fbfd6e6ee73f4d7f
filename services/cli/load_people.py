"""`commonweal load --answers curve`: how a policy does where people may not answer, beside others."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli.arguments import print_json, refuse_usage

if TYPE_CHECKING:
    from services.simulation.loading import Load


def compare_loads(
    order: "Load", seeds: int, jobs: int | None, data: Path | None, mapping: str, *, with_rivals: bool, as_json: bool
) -> None:
    """Load the table once for each seed and policy, and tell how they compare."""
    from services.simulation.acceptance.comparing import NEAREST, ONE_AT_A_TIME, Comparison, compare, report
    from services.simulation.display import progress

    if data is not None and seeds > 1:
        raise refuse_usage(f"--data keeps one load, and --seeds {seeds} are as many; leave one of the two out")
    if order.policy.name in (NEAREST, ONE_AT_A_TIME):
        raise refuse_usage(f"the report calls a policy of its own {order.policy.name}; give yours another `name`")
    wanted = Comparison(order, range(1, seeds + 1), with_rivals=with_rivals, data=data)
    with progress(f"loading {order.table.name}", quiet=False) as told:
        figures = compare(wanted, jobs or os.cpu_count() or 1, lambda done, loads: told(done, loads, f"{done}/{loads}"))
    found = {**_asked_for(order, mapping, seeds), **report(figures)}
    if as_json:
        print_json(found)
    else:
        _show(found, data)


def _asked_for(order: "Load", mapping: str, seeds: int) -> dict[str, Any]:
    assert order.people is not None
    return {
        "file": order.table.name,
        "mapping": mapping,
        "policy": order.policy.name,
        "answers": order.answers,
        "accept_mean": order.people.accept_mean,
        "thin_asks": order.changes.thin_asks,
        "seeds": seeds,
        "tick_ms": order.policy.tick_ms,
    }


def _show(found: dict[str, Any], data: Path | None) -> None:
    from rich.console import Console

    from services.simulation.acceptance.display import figures_table

    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"{found['file']}, answers as people give them, {found['accept_mean']:.0%} accept on average; "
        f"means of {found['seeds']} seeds, and from seed to seed the standard deviation"
    )
    console.print(figures_table(found))
    if data is not None:
        console.print(f"look closer: commonweal status --data {data}", style="dim")
