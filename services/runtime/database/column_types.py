"""The column types of all our tables: alike on both databases, so that both hold equal rows in an equal order."""

from sqlalchemy import BigInteger, Integer, LargeBinary, Text

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, as SQLite does, whatever language the database was made for."""
NUMBER = BigInteger()
SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""A primary key the database counts up: SQLite does so for INTEGER alone."""
BYTES = LargeBinary()
