"""`commonweal load`: a table of asks and offers on a virtual clock, and a report on what came of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.policy_document import policy_named
from services.cli.times import time_ms

if TYPE_CHECKING:
    from schemas.policy import Policy
    from services.simulation.loading import Load, Loaded
    from services.simulation.row_changes import RowChanges

Table = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with a header.", exists=True, dir_okay=False)]
Mapping = Annotated[
    str, typer.Option("--mapping", metavar="NAME|FILE", help="How its rows become events: `city-hour`, or a TOML file.")
]
PolicyName = Annotated[
    str,
    typer.Option(
        "--policy", metavar="NAME|FILE", help="reach, near, balanced, or a JSON file as `policy show` prints."
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder; made if it is not there.", file_okay=False, metavar="DIR"),
]
Answers = Annotated[
    str | None,
    typer.Option(
        "--answers",
        metavar="accept|none|curve",
        help="Who is asked says yes, or nothing, or answers as people do; the mapping's own if left out.",
    ),
]
Tick = Annotated[
    str | None,
    typer.Option("--tick", metavar="TIME", help="How often rounds run, such as 2s or 500ms; the policy's if left out."),
]
WithReport = Annotated[
    bool, typer.Option("--report", help="Hold the outcome against simple policies and the best possible in hindsight.")
]
AcceptMean = Annotated[
    float,
    typer.Option("--accept-mean", metavar="SHARE", help="With `curve`: how likely people accept, on average."),
]
Seeds = Annotated[
    int, typer.Option("--seeds", min=1, max=1_000, help="With `curve`: how many times, each with other people.")
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="With `curve`: processes at a time; one for each processor if left out."),
]
ThinAsks = Annotated[
    int, typer.Option("--thin-asks", min=1, metavar="N", help="Keep only every Nth ask, the first one first.")
]
AskPatience = Annotated[
    str | None, typer.Option("--ask-patience", metavar="TIME", help="How long each ask stays, such as 6h.")
]
OfferPatience = Annotated[
    str | None, typer.Option("--offer-patience", metavar="TIME", help="How long each offer stays, such as 4h.")
]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("load")(load)


def load(
    table: Table,
    mapping: Mapping = "city-hour",
    policy: PolicyName = "balanced",
    data: Data = None,
    report: WithReport = False,
    answers: Answers = None,
    accept_mean: AcceptMean = 0.2,
    seeds: Seeds = 1,
    jobs: Jobs = None,
    thin_asks: ThinAsks = 1,
    ask_patience: AskPatience = None,
    offer_patience: OfferPatience = None,
    tick: Tick = None,
    as_json: AsJson = False,
) -> None:
    """Load a table into a fresh data folder, as if its hours passed now, and match it as its time passes.

    Needs, members and answers that the table lacks are invented by the mapping, and called so. The folder lives on
    the load's own clock from then on: look at it with `status`, `explain` and `replay`.

    With `--answers curve` people may not answer: figures are means over `--seeds`, each a load of its own, and
    `--report` sets the same policy ranking by nearness, and asking one at a time, beside it. Folders are kept only for
    a single seed with `--data`.

    Exit code 0 when it was loaded, rows that could not be read counted; 2 when it could not be.

    Example: `commonweal load city-hour.csv --mapping city-hour --policy reach --data hour --report`
    """
    from services.cli.load_people import compare_loads
    from services.simulation.errors import SimulationError
    from services.simulation.row_changes import RowChanges

    changes = RowChanges(
        thin_asks, time_ms("--ask-patience", ask_patience), time_ms("--offer-patience", offer_patience)
    )
    order = _order(table, mapping, policy, answers, tick, changes, accept_mean)
    try:
        if order.people is not None:
            compare_loads(order, seeds, jobs, data, mapping, with_rivals=report, as_json=as_json)
        else:
            _load_once(order, data or DEFAULT, mapping, with_report=report, as_json=as_json)
    except SimulationError as error:
        raise refuse_usage(str(error)) from None
    except OSError as error:
        raise refuse_usage(f"{table.name}: {error.strerror}; give a file that can be read") from None


def _order(
    table: Path,
    mapping: str,
    policy: str,
    answers: str | None,
    tick: str | None,
    changes: "RowChanges",
    accept_mean: float,
) -> "Load":
    from services.intake import find_mapping
    from services.simulation.acceptance.people import People
    from services.simulation.loading import ANSWERS, CURVE, Load

    mapped = find_mapping(mapping)
    how = answers or mapped.answers or "none"
    if how not in ANSWERS:
        raise refuse_usage(f"--answers is {how}; give one of {', '.join(ANSWERS)}")
    if how == CURVE:
        if not 0 < accept_mean < 1:
            raise refuse_usage(f"--accept-mean is {accept_mean}; give a share between 0 and 1, such as 0.2")
        return Load(table, mapped, _ticking(policy_named(policy), tick), how, People(1, accept_mean), changes)
    try:
        wanted = mapped.policy_over(policy_named(policy))
    except ValueError as error:
        raise refuse_usage(f"the mapping's wishes and policy {policy} do not go together: {error}") from None
    return Load(table, mapped, _ticking(wanted, tick), how, changes=changes)


def _load_once(order: "Load", data: Path, mapping: str, *, with_report: bool, as_json: bool) -> None:
    from services.simulation.display import progress
    from services.simulation.loading import load as load_table

    with progress(f"loading {order.table.name}", quiet=as_json) as told:
        loaded = load_table(order, data, tell=lambda come_ms, goes_ms: told(come_ms, goes_ms, ""))
    found = _found(order, loaded, mapping, with_report=with_report)
    if as_json:
        print_json(found)
    else:
        _show(found, data)


def _ticking(policy: "Policy", tick: str | None) -> "Policy":
    from pydantic import ValidationError

    from schemas.policy import Policy

    tick_ms = time_ms("--tick", tick)
    if tick_ms is None:
        return policy
    try:
        return Policy.model_validate({**policy.model_dump(), "tick_ms": tick_ms})
    except ValidationError:
        raise refuse_usage(
            f"--tick is {tick}; rounds run every 100ms at the soonest and every 60min at the latest"
        ) from None


def _found(order: "Load", loaded: "Loaded", mapping: str, *, with_report: bool) -> dict[str, Any]:
    """Everything there is to say, for programs; what was decided first, the machine's own time last."""
    from services.simulation.report import counts_of, report_on

    with loaded.stopwatch.stage("report"):
        told = report_on(loaded.told, loaded.rows) if with_report else counts_of(loaded.told, loaded.rows)
    return {
        "file": order.table.name,
        "mapping": mapping,
        "policy": order.policy.name,
        "answers": order.answers,
        "tick_ms": order.policy.tick_ms,
        "rejected": loaded.submitted.rejected_total,
        "rejected_why": dict(loaded.submitted.rejected),
        "rejected_first": loaded.submitted.examples,
        "refused": dict(loaded.told.refusals),
        "ticks": loaded.records,
        **told,
        "state_hash": loaded.state_hash,
        "timing": loaded.stopwatch.rounded(),
    }


def _show(found: dict[str, Any], data: Path) -> None:
    from rich.console import Console

    from services.simulation.display import report_table

    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"{found['asks']:,} asks and {found['offers']:,} offers from {found['file']}, policy {found['policy']}: "
        f"{found['proposals']:,} proposals, {found['pairs']:,} asks accepted, in {found['ticks']:,} ticks"
    )
    for example in found["rejected_first"]:
        console.print(f"  not let in: {example}", markup=False)
    if found["rejected"]:
        console.print(
            f"{found['rejected']:,} rows were not let in; `commonweal dead-letters list --data {data}` has them"
        )
    if "baselines" in found:
        console.print(report_table(found))
    console.print(f"state_hash {found['state_hash']}")
    console.print(f"{found['timing']['total']} s; look closer: commonweal status --data {data}", style="dim")
