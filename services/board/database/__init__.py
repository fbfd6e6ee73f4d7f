"""The board in a database that workers and readers share: PostgreSQL, or one SQLite file on one machine."""
