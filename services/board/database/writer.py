"""Decision blocks → the tables of a shared database, exactly once: rows and progress change in one transaction or not.

Any number of workers may believe a partition to be theirs: they take turns, and whoever comes second finds its blocks
applied. What a worker has seen is never kept for the next transaction, for somebody else may have gone on meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from schemas.decisions import DecisionBlock
from schemas.states import MatchRow
from services.board import tables
from services.board.applying import apply
from services.board.database.tongue import Tongue, tongue_of
from services.board.errors import BoardUnwritable
from services.board.naming import named
from services.board.rows import Kept, Key, Keyed, Progress, Rows, StoredMatch, unread
from services.board.tables import Table
from services.runtime.database import named as address_of


@dataclass(frozen=True, slots=True)
class Applied:
    """What some blocks came to."""

    blocks: int
    """How many were new."""
    next_source: int
    """Where the partition stands now."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Table → rows written."""
    matches: tuple[MatchRow, ...] = ()
    """Those that changed, as they stand now."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Matches as they stand."""

    next_source: int
    """Where the partition stood."""
    rows: tuple[MatchRow, ...]


MATCHES_MAX = 500
"""Matches told at a time."""
TOLD_OF = text(
    f"""
    SELECT {", ".join(f'matches."{name}"' for name in tables.MATCHES.columns)} FROM matches JOIN (
        SELECT DISTINCT community, match FROM timeline
        WHERE partition = :partition AND match IS NOT NULL AND source >= :source
    ) AS told USING (community, match)
    WHERE (community, match) > (:community, :match) ORDER BY community, match LIMIT :limit
    """  # noqa: S608 - names are the tables' own
)


