"""The board in a database that workers and readers share: PostgreSQL, or one SQLite file on one machine.

The fold, the tables' columns and the queries are the embedded shell's own; what differs is how rows get in and out.
"""

from services.board.database.reader import DatabaseReader
from services.board.database.rebuilding import rebuild_database
from services.board.database.writer import Applied, DatabaseBoard

__all__ = ["Applied", "DatabaseBoard", "DatabaseReader", "rebuild_database"]
