# ruff: noqa: N818 - the names say what stands (`SchemaOlder`), as the sentences they carry do
"""What can be wrong with the database. `DatabaseError` is the family; no message holds a password."""

UPGRADE = "run `commonweal database upgrade`"


class DatabaseError(Exception):
    """The database cannot be used as it stands. Nothing is lost: what it holds is computed from the logs."""


class DatabaseUnreachable(DatabaseError):
    """Nobody answers at the address, or whoever does refuses."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"{address}: the database cannot be used ({why}); see that it runs, and that COMMONWEAL_DATABASE_URL "
            "names its host, database, user and password"
        )


class SchemaMissing(DatabaseError):
    """The database has no tables of ours yet."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address}: there are no tables yet; {UPGRADE} to make them")


class SchemaOlder(DatabaseError):
    """An older Commonweal made the tables."""

    def __init__(self, address: str, stands: str, wanted: str) -> None:
        super().__init__(f"{address}: the tables stand at revision {stands}, this Commonweal needs {wanted}; {UPGRADE}")


class SchemaNewer(DatabaseError):
    """A newer Commonweal made the tables."""

    def __init__(self, address: str, stands: str, wanted: str) -> None:
        super().__init__(
            f"{address}: the tables stand at revision {stands}, which this Commonweal (at {wanted}) does not know; "
            "a newer one made them: start that one"
        )
