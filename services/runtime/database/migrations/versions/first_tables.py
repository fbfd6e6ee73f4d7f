"""The board's tables, what of them went out on `matches`, and snapshots.

Revision ID: 0001
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, text

from services.runtime.database.column_types import BYTES, NUMBER, SERIAL, TEXT

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _progress()
    _asks()
    _offers()
    _matches()
    _members()
    _timeline()
    _views()
    _snapshots()


def _text(name: str, *, key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, TEXT, primary_key=key, nullable=nullable)


def _number(name: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, NUMBER, primary_key=key, autoincrement=False, nullable=nullable)


def _not_below_zero(*names: str) -> list[CheckConstraint]:
    return [CheckConstraint(f"{name} >= 0", name=f"{name}_not_below_zero") for name in names]


def _progress() -> None:
    op.create_table(
        "progress",
        _number("partition", key=True),
        _number("next_source"),
        _text("chain"),
        _text("logic"),
        _number("now_ms"),
        _number("told_ms"),
    )
    op.create_table("matches_sent", _number("partition", key=True), _number("next_source"))
    op.create_table("communities", _text("community", key=True), _number("partition"), _text("definition"))
    op.create_table(
        "policies",
        _text("community", key=True),
        _number("partition"),
        _number("source", key=True),
        _number("position", key=True),
        _text("name"),
        _number("version"),
        _number("taken_ms"),
        _text("policy"),
    )


def _asks() -> None:
    op.create_table(
        "asks",
        _text("community", key=True),
        _text("ask", key=True),
        *map(_text, ("member", "need", "urgency")),
        *map(_number, ("urgency_rank", "quantity", "opened_ms", "deadline_ms")),
        *map(_text, ("spec", "status")),
        *map(_number, ("units_held", "units_fulfilled", "proposals_open", "proposals_made")),
        *(_number(name, nullable=True) for name in ("held_ms", "escalated_ms", "first_proposed_ms")),
        *(_number(name, nullable=True) for name in ("first_accepted_ms", "accept_wait_ms")),
        _text("ended", nullable=True),
        _number("ended_ms", nullable=True),
        *(_text(name, nullable=True) for name in ("duplicate_of", "to_community")),
        *_not_below_zero("units_held", "units_fulfilled", "proposals_open"),
    )
    _index("asks_by_id", "asks", "ask")
    _index("asks_by_status", "asks", "status", "community", "held_ms")
    looked_for = "status IN ('waiting', 'proposed')"
    _index("asks_by_age", "asks", "opened_ms", "community", "ask", where=looked_for)
    _index("asks_by_urgency", "asks", "urgency_rank", "opened_ms", "community", "ask", where=looked_for)
    _index("asks_escalated", "asks", "escalated_ms", "status", where="escalated_ms IS NOT NULL")
    _index("asks_accepted", "asks", "accept_wait_ms", "community", where="accept_wait_ms IS NOT NULL")


def _offers() -> None:
    op.create_table(
        "offers",
        _text("community", key=True),
        _text("offer", key=True),
        _text("member"),
        *map(_number, ("capacity", "opened_ms", "deadline_ms")),
        *map(_text, ("spec", "status")),
        *map(_number, ("units_held", "units_fulfilled", "proposals_open", "paused")),
        _text("ended", nullable=True),
        _number("ended_ms", nullable=True),
        *_not_below_zero("units_held", "units_fulfilled", "proposals_open"),
    )
    _index("offers_by_id", "offers", "offer")
    _index("offers_by_status", "offers", "status", "community")
    _index("offers_by_age", "offers", "opened_ms", "community", "offer")


def _matches() -> None:
    op.create_table(
        "matches",
        _text("community", key=True),
        _text("match", key=True),
        *map(_text, ("ask", "offer", "asker", "offerer")),
        *map(_number, ("units", "attempt", "points", "chance_ppm")),
        _number("distance_m", nullable=True),
        *map(_number, ("proposed_ms", "expires_ms", "moved_ms")),
        _text("status"),
        _text("reason", nullable=True),
        *(_number(name, nullable=True) for name in ("accepted_ms", "completed_ms")),
        _number("thanks"),
    )
    _index("matches_by_id", "matches", "match")
    _index("matches_of_ask", "matches", "community", "ask", "proposed_ms")
    _index("matches_of_offer", "matches", "community", "offer", "proposed_ms")
    _index("matches_of_offerer", "matches", "community", "offerer", "proposed_ms")
    _index("matches_by_status", "matches", "status", "community", "moved_ms")
    op.create_table("explanations", _text("community", key=True), _text("match", key=True), _text("explanation"))


def _members() -> None:
    op.create_table(
        "members",
        _text("community", key=True),
        _text("member", key=True),
        _text("fields", nullable=True),
        *map(_number, ("gone", "suspended", "open_proposals", "active", "asked", "accepted", "declined", "silent")),
        *_not_below_zero("open_proposals", "active"),
    )
    _index("members_by_id", "members", "member")


def _timeline() -> None:
    op.create_table(
        "timeline",
        *(_number(name, key=True) for name in ("partition", "source", "position")),
        _number("now_ms"),
        *map(_text, ("kind", "community")),
        *(_text(name, nullable=True) for name in ("ask", "offer", "match", "member", "cause")),
        _text("detail"),
        sqlite_with_rowid=False,
    )
    for subject in ("ask", "match", "member"):
        _index(f"timeline_of_{subject}", "timeline", "community", subject, where=f"{subject} IS NOT NULL")
    _index("timeline_of_cause", "timeline", "cause", where="cause IS NOT NULL")


def _views() -> None:
    op.execute("CREATE VIEW ask_rows AS SELECT *, escalated_ms IS NOT NULL AS escalated FROM asks")
    op.execute(
        """
        CREATE VIEW queue AS
        SELECT 0 AS rank, 'reported' AS why, moved_ms AS since_ms, matches.community, ask, match
            FROM matches WHERE status = 'reported' AND EXISTS (
                SELECT 1 FROM members WHERE members.community = matches.community
                    AND members.member IN (asker, offerer) AND suspended = 1 AND gone = 0)
        UNION ALL SELECT 1, 'disputed', moved_ms, community, ask, match FROM matches WHERE status = 'disputed'
        UNION ALL SELECT 2, 'escalated', escalated_ms, community, ask, NULL
            FROM asks WHERE escalated_ms IS NOT NULL AND status IN ('waiting', 'proposed', 'held')
        UNION ALL SELECT 3, 'held', held_ms, community, ask, NULL FROM asks WHERE status = 'held'
        UNION ALL SELECT 4, 'unconfirmed', moved_ms, community, ask, match FROM matches WHERE status = 'unconfirmed'
        """
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        Column("snapshot", SERIAL, primary_key=True, autoincrement=True),
        *map(_number, ("partition", "next_offset", "codec")),
        _number("size_bytes", nullable=True),
        Column("sha256s", BYTES, nullable=True),
        sqlite_autoincrement=True,
    )
    _index("snapshots_of_partition", "snapshots", "partition", "next_offset")
    op.create_table(
        "snapshot_chunks",
        _number("snapshot", key=True),
        _number("number", key=True),
        Column("data", BYTES, nullable=False),
    )


def _index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    condition = None if where is None else text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
