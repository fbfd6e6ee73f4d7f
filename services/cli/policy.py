"""`commonweal policy`: how a community matches, and changing it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import AllowLeap, FolderIfThere, print_json, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson, DataFolder
from services.cli.policy_document import policy_named

if TYPE_CHECKING:
    from schemas.policy import Policy
    from services.cli.letting_in import LetIn

app = typer.Typer(no_args_is_help=True, help="Policies: the dial between coverage, way and wait.")
Name = Annotated[str | None, typer.Argument(metavar="NAME", help="A shipped policy; left out, an overview is shown.")]
Wanted = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="A shipped policy, or a JSON file like `show` prints.")
]
Community = Annotated[str | None, typer.Option("--community", help="One community; all of them otherwise.")]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="policy")


@app.command("show")
def show_policy(name: Name = None, data: FolderIfThere = DEFAULT, as_json: AsJson = False) -> None:
    """Print a shipped policy as JSON, or which ones there are and which decide where.

    Example: `commonweal policy show near > ours.json`, then change `ours.json` and `policy set ours.json`
    """
    from schemas.presets import PRESETS

    if name is not None:
        print_json(_shipped(name).model_dump(mode="json"))
        return
    deciding = _deciding(data)
    if as_json:
        print_json({"shipped": sorted(PRESETS), "communities": deciding})
        return
    typer.echo(f"shipped: {', '.join(sorted(PRESETS))}; `commonweal policy show NAME` prints one")
    for community, called in deciding.items():
        typer.echo(f"{community}: {called}")


@app.command("set")
def set_policy(
    policy: Wanted,
    data: DataFolder = DEFAULT,
    community: Community = None,
    allow_leap: AllowLeap = False,
    as_json: AsJson = False,
) -> None:
    """Let another policy decide from now on; what was decided stays as people were told.

    A policy of the same name as the one in force must not have a lower `version`.

    Exit code 0 when it decides now (or was handed to a running `up`), 1 when it was refused, 2 when the command or the
    folder is not right.

    Example: `commonweal policy set reach --data city --community riverside`
    """
    from schemas.operations import PolicySet
    from services.cli.letting_in import let_in
    from services.embedded import DataFolder as Folder
    from services.embedded import operator_event
    from services.runtime.log import wall_clock

    wanted = policy_named(policy)
    Folder(data).expect_data()
    names = _addressed(data, community)
    now_ms = wall_clock()
    raws = [
        operator_event(PolicySet(community=name, policy=wanted), f"policy.{now_ms}.{number}")
        for number, name in enumerate(names)
    ]
    done = let_in(data, raws, leap_allowed=allow_leap)
    refused = _refusals(done)
    if as_json:
        print_json({"policy": f"{wanted.name}@{wanted.version}", "communities": names, "refused": refused})
    else:
        _tell(wanted, names, done, refused)
    if refused:
        raise typer.Exit(1)


def _shipped(name: str) -> "Policy":
    from schemas.presets import PRESETS

    if name not in PRESETS:
        raise refuse_usage(f"there is no shipped policy {name}; there are: {', '.join(sorted(PRESETS))}")
    return PRESETS[name]


def _deciding(data: Path) -> dict[str, str]:
    """Community → the policy that decides there."""
    from services.board import BoardMissing, BoardReader, communities
    from services.embedded import DataFolder as Folder

    try:
        with BoardReader(Folder(data).board) as board:
            known = communities(board)
    except BoardMissing:
        return {}
    return {
        each.community: "the engine's own" if each.policy is None else f"{each.policy.name}@{each.policy.version}"
        for each in known
    }


def _addressed(data: Path, community: str | None) -> list[str]:
    known = sorted(_deciding(data))
    if community is not None and community not in known:
        raise refuse_usage(f"there is no community {community} in {data}; there are: {', '.join(known) or 'none yet'}")
    if not known:
        raise refuse_usage(f"{data} has no community yet; `submit` an event `community.defined` first")
    return known if community is None else [community]


def _refusals(done: "LetIn") -> dict[str, int]:
    """Why it was not taken: by the door, or by the engine."""
    decided = {kind: count for kind, count in done.followed.items() if kind.startswith("event.refused")}
    return dict(done.report.rejected) | decided


def _tell(wanted: "Policy", names: list[str], done: "LetIn", refused: dict[str, int]) -> None:
    called, where = f"{wanted.name}@{wanted.version}", ", ".join(names)
    if refused:
        typer.echo(f"{called} was refused: {', '.join(refused)}; raise its `version`, or rename it", err=True)
    elif done.handed_over:
        typer.echo(f"{called} was handed to the `commonweal up` that runs on this folder, for {where}")
    else:
        typer.echo(f"{called} decides in {where} from now on")
    for trouble in done.troubles:
        typer.echo(trouble.sentence, err=True)
