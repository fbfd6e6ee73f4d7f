"""Which board a command looks at: a data folder's file, or the database that the workers of the Kafka shell share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from services.board import BoardError, BoardMissing, BoardReader
from services.cli.arguments import refuse_usage
from services.cli.data_folder import board_file, no_such_thing
from services.cli.workers_settings import settings_of_workers

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from services.board import Board


@contextmanager
def board_to_read(data: Path, *, kafka: bool) -> Iterator["Board"]:
    """The board, as it stood at one moment; what is wrong with it ends the command in a sentence.

    Args:
        data: a folder of `commonweal up`; with `kafka` that of the workers, for who has no COMMONWEAL_DATABASE_URL.
    """
    if not kafka and not data.is_dir():
        raise refuse_usage(f"{data} is no folder; give the one that `load`, `demo` or `up` wrote, as --data DIR")
    try:
        with _of_workers(data) if kafka else BoardReader(board_file(data)) as board, board.snapshot():
            yield board
    except BoardMissing as error:
        raise no_such_thing(str(error)) from error
    except BoardError as error:
        raise refuse_usage(str(error)) from error


@contextmanager
def _of_workers(data: Path) -> Iterator["Board"]:
    with database_of_workers(data) as engine:
        from services.board.worker import DatabaseReader

        with DatabaseReader(engine) as board:
            yield board


@contextmanager
def database_of_workers(data: Path) -> Iterator["Engine"]:
    """The workers' database, connected for reading, with this version's tables.

    Raises:
        DatabaseError: it does not answer, or holds another version's tables.
    """
    settings = settings_of_workers(data)
    from services.runtime.database import check, connect

    engine = connect(settings.database_url, reading=True)
    try:
        file = engine.url.database
        if engine.url.get_backend_name() == "sqlite" and file and not Path(file).exists():
            raise no_such_thing(
                f"{file}: there is no board yet; `commonweal up --kafka --data DIR` makes one in DIR, "
                "and COMMONWEAL_DATABASE_URL names one elsewhere"
            )
        check(engine)
        yield engine
    finally:
        engine.dispose()
