"""`commonweal journal`: what was asked of the engine, as a file."""

from typing import Annotated

import typer

from services.cli.arguments import FolderToFill, print_json
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.files import reading, writing
from services.cli.journal_kafka import import_on_kafka
from services.cli.log_to_read import AnyFolder, OnKafka, log_to_read

app = typer.Typer(no_args_is_help=True, help="The journal: everything that was asked of the engine, in order.")
Out = Annotated[str, typer.Argument(metavar="FILE|-", help="Where to write JSON Lines; `-` is the output.")]
In = Annotated[str, typer.Argument(metavar="FILE|-", help="A file that `journal export` wrote; `-` is the input.")]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="journal")


@app.command("export")
def export_journal(file: Out, data: AnyFolder = DEFAULT, kafka: OnKafka = False) -> None:
    """Write the journal as JSON Lines, with its stamps; `commonweal up` may be running meanwhile.

    Ids, codes and cells only: the journal holds nobody's name. Whoever imports it gets the same decisions: what operators
    said of its events (`commonweal quarantine`) stands before it in the file, with the reason. Only a word that was taken
    back after it was heeded is lost on the way.

    Example: `commonweal journal export journal.jsonl --data city`
    """
    from schemas.topics import JOURNAL
    from services.runtime.log import export_topic
    from services.runtime.quarantine import export_words

    with log_to_read(data, kafka=kafka) as log, writing(file) as out:
        words = export_words(log, out)
        count = export_topic(log, JOURNAL, out)
    typer.echo(f"wrote {count:,} journal records{_beside(words)}", err=True)


@app.command("import")
def import_journal(file: In, data: FolderToFill = DEFAULT, kafka: OnKafka = False, as_json: AsJson = False) -> None:
    """Take a journal into a fresh data folder and decide it: the same journal, the same decisions.

    With `--kafka` it goes onto a cluster, to an empty journal under a prefix of its own, and `commonweal worker matching`
    decides it there. Stamps and offsets stay as they were. The copy is for looking, comparing and auditing; what comes in
    goes to the folder, or the cluster, that the journal is from.

    Example: `commonweal journal import journal.jsonl --data copy`, then `commonweal replay --data copy`
    """
    from services.embedded import import_journal as take_over

    if kafka:
        import_on_kafka(file, as_json=as_json)
        return
    with reading(file, "give a file that `journal export` wrote") as opened:
        imported = take_over(data, opened)
    if as_json:
        print_json(
            {
                "records": imported.records,
                "decided": imported.decided,
                "quarantined": imported.words,
                "troubles": [trouble.sentence for trouble in imported.troubles],
            }
        )
    else:
        typer.echo(
            f"took in {imported.records:,} journal records{_beside(imported.words)}, and decided {imported.decided:,}"
        )
        for trouble in imported.troubles:
            typer.echo(trouble.sentence, err=True)
    if imported.troubles:
        raise typer.Exit(2)


def _beside(words: int) -> str:
    """What operators said of the journal's events."""
    return f" with an operator's word about {words:,} of their events" if words else ""
