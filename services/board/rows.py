"""The rows of the board's tables, and the few of them that a fold works on.

A field is a column, in the table's order. Rows hold plain text and whole numbers, so that what is written is what
was folded; readers get the typed views.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from schemas.codes import MatchStatus, Urgency
from schemas.states import AskStatus, OfferStatus

Key = tuple[str, str]
"""Community and id: ids are unique within their community only."""

URGENCY_RANK = {Urgency.critical: 0, Urgency.high: 1, Urgency.normal: 2, Urgency.unknown: 2, Urgency.low: 3}
"""Most urgent first."""


@dataclass(slots=True)
class StoredAsk:
    """An ask: what was asked for last (`spec`, JSON), its units, marks and end."""

    community: str
    ask: str
    member: str
    need: str
    urgency: str
    urgency_rank: int
    quantity: int
    opened_ms: int
    deadline_ms: int
    spec: str
    status: str = AskStatus.waiting.value
    units_held: int = 0
    units_fulfilled: int = 0
    proposals_open: int = 0
    proposals_made: int = 0
    held_ms: int | None = None
    """When a coordinator held it; None: not held."""
    escalated_ms: int | None = None
    first_proposed_ms: int | None = None
    first_accepted_ms: int | None = None
    accept_wait_ms: int | None = None
    """From the opening to the first acceptance."""
    ended: str | None = None
    ended_ms: int | None = None
    duplicate_of: str | None = None
    to_community: str | None = None

    @property
    def key(self) -> Key:
        """Community and ask."""
        return self.community, self.ask


@dataclass(slots=True)
class StoredOffer:
    """An offer: what was offered last (`spec`, JSON), its units, pause and end."""

    community: str
    offer: str
    member: str
    capacity: int
    opened_ms: int
    deadline_ms: int
    spec: str
    status: str = OfferStatus.open.value
    units_held: int = 0
    units_fulfilled: int = 0
    proposals_open: int = 0
    paused: int = 0
    ended: str | None = None
    ended_ms: int | None = None

    @property
    def key(self) -> Key:
        """Community and offer."""
        return self.community, self.offer


@dataclass(slots=True)
class StoredMatch:
    """A match: one ask, one offer, some units, and how far they got."""

    community: str
    match: str
    ask: str
    offer: str
    asker: str
    offerer: str
    units: int
    attempt: int
    points: int
    chance_ppm: int
    distance_m: int | None
    proposed_ms: int
    expires_ms: int
    moved_ms: int
    status: str = MatchStatus.proposed.value
    reason: str | None = None
    accepted_ms: int | None = None
    completed_ms: int | None = None
    thanks: int = 0

    @property
    def key(self) -> Key:
        """Community and match."""
        return self.community, self.match


@dataclass(slots=True)
class StoredMember:
    """A member: what is known of them (`fields`, JSON), what they carry, and the counts of all times."""

    community: str
    member: str
    fields: str | None = None
    """None: somebody who never joined, such as an anonymous asker."""
    gone: int = 0
    suspended: int = 0
    open_proposals: int = 0
    active: int = 0
    asked: int = 0
    accepted: int = 0
    declined: int = 0
    silent: int = 0

    @property
    def key(self) -> Key:
        """Community and member."""
        return self.community, self.member


@dataclass(slots=True)
class StoredCommunity:
    """A community as defined last, and the partition it lives on."""

    community: str
    partition: int
    definition: str


@dataclass(slots=True)
class StoredPolicy:
    """A policy that was taken in; the newest of a community decides."""

    community: str
    partition: int
    source: int
    position: int
    name: str
    version: int
    taken_ms: int
    policy: str


@dataclass(slots=True)
class StoredExplanation:
    """Why a match was proposed (JSON). Written once with its proposal."""

    community: str
    match: str
    explanation: str


@dataclass(slots=True)
class StoredFact:
    """One fact on the timeline: where it stands in the log, whom it concerns, and its telling details (JSON)."""

    partition: int
    source: int
    position: int
    now_ms: int
    kind: str
    community: str
    ask: str | None
    offer: str | None
    match: str | None
    member: str | None
    cause: str | None
    detail: str


@dataclass(slots=True)
class Progress:
    """How far the board has read one partition; `next_source` is not applied yet."""

    partition: int
    next_source: int
    chain: str
    logic: str
    now_ms: int
    told_ms: int


@dataclass(slots=True)
class Sent:
    """How far the `matches` topic has been told about a partition; from `next_source` on it is told again."""

    partition: int
    next_source: int


def unread(partition: int) -> Progress:
    """The progress of a partition that was never read."""
    return Progress(partition, 0, "0" * 64, "", 0, 0)


class Keyed(Protocol):
    """A row that is found by community and id, and changes."""

    @property
    def key(self) -> Key:
        """Community and id."""
        ...


R = TypeVar("R", bound=Keyed)


def nothing(key: Key) -> None:
    """What an empty board holds under any key."""


class Kept(Generic[R]):
    """The rows of one table that a fold has looked at, loaded when first asked for, and which of them changed."""

    def __init__(self, load: Callable[[Key], R | None] = nothing) -> None:
        self._load = load
        self._rows: dict[Key, R | None] = {}
        self.changed: dict[Key, R] = {}
        """In the order of their first change."""

    def know(self, keys: Iterable[Key], found: Iterable[R]) -> None:
        """Take in rows that were looked for together; where none was found there is none."""
        self._rows.update(dict.fromkeys(keys))
        self._rows.update({row.key: row for row in found})

    def get(self, key: Key) -> R | None:
        """The row, to be read only; None where there is none."""
        if key not in self._rows:
            self._rows[key] = self._load(key)
        return self._rows[key]

    def change(self, key: Key) -> R | None:
        """The row, to be changed in place: it counts as changed from here on."""
        row = self.get(key)
        if row is not None:
            self.changed[key] = row
        return row

    def put(self, row: R) -> R:
        """A new row."""
        self._rows[row.key] = row
        self.changed[row.key] = row
        return row


@dataclass(slots=True)
class Rows:
    """What a fold reads and changes. With nothing to load from it is a whole board in memory."""

    asks: Kept[StoredAsk] = field(default_factory=Kept)
    offers: Kept[StoredOffer] = field(default_factory=Kept)
    matches: Kept[StoredMatch] = field(default_factory=Kept)
    members: Kept[StoredMember] = field(default_factory=Kept)
    communities: dict[str, StoredCommunity] = field(default_factory=dict)
    policies: list[StoredPolicy] = field(default_factory=list)
    explanations: list[StoredExplanation] = field(default_factory=list)
    timeline: list[StoredFact] = field(default_factory=list)
