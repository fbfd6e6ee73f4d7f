"""`commonweal demo`: a generated city day, told on one screen and in one picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import AsJson

if TYPE_CHECKING:
    from schemas.facts import Proposed
    from services.simulation.city_run import CityRun
    from services.simulation.picture_files import PictureFiles
    from services.simulation.story import Story

OUT = Path("commonweal-demo")
SUBTITLE = "Larkmere, a generated city of {members:,} people, on a snowy Tuesday in January"
ASKS_MAX = 20_000

Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Another number is another day; the same number is the same day.")
]
Asks = Annotated[
    int, typer.Option("--asks", min=1, max=ASKS_MAX, help="How many asks there are; people and offers grow with them.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="A fresh data folder; left out, one under --out, made anew each time."),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the picture goes.", file_okay=False)]
WithPicture = Annotated[bool, typer.Option("--picture/--no-picture", help="Draw the picture.")]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("demo")(demo)


def demo(
    seed: Seed = 1,
    asks: Asks = 800,
    data: Data = None,
    out: Out = OUT,
    picture: WithPicture = True,
    as_json: AsJson = False,
) -> None:
    """Watch a city help itself for a day: hundreds of asks, matched and answered, told in words and in a picture.

    The city and its people are generated and do not exist; the matching is the real thing, over a real data folder.
    Nothing is sent to anybody: a demo knows no provider of messages, and nobody's address.

    Exit code 0 when the day is over, 2 when it could not be run.

    Example: `commonweal demo --seed 7`
    """
    from services.simulation.city_run import run_day
    from services.simulation.demo_folder import fresh_demo_folder
    from services.simulation.errors import SimulationError
    from services.simulation.picture_files import write_picture
    from services.simulation.story import best_told, story_of

    try:
        folder = fresh_demo_folder(out) if data is None else data
        day = _watched(run_day, seed, asks, folder, quiet=as_json)
        story = story_of(day.told)
        subtitle = SUBTITLE.format(members=story.members)
        files = write_picture(day.told, story, subtitle, out) if picture else None
    except SimulationError as error:
        raise refuse_usage(str(error)) from None
    except OSError as error:
        raise refuse_usage(f"{out}: {error.strerror}; choose another folder with --out DIR") from None
    match = best_told(day.told)
    if as_json:
        print_json(_found(seed, folder, day, story, match, files))
    else:
        _tell(folder, day, story, match, files)


def _watched(run_day: Any, seed: int, asks: int, folder: Path, *, quiet: bool) -> "CityRun":
    """Run the day under a bar that shows the city's own clock."""
    from services.simulation.city.clock import DAY_END_MS, DAY_START_MS, clock_time
    from services.simulation.display import progress

    with progress("a day in Larkmere", quiet=quiet) as told:

        def tell(now_ms: int, day: Any) -> None:
            told(now_ms - DAY_START_MS, DAY_END_MS - DAY_START_MS, f"{clock_time(now_ms)}, {len(day.asks):,} asks")

        return run_day(seed, asks, folder, tell=tell)  # type: ignore[no-any-return]


def _found(
    seed: int, folder: Path, day: "CityRun", story: "Story", match: "Proposed | None", files: "PictureFiles | None"
) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "seed": seed,
        "story": asdict(story),
        "match_explained": None if match is None else match.match,
        "ticks": day.records,
        "state_hash": day.state_hash,
        "data": str(folder),
        "picture": None if files is None else str(files.svg),
        "page": None if files is None else str(files.page),
        "timing": day.stopwatch.rounded(),
    }


def _tell(folder: Path, day: "CityRun", story: "Story", match: "Proposed | None", files: "PictureFiles | None") -> None:
    from rich.console import Console

    from services.simulation.display import show_lines

    console = Console(highlight=False)
    console.rule(SUBTITLE.format(members=story.members))
    for paragraph in _paragraphs(story):
        show_lines(console, paragraph.heading, paragraph.sentences)
    if match is not None:
        _explain(console, folder, match)
    show_lines(console, "Look around", ())
    for command in ("status", *([] if match is None else [f"explain {match.match}"])):
        console.print(f"  commonweal {command} --data {folder}", markup=False, soft_wrap=True)
    seconds = day.stopwatch.rounded()["total"]
    console.print(f"\nstate_hash {day.state_hash}, after {seconds} s", style="dim", soft_wrap=True)
    if files is not None:
        console.print(f"The picture: {files.page.resolve()}", markup=False, soft_wrap=True)


def _paragraphs(story: "Story") -> Any:
    from schemas.taxonomy.load import load
    from services.simulation.telling import telling

    return telling(story, {need.code: need.label for need in load().needs})


def _explain(console: Any, folder: Path, match: "Proposed") -> None:
    """Why one match was made, in the words that coordinators read."""
    from services.embedded import DataFolder
    from services.simulation.display import show_lines
    from services.simulation.explained import explained

    show_lines(console, "One match, explained", ())
    for section in explained(DataFolder(folder).board, match):
        show_lines(console, section.heading, section.lines, inward=2)
