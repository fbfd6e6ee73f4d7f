"""`commonweal demo`: a generated city day, told on one screen and in one picture."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import AsJson

if TYPE_CHECKING:
    from schemas.facts import Proposed
    from services.embedded import Verified
    from services.simulation.city_run import CityRun
    from services.simulation.picture_files import PictureFiles
    from services.simulation.story import Story

T = TypeVar("T")
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

    The city and its people are generated and do not exist; the matching is the real thing, over a real data folder, and
    what it decided is proved in the end. Beside it the same day is lived through a second time, asking one person at a
    time. Nothing is sent to anybody: a demo knows no provider of messages, and nobody's address.

    Exit code 0 when the day is over, 1 when what was decided is not right, 2 when it could not be run.

    Example: `commonweal demo --seed 7`
    """
    from services.simulation.errors import SimulationError

    try:
        lived = _lived(seed, asks, data, out, picture=picture, quiet=as_json)
    except SimulationError as error:
        raise refuse_usage(str(error)) from None
    except OSError as error:
        raise refuse_usage(f"{out}: {error.strerror}; choose another folder with --out DIR") from None
    if as_json:
        print_json(_found(seed, lived))
    else:
        _tell(lived)
    if lived.verified.breach is not None:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Lived:
    """A day, what came of it, and what it is held against."""

    folder: Path
    day: "CityRun"
    story: "Story"
    beside: "Story"
    """The same day, one at a time."""
    verified: "Verified"
    match: "Proposed | None"
    """The one that is explained."""
    files: "PictureFiles | None"


def _lived(seed: int, asks: int, data: Path | None, out: Path, *, picture: bool, quiet: bool) -> _Lived:
    from services.simulation.beside import lived_beside
    from services.simulation.demo_folder import fresh_demo_folder
    from services.simulation.fresh_folder import refuse_used
    from services.simulation.picture_files import write_picture
    from services.simulation.proof import prove
    from services.simulation.story import best_told, story_of

    folder = fresh_demo_folder(out) if data is None else data
    refuse_used(folder)
    with lived_beside(seed, asks) as beside:
        day = _watched(seed, asks, folder, quiet=quiet)
        story = story_of(day.told)
        subtitle = SUBTITLE.format(members=story.members)
        files = write_picture(day.told, story, subtitle, out) if picture else None
        with day.stopwatch.stage("verify"):
            verified = _waited("proving every decision of it", prove, folder, quiet=quiet)
        with day.stopwatch.stage("one at a time"):
            other = _waited("the same day, one at a time", beside, quiet=quiet)
    return _Lived(folder, day, story, other, verified, best_told(day.told), files)


def _watched(seed: int, asks: int, folder: Path, *, quiet: bool) -> "CityRun":
    """Run the day under a bar that shows the city's own clock."""
    from services.simulation.city.clock import DAY_END_MS, DAY_START_MS, clock_time
    from services.simulation.city_run import run_day
    from services.simulation.display import progress

    with progress("a day in Larkmere", quiet=quiet) as told:

        def tell(now_ms: int, day: Any) -> None:
            told(now_ms - DAY_START_MS, DAY_END_MS - DAY_START_MS, f"{clock_time(now_ms)}, {len(day.asks):,} asks")

        return run_day(seed, asks, folder, tell=tell)


def _waited(what: str, do: Callable[..., T], *arguments: object, quiet: bool) -> T:
    """Do it under a bar that says what is waited for."""
    from services.simulation.display import progress

    with progress(what, quiet=quiet):
        return do(*arguments)


def _found(seed: int, lived: _Lived) -> dict[str, Any]:
    from dataclasses import asdict

    breach, match, files = lived.verified.breach, lived.match, lived.files
    return {
        "seed": seed,
        "story": asdict(lived.story),
        "one_at_a_time": asdict(lived.beside),
        "verify": {"clean": breach is None, "breach": breach and breach.sentence},
        "match_explained": None if match is None else match.match,
        "ticks": lived.day.records,
        "state_hash": lived.day.state_hash,
        "data": str(lived.folder),
        "picture": None if files is None else str(files.svg),
        "page": None if files is None else str(files.page),
        "timing": lived.day.stopwatch.rounded(),
    }


def _tell(lived: _Lived) -> None:
    from rich.console import Console

    from services.simulation.comparison import ASIDE, compared, in_short
    from services.simulation.display import comparison_table, show_lines, show_sentence
    from services.simulation.proof import proof_sentences

    console, match = Console(highlight=False), lived.match
    console.rule(SUBTITLE.format(members=lived.story.members))
    for paragraph in _paragraphs(lived.story):
        show_lines(console, paragraph.heading, paragraph.sentences)
    show_lines(console, "Beside asking one at a time", [ASIDE])
    console.print(comparison_table(compared(lived.story, lived.beside)))
    show_sentence(console, in_short(lived.story, lived.beside))
    if match is not None:
        _explain(console, lived.folder, match)
    show_lines(console, "Is it right?", proof_sentences(lived.verified))
    show_lines(console, "Look around", ())
    for command in ("status", *([] if match is None else [f"explain {match.match}"]), "verify"):
        console.print(f"  commonweal {command} --data {lived.folder}", markup=False, soft_wrap=True)
    seconds = lived.day.stopwatch.rounded()["total"]
    console.print(f"\nstate_hash {lived.day.state_hash}, after {seconds} s", style="dim", soft_wrap=True)
    if lived.files is not None:
        console.print(f"The picture: {lived.files.page.resolve()}", markup=False, soft_wrap=True)


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
