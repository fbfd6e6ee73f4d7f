"""A PostgreSQL server of one's own, in a folder: what tests and benches stand on, where Debian's package is installed."""

from services.runtime.postgres.server import LocalPostgres, PostgresError, PostgresMissing

__all__ = ["LocalPostgres", "PostgresError", "PostgresMissing"]