class DatabaseBoard:
    """Writes the board of an engine's database. For any number of threads and workers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tongue = tongue_of(engine)

    def apply_all(self, partition: int, blocks: Sequence[DecisionBlock], *, sent: int = 0) -> Applied:
        """Apply blocks that follow each other in one transaction: all of them or none.

        Args:
            sent: the source up to which the `matches` topic has been told, remembered on the way.

        Raises:
            BoardGap: the blocks do not follow the last one.
            FactOutOfPlace: the log and this board do not belong together.
            BoardUnwritable: the database refuses or went away. Whatever is raised, rows and progress stand as before.
        """
        with self._transaction() as connection:
            self._tongue.hold(connection, partition)
            if sent:
                self._tongue.upsert(connection, tables.SENT, [(partition, sent)])
            return apply_in(connection, self._tongue, partition, blocks)

    def progress(self) -> list[Progress]:
        """Where each partition that was read stands, in their order.

        Raises:
            BoardUnwritable: the database does not answer.
        """
        with self._transaction() as connection:
            return [Progress(*row) for row in connection.exec_driver_sql(tables.PROGRESS.dump)]

    def next_source(self, partition: int) -> int:
        """The source the next block of a partition must have; 0 for one never read.

        Raises:
            BoardUnwritable: the database does not answer.
        """
        with self._transaction() as connection:
            return _progress(connection, self._tongue, partition).next_source

    def sent(self, partition: int) -> int:
        """The source up to which the `matches` topic is known to have been told of a partition.

        Raises:
            BoardUnwritable: the database does not answer.
        """
        with self._transaction() as connection:
            found = list(self._tongue.find(connection, tables.SENT, [(partition,)]))
        return int(found[0][1]) if found else 0

    def matches_since(self, partition: int, source: int) -> Iterator[Matches]:
        """The matches of a partition that blocks from `source` on spoke of, as they stand now, some at a time.

        Raises:
            BoardUnwritable: the database does not answer.
        """
        after: Key = ("", "")
        while True:
            with self._transaction() as connection:
                place = {"partition": partition, "source": source, "community": after[0], "match": after[1]}
                found = [StoredMatch(*row) for row in connection.execute(TOLD_OF, place | {"limit": MATCHES_MAX})]
                stands = _progress(connection, self._tongue, partition).next_source
            if not found:
                return
            yield Matches(stands, tuple(map(match_row, found)))
            after = found[-1].key

    def remember_sent(self, partition: int, next_source: int) -> None:
        """Note that the `matches` topic was told of everything before a source. It never goes back.

        Raises:
            BoardUnwritable: the database refuses or went away.
        """
        with self._transaction() as connection:
            self._tongue.hold(connection, partition)
            self._tongue.upsert(connection, tables.SENT, [(partition, next_source)])

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with transaction(self._engine) as connection:
            yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction, with what the database says about it told in our words.

    Raises:
        BoardUnwritable: the database refuses or went away; nothing of the transaction stands.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise BoardUnwritable(address_of(engine), why) from error


def apply_in(connection: Connection, tongue: Tongue, partition: int, blocks: Sequence[DecisionBlock]) -> Applied:
    """Apply blocks inside a transaction that holds the partition; see `DatabaseBoard.apply_all`."""
    progress = _progress(connection, tongue, partition)
    new = [block for block in blocks if block.source >= progress.next_source]
    rows = _looked_up(connection, tongue, new)
    count = apply(progress, rows, new)
    if not count:
        return Applied(0, progress.next_source)
    written = _written(rows, progress)
    for table, values in written:
        put = tongue.insert if table in ADDED else tongue.upsert
        put(connection, table, values)
    matches = tuple(match_row(match) for match in rows.matches.changed.values())
    return Applied(count, progress.next_source, {table.name: len(values) for table, values in written}, matches)


def match_row(match: StoredMatch) -> MatchRow:
    """A match as the `matches` topic tells it."""
    return MatchRow.model_validate({name: getattr(match, name) for name in MatchRow.model_fields}, strict=False)


ADDED = (tables.POLICIES, tables.TIMELINE)
"""Their rows are written once and never change."""


def _progress(connection: Connection, tongue: Tongue, partition: int) -> Progress:
    found = list(tongue.find(connection, tables.PROGRESS, [(partition,)]))
    return Progress(*found[0]) if found else unread(partition)


def _looked_up(connection: Connection, tongue: Tongue, blocks: Iterable[DecisionBlock]) -> Rows:
    """Rows that hold everything a fold of these blocks looks at, asked for in a statement per table."""

    def kept(table: Table[Any], keys: Iterable[Key]) -> Kept[Any]:
        known: Kept[Any] = Kept(lambda key: next(iter(_found(connection, tongue, table, [key])), None))
        wanted = sorted(keys)
        if wanted:
            known.know(wanted, _found(connection, tongue, table, wanted))
        return known

    names = named(blocks)
    matches = kept(tables.MATCHES, names.matches)
    names.with_matches(match for match in map(matches.get, names.matches) if match is not None)
    return Rows(
        asks=kept(tables.ASKS, names.asks),
        offers=kept(tables.OFFERS, names.offers),
        matches=matches,
        members=kept(tables.MEMBERS, names.members),
    )


def _found(connection: Connection, tongue: Tongue, table: Table[Any], keys: Sequence[Key]) -> list[Keyed]:
    return [table.row(*values) for values in tongue.find(connection, table, keys)]


def _written(rows: Rows, progress: Progress) -> list[tuple[Table[Any], list[tuple[Any, ...]]]]:
    """Table and values of everything to be written, without tables that nothing goes into."""
    explanations = {(each.community, each.match): each for each in rows.explanations}  # the last of a match counts
    put: list[tuple[Table[Any], Iterable[Any]]] = [
        (tables.ASKS, rows.asks.changed.values()),
        (tables.OFFERS, rows.offers.changed.values()),
        (tables.MATCHES, rows.matches.changed.values()),
        (tables.MEMBERS, rows.members.changed.values()),
        (tables.COMMUNITIES, rows.communities.values()),
        (tables.POLICIES, rows.policies),
        (tables.EXPLANATIONS, explanations.values()),
        (tables.TIMELINE, rows.timeline),
        (tables.PROGRESS, [progress]),
    ]
    written = [(table, list(map(table.values, changed))) for table, changed in put]
    return [(table, values) for table, values in written if values]
