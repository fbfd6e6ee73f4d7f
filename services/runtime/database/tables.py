"""The tables runtime itself keeps: snapshots, and the keys of dead letters. Made by migrations, described here for statements."""

from sqlalchemy import Column, Index, MetaData, Table

from services.runtime.database.column_types import BYTES, NUMBER, SERIAL, TEXT

METADATA = MetaData()

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("snapshot", SERIAL, primary_key=True, autoincrement=True),
    Column("partition", NUMBER, nullable=False),
    Column("next_offset", NUMBER, nullable=False),
    Column("codec", NUMBER, nullable=False),
    Column("size_bytes", NUMBER, nullable=True),
    Column("sha256s", BYTES, nullable=True),  # null until all chunks are there: the manifest comes last
    Index("snapshots_of_partition", "partition", "next_offset"),
    sqlite_autoincrement=True,
)
CHUNKS = Table(
    "snapshot_chunks",
    METADATA,
    Column("snapshot", NUMBER, primary_key=True, autoincrement=False),
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("data", BYTES, nullable=False),
)
SEALING_KEYS = Table(
    "sealing_keys",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("day", NUMBER, nullable=False),
    Column("dies_ms", NUMBER, nullable=False),
    Column("secret", BYTES, nullable=False),
)
