"""The board's tables in SQLite: what they hold, how a row gets in and out, and which version wrote them.

One file, WAL, so that readers never wait. Columns are those of `rows` in the same order; a test holds the two equal.
Raise `VERSION` with every change to a table or to what a fold means: older boards are then made anew from the log.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from services.board.rows import (
    Progress,
    Sent,
    StoredAsk,
    StoredCommunity,
    StoredExplanation,
    StoredFact,
    StoredMatch,
    StoredMember,
    StoredOffer,
    StoredPolicy,
)

VERSION = 1
APPLICATION_ID = 0x4357_4244
"""`CWBD` in the file's header: this is a board and no other SQLite file."""


class Row(Protocol):
    """Any dataclass: its fields are the columns."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Table(Generic[R]):
    """A table, the rows it holds and the columns that find one."""

    name: str
    row: type[R]
    keys: tuple[str, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns in the table's order."""
        return tuple(each.name for each in fields(self.row))

    @cached_property
    def values(self) -> Callable[[R], tuple[Any, ...]]:
        """Row → its values, as `insert` and `upsert` bind them."""
        return attrgetter(*self.columns)

    @cached_property
    def insert(self) -> str:
        """Write a new row."""
        return f"INSERT INTO {self.name} ({_list(self.columns)}) VALUES ({_marks(self.columns)})"  # noqa: S608 - names are this module's own

    @cached_property
    def upsert(self) -> str:
        """Write a row whether it is new or not."""
        changing = [name for name in self.columns if name not in self.keys]
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in changing)
        return f"{self.insert} ON CONFLICT ({_list(self.keys)}) DO UPDATE SET {changes}"

    @cached_property
    def find(self) -> str:
        """Read one row by its key."""
        where = " AND ".join(f'"{name}" = ?' for name in self.keys)
        return f"SELECT {_list(self.columns)} FROM {self.name} WHERE {where}"  # noqa: S608 - names are this module's own

    @cached_property
    def dump(self) -> str:
        """Read all rows, in the order of their keys."""
        return f"SELECT {_list(self.columns)} FROM {self.name} ORDER BY {_list(self.keys)}"  # noqa: S608 - names are this module's own


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


PROGRESS = Table("progress", Progress, ("partition",))
ASKS = Table("asks", StoredAsk, ("community", "ask"))
OFFERS = Table("offers", StoredOffer, ("community", "offer"))
MATCHES = Table("matches", StoredMatch, ("community", "match"))
MEMBERS = Table("members", StoredMember, ("community", "member"))
COMMUNITIES = Table("communities", StoredCommunity, ("community",))
POLICIES = Table("policies", StoredPolicy, ("community", "source", "position"))
EXPLANATIONS = Table("explanations", StoredExplanation, ("community", "match"))
TIMELINE = Table("timeline", StoredFact, ("partition", "source", "position"))
SENT = Table("matches_sent", Sent, ("partition",))
"""Only where there is such a topic: it is no part of what a board says."""

TABLES: tuple[Table[Any], ...] = (
    ASKS,
    COMMUNITIES,
    EXPLANATIONS,
    MATCHES,
    MEMBERS,
    OFFERS,
    POLICIES,
    PROGRESS,
    TIMELINE,
)

