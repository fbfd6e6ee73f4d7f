"""The keys of dead letters, which lay in a file of each worker.

Revision ID: 0002
"""

from alembic import op
from sqlalchemy import Column

from services.runtime.database.column_types import BYTES, NUMBER, TEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sealing_keys",
        Column("id", TEXT, primary_key=True, nullable=False),
        Column("day", NUMBER, nullable=False),
        Column("dies_ms", NUMBER, nullable=False),
        Column("secret", BYTES, nullable=False),
    )
