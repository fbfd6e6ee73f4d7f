"""The decisions log → the board of a shared database, made anew."""

from sqlalchemy import Engine

from schemas.partitions import PARTITIONS
from services.board.database.tongue import tongue_of
from services.board.database.writer import apply_in, transaction
from services.board.decisions import Told, batches, partitions, silently
from services.board.tables import SENT, TABLES
from services.runtime.database import is_postgres
from services.runtime.log.seam import Log


def rebuild_database(log: Log, engine: Engine, *, told: Told = silently) -> int:
    """Make the board anew from the whole log, in one transaction: readers see the old one until the new one is whole.

    Workers that hold partitions wait meanwhile, then find their blocks applied. What partners were told is told again.
    Killed at any moment: the old board stands.

    Returns:
        How many blocks it was made from.

    Raises:
        BoardGap, FactOutOfPlace, DecisionUnreadable, BoardUnwritable, LogError: the old board stands as before.
    """
    tongue, count = tongue_of(engine), 0
    with transaction(engine) as connection:
        if is_postgres(engine):  # the log may let us wait for longer than a worker may
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        for partition in range(PARTITIONS):
            tongue.hold(connection, partition)
        for table in (*TABLES, SENT):
            connection.exec_driver_sql(f"DELETE FROM {table.name}")  # noqa: S608 - names are the tables' own
        for partition in partitions(log):
            for blocks in batches(log, partition, 0):
                new = apply_in(connection, tongue, partition, blocks).blocks
                told(new)
                count += new
    return count