DDL = """
CREATE TABLE progress (
    partition   INTEGER PRIMARY KEY,
    next_source INTEGER NOT NULL,  -- the journal offset that the next block must answer
    chain       TEXT NOT NULL,     -- of the last block; lets two boards say whether they read one history
    logic       TEXT NOT NULL,
    now_ms      INTEGER NOT NULL,
    told_ms     INTEGER NOT NULL
);

CREATE TABLE communities (
    community  TEXT PRIMARY KEY,
    partition  INTEGER NOT NULL,
    definition TEXT NOT NULL
);

CREATE TABLE policies (
    community TEXT NOT NULL,
    partition INTEGER NOT NULL,
    source    INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    name      TEXT NOT NULL,
    version   INTEGER NOT NULL,
    taken_ms  INTEGER NOT NULL,
    policy    TEXT NOT NULL,
    PRIMARY KEY (community, source, position)
);

CREATE TABLE asks (
    community         TEXT NOT NULL,
    ask               TEXT NOT NULL,
    member            TEXT NOT NULL,
    need              TEXT NOT NULL,
    urgency           TEXT NOT NULL,
    urgency_rank      INTEGER NOT NULL,
    quantity          INTEGER NOT NULL,
    opened_ms         INTEGER NOT NULL,
    deadline_ms       INTEGER NOT NULL,
    spec              TEXT NOT NULL,
    status            TEXT NOT NULL,
    units_held        INTEGER NOT NULL CHECK (units_held >= 0),
    units_fulfilled   INTEGER NOT NULL CHECK (units_fulfilled >= 0),
    proposals_open    INTEGER NOT NULL CHECK (proposals_open >= 0),
    proposals_made    INTEGER NOT NULL,
    held_ms           INTEGER,
    escalated_ms      INTEGER,
    first_proposed_ms INTEGER,
    first_accepted_ms INTEGER,
    accept_wait_ms    INTEGER,
    ended             TEXT,
    ended_ms          INTEGER,
    duplicate_of      TEXT,
    to_community      TEXT,
    PRIMARY KEY (community, ask)
);
CREATE INDEX asks_by_id ON asks (ask);
CREATE INDEX asks_by_status ON asks (status, community, held_ms);
CREATE INDEX asks_by_age ON asks (opened_ms, community, ask) WHERE status IN ('waiting', 'proposed');
CREATE INDEX asks_by_urgency ON asks (urgency_rank, opened_ms, community, ask) WHERE status IN ('waiting', 'proposed');
CREATE INDEX asks_escalated ON asks (escalated_ms, status) WHERE escalated_ms IS NOT NULL;
CREATE INDEX asks_accepted ON asks (accept_wait_ms, community) WHERE accept_wait_ms IS NOT NULL;
CREATE VIEW ask_rows AS SELECT *, escalated_ms IS NOT NULL AS escalated FROM asks;

CREATE TABLE offers (
    community       TEXT NOT NULL,
    offer           TEXT NOT NULL,
    member          TEXT NOT NULL,
    capacity        INTEGER NOT NULL,
    opened_ms       INTEGER NOT NULL,
    deadline_ms     INTEGER NOT NULL,
    spec            TEXT NOT NULL,
    status          TEXT NOT NULL,
    units_held      INTEGER NOT NULL CHECK (units_held >= 0),
    units_fulfilled INTEGER NOT NULL CHECK (units_fulfilled >= 0),
    proposals_open  INTEGER NOT NULL CHECK (proposals_open >= 0),
    paused          INTEGER NOT NULL,
    ended           TEXT,
    ended_ms        INTEGER,
    PRIMARY KEY (community, offer)
);
CREATE INDEX offers_by_id ON offers (offer);
CREATE INDEX offers_by_status ON offers (status, community);
CREATE INDEX offers_by_age ON offers (opened_ms, community, offer);

CREATE TABLE matches (
    community    TEXT NOT NULL,
    match        TEXT NOT NULL,
    ask          TEXT NOT NULL,
    offer        TEXT NOT NULL,
    asker        TEXT NOT NULL,
    offerer      TEXT NOT NULL,
    units        INTEGER NOT NULL,
    attempt      INTEGER NOT NULL,
    points       INTEGER NOT NULL,
    chance_ppm   INTEGER NOT NULL,
    distance_m   INTEGER,
    proposed_ms  INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    moved_ms     INTEGER NOT NULL,
    status       TEXT NOT NULL,
    reason       TEXT,
    accepted_ms  INTEGER,
    completed_ms INTEGER,
    thanks       INTEGER NOT NULL,
    PRIMARY KEY (community, match)
);
CREATE INDEX matches_by_id ON matches (match);
CREATE INDEX matches_of_ask ON matches (community, ask, proposed_ms);
CREATE INDEX matches_of_offer ON matches (community, offer, proposed_ms);
CREATE INDEX matches_of_offerer ON matches (community, offerer, proposed_ms);
CREATE INDEX matches_by_status ON matches (status, community, moved_ms);

CREATE TABLE members (
    community      TEXT NOT NULL,
    member         TEXT NOT NULL,
    fields         TEXT,
    gone           INTEGER NOT NULL,
    suspended      INTEGER NOT NULL,
    open_proposals INTEGER NOT NULL CHECK (open_proposals >= 0),
    active         INTEGER NOT NULL CHECK (active >= 0),
    asked          INTEGER NOT NULL,
    accepted       INTEGER NOT NULL,
    declined       INTEGER NOT NULL,
    silent         INTEGER NOT NULL,
    PRIMARY KEY (community, member)
);
CREATE INDEX members_by_id ON members (member);

CREATE TABLE explanations (
    community   TEXT NOT NULL,
    match       TEXT NOT NULL,
    explanation TEXT NOT NULL,
    PRIMARY KEY (community, match)
);

CREATE TABLE timeline (
    partition INTEGER NOT NULL,
    source    INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    now_ms    INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    community TEXT NOT NULL,
    ask       TEXT,
    offer     TEXT,
    match     TEXT,
    member    TEXT,
    cause     TEXT,
    detail    TEXT NOT NULL,
    PRIMARY KEY (partition, source, position)
) WITHOUT ROWID;
CREATE INDEX timeline_of_ask ON timeline (community, ask) WHERE ask IS NOT NULL;
CREATE INDEX timeline_of_match ON timeline (community, match) WHERE match IS NOT NULL;
CREATE INDEX timeline_of_member ON timeline (community, member) WHERE member IS NOT NULL;
CREATE INDEX timeline_of_cause ON timeline (cause) WHERE cause IS NOT NULL;

CREATE VIEW queue AS
SELECT 0 AS rank, 'reported' AS why, moved_ms AS since_ms, matches.community, ask, match
    FROM matches WHERE status = 'reported' AND EXISTS (
        SELECT 1 FROM members WHERE members.community = matches.community
            AND members.member IN (asker, offerer) AND suspended = 1 AND gone = 0)
UNION ALL SELECT 1, 'disputed', moved_ms, community, ask, match FROM matches WHERE status = 'disputed'
UNION ALL SELECT 2, 'escalated', escalated_ms, community, ask, NULL
    FROM asks WHERE escalated_ms IS NOT NULL AND status IN ('waiting', 'proposed', 'held')
UNION ALL SELECT 3, 'held', held_ms, community, ask, NULL FROM asks WHERE status = 'held'
UNION ALL SELECT 4, 'unconfirmed', moved_ms, community, ask, match FROM matches WHERE status = 'unconfirmed';
"""
