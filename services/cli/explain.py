"""`commonweal explain`: why a match was made, or how an ask fares, in words."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.states import AskStatus
from services.board import (
    PAGE_ROWS_MAX,
    Board,
    Found,
    Section,
    ask_in_words,
    ask_view,
    find,
    match_in_words,
    match_view,
    match_views_of_ask,
    offer_view,
    standing_in_words,
    timeline,
)
from services.cli.arguments import print_json
from services.cli.board_to_read import board_to_read, database_of_workers
from services.cli.data_folder import DEFAULT, AsJson, no_such_thing
from services.cli.log_to_read import AnyFolder, OnKafka, log_of_cluster, log_to_read
from services.cli.workers_settings import folder_of_workers

if TYPE_CHECKING:
    from schemas.facts import Explanation
    from services.runtime.database import DatabaseSnapshots
    from services.runtime.log import Log

WAITS = (AskStatus.waiting, AskStatus.held)
Name = Annotated[str, typer.Argument(metavar="MATCH|ASK", help="The id of a match or an ask.")]
Community = Annotated[
    str | None, typer.Option("--community", help="Whose ask or match, where several communities use the id.")
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is looked for."""

    folder: Path
    on_cluster: bool

    @property
    def option(self) -> str:
        """How a command is told of it."""
        return "--kafka" if self.on_cluster else f"--data {self.folder}"

    @contextmanager
    def log_and_snapshots(self) -> Iterator[tuple["Log", "DatabaseSnapshots | None"]]:
        """The log that was decided, and, where workers share them, the states to begin with."""
        if not self.on_cluster:
            with log_to_read(self.folder, kafka=False) as log:
                yield log, None
            return
        with database_of_workers(self.folder) as engine, closing(log_of_cluster()) as log:
            from services.runtime.database import DatabaseSnapshots

            yield log, DatabaseSnapshots(engine)

    def __str__(self) -> str:
        return "the cluster" if self.on_cluster else str(self.folder)


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("explain")(explain)


def explain(
    context: typer.Context,
    name: Name,
    data: AnyFolder = DEFAULT,
    community: Community = None,
    kafka: OnKafka = False,
    as_json: AsJson = False,
) -> None:
    """Tell why: who was considered, who fell to which rule, what the pair was worth, and what happened.

    For coordinators only: the words say when somebody blocked somebody.

    With --kafka it is the board of the workers: in the database of COMMONWEAL_DATABASE_URL, or the SQLite in their data
    folder where that is not set.

    Exit code 0 when found, 1 when there is nothing of this id, 2 when the command was not understood or the board
    cannot be read.

    Example: `commonweal explain A17 --data city`
    """
    place = Place(folder_of_workers(context, data) if kafka else data, on_cluster=kafka)
    with board_to_read(place.folder, kafka=kafka) as board:
        found = _the_one(board, name, community, place)
        told, sections = _match(board, found) if found.kind == "match" else _ask(board, found, place)
    if as_json:
        print_json({**told, "words": {section.heading: section.lines for section in sections}})
    else:
        _print(sections)


def _the_one(board: Board, name: str, community: str | None, place: Place) -> Found:
    """The ask or match that is meant; says what to try where that is none or more than one."""
    everything = [each for each in find(board, name) if community is None or each.community == community]
    meant = [each for each in everything if each.kind in ("ask", "match")]
    if len(meant) == 1:
        return meant[0]
    if meant:
        places = ", ".join(f"{each.kind} in {each.community}" for each in meant)
        raise no_such_thing(f"`{name}` names {len(meant)} things ({places}); say which with --community")
    if everything:
        raise no_such_thing(_instead(board, everything[0]))
    where = str(place) if community is None else f"{place}, community {community}"
    raise no_such_thing(
        f"there is no ask and no match `{name}` in {where}; "
        f"`commonweal status {place.option}` shows some that there are, and where the board stands"
    )


def _instead(board: Board, found: Found) -> str:
    """What to ask for instead of an offer or a member."""
    if found.kind == "offer":
        offer = offer_view(board, found.community, found.id)
        matches = [] if offer is None else [match.match for match in offer.matches]
        if matches:
            return f"`{found.id}` is an offer; explain one of its matches: {', '.join(matches[-5:])}"
    return f"`{found.id}` is a{'n offer' if found.kind == 'offer' else ' member'}; explain an ask or a match of theirs"


def _match(board: Board, found: Found) -> tuple[dict[str, Any], tuple[Section, ...]]:
    match = match_view(board, found.community, found.id)
    assert match is not None, "it was found in the same snapshot"
    ask = ask_view(board, found.community, match.row.ask)
    assert ask is not None, "a match has an ask"
    facts = timeline(board, "match", found.community, found.id, limit=PAGE_ROWS_MAX)
    told = {"kind": "match", "match": match.model_dump(mode="json"), "ask": ask.row.model_dump(mode="json")}
    return told | {"timeline": facts.model_dump(mode="json")}, match_in_words(match, ask, facts.rows)


def _ask(board: Board, found: Found, place: Place) -> tuple[dict[str, Any], tuple[Section, ...]]:
    ask = ask_view(board, found.community, found.id)
    assert ask is not None, "it was found in the same snapshot"
    matches = match_views_of_ask(board, found.community, found.id)
    facts = timeline(board, "ask", found.community, found.id, limit=PAGE_ROWS_MAX)
    told = {"kind": "ask", "ask": ask.model_dump(mode="json"), "matches": [m.model_dump(mode="json") for m in matches]}
    told |= {"timeline": facts.model_dump(mode="json")}
    sections = ask_in_words(ask, matches, facts.rows)
    why = _as_things_stand(found, place) if ask.row.status in WAITS else None
    if why is None:
        return told, sections
    return told | {"as_things_stand": why.model_dump(mode="json")}, (*sections, *standing_in_words(why))


def _as_things_stand(found: Found, place: Place) -> "Explanation | None":
    """What a round would see of the ask now. The engine is folded from the log, which may be written meanwhile."""
    from schemas.partitions import partition_of
    from schemas.taxonomy.load import load
    from services.matching import why_waits
    from services.matching.agent import Matching
    from services.runtime.log import LogError

    try:
        with place.log_and_snapshots() as (log, snapshots):
            engine = Matching(log, snapshots, load()).at_end(partition_of(found.community))
            return why_waits(engine, found.community, found.id)
    except LogError as error:
        if not place.on_cluster:
            raise
        typer.echo(f"how it stands now cannot be told: {error}", err=True)
        return None


def _print(sections: Sequence[Section]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for section in sections:
        console.print(Text(section.heading, style="bold"))
        for line in section.lines:
            console.print(Text(f"  {line}"))
