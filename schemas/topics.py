"""The topics: what travels where, who writes it, who reads it, how long it stays, what class of data it is.

Both shells create their topics from this page. The partition is always sent explicitly, computed from the
community (`schemas.partitions`), so a key never chooses it: keys name the entity, and compaction keeps the
last record of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, get_args

from schemas.acknowledgements import Acknowledged
from schemas.dead_letters import KEY_LIFE_MS, DeadLetter, Quarantined
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, AskEvent, MemberEvent, OfferEvent, OperationEvent
from schemas.journal import Block, Tick
from schemas.model import Model
from schemas.notifications import Notification
from schemas.partitions import PARTITIONS
from schemas.states import MatchRow

Service = Literal[
    "gateway", "vault", "intake", "matching", "board", "notifications", "impact", "relay", "console", "cli"
]
Party = Service | Literal["partners"]

FOREVER = None
INBOUND_KEPT_MS = 14 * 86_400_000
"""Intake may be away this long and still find every record; the journal keeps them for good."""
MESSAGE_BYTES_MAX = 8 * 1024 * 1024
"""What a topic lets in at once: a block may be a megabyte, and a batch of them travels as one message."""


class Cleanup(StrEnum):
    """What the log does with old records."""

    delete = "delete"
    compact = "compact"


class Stamp(StrEnum):
    """Who stamps a record: the log when it appends, or whoever wrote it."""

    log_append = "LogAppendTime"
    create = "CreateTime"


class DataClass(StrEnum):
    """How careful one has to be with a topic's records."""

    pseudonymous = "pseudonymous"
    """Random ids, codes and wide cells: about people, and naming nobody."""
    sealed = "sealed"
    """Bytes that may name somebody, encrypted under a key that dies."""
    operational = "operational"
    """About the system only."""


@dataclass(frozen=True)
class Topic:
    """One topic, as both shells create it."""

    name: str
    purpose: str
    values: tuple[type[Model], ...]
    """The models of which a record's value is one; none for the changelog of a table, which only its service reads."""
    key: str | None
    """The field of the value that is the record's key; None: records have no key."""
    writers: tuple[Party, ...]
    readers: tuple[Party, ...]
    retention_ms: int | None
    """How long records stay at least; None: for ever."""
    cleanup: Cleanup = Cleanup.delete
    stamp: Stamp = Stamp.create
    data_class: DataClass = DataClass.pseudonymous
    cloud_events: bool = False
    """Each record is one CloudEvent in binary mode: its attributes travel as `ce_*` headers."""
    partitions: int = PARTITIONS
    message_bytes_max: int = MESSAGE_BYTES_MAX
    """Of a batch of records, as it travels; clients fetch and send at least as much at once."""


def _inbound(name: str, purpose: str, values: tuple[type[Model], ...], key: str, *writers: Party) -> Topic:
    return Topic(
        name=name,
        purpose=purpose,
        values=values,
        key=key,
        writers=writers,
        readers=("intake",),
        retention_ms=INBOUND_KEPT_MS,
        stamp=Stamp.log_append,
        cloud_events=True,
    )


def _changelog(service: Service, table: str, purpose: str) -> Topic:
    """Where a table of a Faust service is kept; Faust names it after app and table, and would make it otherwise."""
    return Topic(
        name=f"{service}-{table}-changelog",
        purpose=purpose,
        values=(),
        key=None,
        writers=(service,),
        readers=(service,),
        retention_ms=FOREVER,
        cleanup=Cleanup.compact,
    )


ASKS = _inbound("asks", "What askers say of their asks.", get_args(AskEvent), "ask", "gateway", "relay")
OFFERS = _inbound("offers", "What offerers say of their offers.", get_args(OfferEvent), "offer", "gateway")
ACKNOWLEDGEMENTS = _inbound("acknowledgements", "What both sides say of a match.", (Acknowledged,), "match", "gateway")
MEMBERS = _inbound(
    "members", "What members can, and what boundaries they set.", get_args(MemberEvent), "member", "gateway"
)
OPERATIONS = _inbound(
    "operations",
    "Communities, policies, and what coordinators and operators do by hand.",
    get_args(OperationEvent),
    "community",
    "gateway",
    "relay",
    "console",
    "cli",
)
JOURNAL = Topic(
    name="journal",
    purpose="What was asked of the engine, in one order per partition: blocks of events, and ticks.",
    values=(Block, Tick),
    key=None,
    writers=("intake",),
    readers=("matching",),
    retention_ms=FOREVER,
    stamp=Stamp.log_append,
)
DECISIONS = Topic(
    name="decisions",
    purpose="What was decided: exactly one block per journal record. State is the fold of this and of nothing else.",
    values=(DecisionBlock,),
    key=None,
    writers=("matching",),
    readers=("matching", "board", "notifications", "impact", "relay"),
    retention_ms=FOREVER,
)
MATCHES = Topic(
    name="matches",
    purpose="Each match as it stands, for partners; the last record of a match is the whole truth about it.",
    values=(MatchRow,),
    key="match",
    writers=("board",),
    readers=("partners",),
    retention_ms=FOREVER,
    cleanup=Cleanup.compact,
    cloud_events=True,
)
NOTIFICATIONS = Topic(
    name="notifications",
    purpose="Who is to be told what, and until when; delivery adds contact and words from the vault.",
    values=(Notification,),
    key="notification",
    writers=("notifications",),
    readers=("notifications",),
    retention_ms=INBOUND_KEPT_MS,
    cloud_events=True,
)
DEAD_LETTERS = Topic(
    name="dead-letters",
    purpose="What could not be used, with origin, reason and its sealed bytes.",
    values=(DeadLetter,),
    key="origin",
    writers=("gateway", "intake", "matching", "notifications"),
    readers=("console", "cli"),
    retention_ms=KEY_LIFE_MS,
    data_class=DataClass.sealed,
)
QUARANTINE = Topic(
    name="quarantine",
    purpose="Journal events that matching is told to step over, out of band since their partition stands still.",
    values=(Quarantined,),
    key="place",
    writers=("console", "cli"),
    readers=("matching",),
    retention_ms=FOREVER,
    cleanup=Cleanup.compact,
    data_class=DataClass.operational,
)
CONTACT_BUDGETS = _changelog(
    "notifications", "contact-budgets", "How often each member was contacted lately: the changelog of a Faust table."
)
MEASURES = _changelog("impact", "measures", "The running measures of ripple effects: the changelog of a Faust table.")

INBOUND = (ASKS, OFFERS, ACKNOWLEDGEMENTS, MEMBERS, OPERATIONS)
CHANGELOGS = (CONTACT_BUDGETS, MEASURES)
TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        topic.name: topic
        for topic in (*INBOUND, JOURNAL, DECISIONS, MATCHES, NOTIFICATIONS, DEAD_LETTERS, QUARANTINE, *CHANGELOGS)
    }
)
_INBOUND_OF: Mapping[type[Model], Topic] = {model: topic for topic in INBOUND for model in topic.values}


def inbound_topic(event: AnyEvent) -> Topic:
    """The inbound topic an event travels on."""
    return _INBOUND_OF[type(event)]
