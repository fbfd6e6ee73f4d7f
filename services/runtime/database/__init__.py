"""The database of the Kafka shell: PostgreSQL, or SQLite on one machine; reached by its address, versioned by migrations.

Runtime knows what all services share here: how to connect, whether the tables are of this version, snapshots, and the
keys of dead letters.
The tables a service owns are described by that service; a test holds the migrations equal to all of them.
"""

from services.runtime.database.connecting import connect, is_postgres, named
from services.runtime.database.errors import (
    DatabaseError,
    DatabaseUnreachable,
    SchemaMissing,
    SchemaNewer,
    SchemaOlder,
)
from services.runtime.database.schema import check, newest, ready, upgrade
from services.runtime.database.sealing_keys import DatabaseSealingKeys
from services.runtime.database.snapshots import DatabaseSnapshots

__all__ = [
    "DatabaseError",
    "DatabaseSealingKeys",
    "DatabaseSnapshots",
    "DatabaseUnreachable",
    "SchemaMissing",
    "SchemaNewer",
    "SchemaOlder",
    "check",
    "connect",
    "is_postgres",
    "named",
    "newest",
    "ready",
    "upgrade",
]
