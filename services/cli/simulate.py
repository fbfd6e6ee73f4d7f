"""`commonweal simulate`: generated small cities in which everything happens that may, each checked afterwards."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import AsJson

if TYPE_CHECKING:
    from services.simulation.seeds import Outcome

SEEDS = re.compile(r"(?P<first>\d{1,9})(\.\.(?P<last>\d{1,9}))?")

Seeds = Annotated[str, typer.Option("--seeds", metavar="A..B", help="From this seed to that one, both counted.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, max=64, help="So many processes at a time.")]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("simulate")(simulate)


def simulate(seeds: Seeds = "1..20", jobs: Jobs = 1, as_json: AsJson = False) -> None:
    """Look for bugs: live through generated small cities, and check everything that was decided in them.

    Each seed is a city of its own, with a policy nobody would choose, duplicates, events that come early and late,
    rubbish, stalled intake, leaping clocks, and a process that is killed between any two of its steps. Afterwards every
    event must have been answered once, both engines must decide the same again, byte for byte, and state and board must
    be what the log says. The same seed is the same city on every machine.

    Exit code 0 when all of it holds, 1 when something does not, 2 when the seeds cannot be read.

    Example: `commonweal simulate --seeds 1..1000 --jobs 4`
    """
    from services.simulation.seeds import command, run_seeds

    wanted = _range(seeds)
    outcomes = []
    for outcome in run_seeds(wanted, jobs, told=_silently if as_json else _begin):
        outcomes.append(outcome)
        if not as_json:
            _tell(outcome, command(outcome.seed))
    broken = sorted(outcome.seed for outcome in outcomes if not outcome.holds)
    if as_json:
        print_json(_found(outcomes, [command(seed) for seed in broken]))
    else:
        typer.echo(f"{len(outcomes):,} seeds lived through, {len(broken):,} in which something does not hold")
    if broken:
        raise typer.Exit(1)


def _range(seeds: str) -> range:
    found = SEEDS.fullmatch(seeds)
    if found is None or int(found["last"] or found["first"]) < int(found["first"]):
        raise refuse_usage(f"--seeds is {seeds}; give two numbers such as 1..50, the smaller one first, or one number")
    return range(int(found["first"]), int(found["last"] or found["first"]) + 1)


def _begin(seed: int) -> None:
    """The seed, before anything of it can go wrong or hang."""
    typer.echo(f"seed {seed}: ", nl=False)


def _silently(seed: int) -> None:
    """Nothing: programs read the whole answer."""


def _tell(outcome: "Outcome", command: str) -> None:
    """What was lived through; where something does not hold, what it is and how to see it again."""
    lived = f"{outcome.admitted} events, {outcome.records} records, {outcome.facts} facts, {outcome.crashes} crashes"
    typer.echo(f"{lived}, {outcome.state_hash[:12] if outcome.holds else 'and something does not hold'}")
    for breach in outcome.breaches:
        typer.echo(f"  {breach}")
    if not outcome.holds:
        typer.echo(f"  again: {command}")


def _found(outcomes: "list[Outcome]", commands: list[str]) -> dict[str, Any]:
    from dataclasses import asdict

    in_order = sorted(outcomes, key=lambda outcome: outcome.seed)
    return {
        "seeds": len(outcomes),
        "broken": len(commands),
        "again": commands,
        "outcomes": [asdict(outcome) for outcome in in_order],
    }
