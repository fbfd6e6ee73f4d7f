"""The metrics catalogue: name with unit, meaning, remedy, and few labels whose values are known or counted."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from schemas.codes import Urgency
from schemas.facts import AnyFact
from schemas.notifications import Occasion
from schemas.topics import TOPICS

PREFIX: Final = "commonweal_"
OTHER: Final = "other"
"""What a value is counted as that its label does not take."""
LABEL_VALUES_MAX: Final = 64
"""An open label takes so many different values in a process; further ones are counted as `other`."""

MOMENTS: Final = (0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5)
ROUNDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
WAITS: Final = (0.1, 0.25, 0.5, 1, 2, 2.25, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400)
RECOVERIES: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)


@dataclass(frozen=True, slots=True)
class Label:
    """By what a metric is split."""

    name: str
    values: frozenset[str] | None = None
    """All it takes. None: code words of the writer, at most `LABEL_VALUES_MAX` of them."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the catalogue."""

    name: str
    """Without the prefix, the unit last; counters end in `_total`."""
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    remedy: str
    """What an operator does when it looks wrong."""
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds in seconds, of a histogram."""

    @property
    def full_name(self) -> str:
        """As it stands on /metrics and in queries."""
        return PREFIX + self.name


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


TOPIC: Final = Label("topic", frozenset(TOPICS))
URGENCY: Final = Label("urgency", frozenset(Urgency))
FACT: Final = Label("kind", frozenset(fact.model_fields["fact"].default for fact in get_args(AnyFact)))
OCCASION: Final = Label("kind", frozenset(Occasion))
REASON: Final = Label("reason")
TABLE: Final = Label("table")

EVENTS_RECEIVED = Metric(
    "events_received_total", "counter", "Events taken from the inbound topics (embedded: into the journal).",
    "None for a while by day: look at the gateway and at what partners send.", (TOPIC,),
)  # fmt: skip
BLOCKS_WRITTEN = Metric(
    "blocks_written_total", "counter", "Records written to the journal: blocks of events, and ticks.",
    "Standing still: intake does not run, or its broker does not answer.",
)  # fmt: skip
RECORDS_DECIDED = Metric(
    "records_decided_total", "counter", "Journal records decided and acknowledged by the log.",
    "Below blocks_written_total for long: matching is behind; look at lag_seconds and decide_seconds.",
)  # fmt: skip
FACTS = Metric(
    "facts_total", "counter", "Facts decided, by kind.",
    "Many event.refused: somebody sends what cannot be decided; see `commonweal dead-letters` and the board.", (FACT,),
)  # fmt: skip
RECORDS_FULL = Metric(
    "records_full_total", "counter", "Records that decided as much of one thing as a record may, by limit; what was left came with the next ones.",
    "Growing for many minutes: more falls due than is carried off, as after an outage; look at asks_overdue and lag_seconds.",
    (Label("limit"),),
)  # fmt: skip
DECIDE_SECONDS = Metric(
    "decide_seconds", "histogram", "Time to decide one journal record.",
    "p99 above a second: a partition is too large; give it fewer communities, or a faster machine.", (), MOMENTS,
)  # fmt: skip
ROUND_SECONDS = Metric(
    "round_seconds", "histogram", "Time of a record in which an assignment round ran.",
    "p99 above tick_ms: rounds take longer than they are apart; raise tick_ms or lower candidates_max.", (), ROUNDS,
)  # fmt: skip
ASK_TO_PROPOSAL_SECONDS = Metric(
    "ask_to_proposal_seconds", "histogram", "Log time from an ask's opening to its first proposal.",
    "p99 above 30 with offers around: asks are waiting unseen; look at lag and at the coordinators' queue.", (), WAITS,
)  # fmt: skip
ASKS_WAITING = Metric(
    "asks_waiting",
    "gauge",
    "Open asks with unmet units.",
    "Growing: more offers are needed than there are.",
    (URGENCY,),
)
ASKS_OVERDUE = Metric(
    "asks_overdue", "gauge", "Of these, asks that wait longer than their urgency allows (the policy's escalate_after_ms).",
    "Above 0: coordinators look at their queue; see the runbook.", (URGENCY,),
)  # fmt: skip
OLDEST_WAITING_SECONDS = Metric(
    "oldest_waiting_seconds", "gauge", "How long the oldest waiting ask has waited.",
    "Critical above minutes: call somebody.", (URGENCY,),
)  # fmt: skip
DEAD_LETTERS = Metric(
    "dead_letters_total", "counter", "Records and events put aside, by reason code.",
    "Growing: `commonweal dead-letters list` says what and from whom.", (REASON,),
)  # fmt: skip
QUARANTINED = Metric(
    "quarantined_total", "counter", "Events stepped over at an operator's word.",
    "Each one is a bug to be reported, and an event somebody has to see to by hand.",
)  # fmt: skip
LAG_RECORDS = Metric(
    "lag_records", "gauge", "Records of a topic that this process has still to finish.",
    "Growing: one more worker, or find out what is slow (decide_seconds, recovery, database).", (TOPIC,),
)  # fmt: skip
LAG_SECONDS = Metric(
    "lag_seconds", "gauge", "Age of the oldest of them, at most; 0 where nothing waits.",
    "Above 10 for minutes: as lag_records.", (TOPIC,),
)  # fmt: skip
RECOVERING_PARTITIONS = Metric(
    "recovering_partitions", "gauge", "Partitions whose state is being restored; not ready as long as there is one.",
    "Not falling: look for the partition in the log; snapshots may be missing, or the log unreachable.",
)  # fmt: skip
RECOVERY_SECONDS = Metric(
    "recovery_seconds", "histogram", "Time to restore one partition's state.",
    "Above a minute: snapshots are too far apart, or the read model's database is slow.", (), RECOVERIES,
)  # fmt: skip
SNAPSHOT_SECONDS = Metric(
    "snapshot_seconds", "histogram", "Time to take and write one snapshot.",
    "Above 30: the database is slow; the partition waits only for the taking.", (), RECOVERIES,
)  # fmt: skip
SNAPSHOT_BYTES = Metric(
    "snapshot_bytes", "gauge", "Size of the snapshot written last.",
    "Growing without more open asks: what has ended is not forgotten; look at seen_horizon_ms.",
)  # fmt: skip
SEND_ERRORS = Metric(
    "send_errors_total", "counter", "Records that the broker did not acknowledge; what they came from is done again.",
    "More than a few: the broker is away, full, or refuses us; `commonweal doctor`.",
)  # fmt: skip
ENGINES_DROPPED = Metric(
    "engines_dropped_total", "counter", "Engines thrown away in doubt and restored, by reason code.",
    "Again and again: two workers of different clusters decide one partition, or sends fail.", (REASON,),
)  # fmt: skip
BOARD_ROWS = Metric(
    "board_rows_total", "counter", "Rows written to the board, by table.",
    "Standing still while facts_total grows: the board is behind or its database away.", (TABLE,),
)  # fmt: skip
NOTIFICATIONS_REQUESTED = Metric(
    "notifications_requested_total", "counter", "Notifications requested, by occasion.",
    "None while facts_total grows: nobody hears of anything.", (OCCASION,),
)  # fmt: skip
NOTIFICATIONS_WITHHELD = Metric(
    "notifications_withheld_total",
    "counter",
    "Notifications that were not requested: past_deadline, quiet (would be by the end of quiet hours), budget.",
    "Many past_deadline: decisions or notifications are behind. Many budget: raise COMMONWEAL_CONTACTS_PER_DAY_MAX.",
    (REASON,),
)
IMPACT = Metric(
    "impact_total",
    "counter",
    "Ripple effects counted since the process began, by measure; /impact of the worker has the sums per community.",
    "A measure that stands still for a day while others grow: ask the coordinators what has changed.",
    (Label("measure"),),
)
ASK_TO_ACCEPTANCE_SECONDS = Metric(
    "ask_to_acceptance_seconds",
    "histogram",
    "Log time from an ask's opening to the first yes.",
    "Growing: too few are asked, or too few say yes; see `commonweal policy` and docs/matching.md.",
    (),
    WAITS,
)
LAST_PROGRESS = Metric(
    "last_progress_timestamp_seconds", "gauge", "Unix time at which this process finished a record last.",
    "Old while lag_records is above 0: a silent stall; /health/live fails and the process is started anew.",
)  # fmt: skip
DISK_FREE_BYTES = Metric(
    "disk_free_bytes", "gauge", "Free room where the data folder lies.", "Below a tenth of the disk: make room."
)
BUILD_INFO = Metric(
    "build_info", "gauge", "Always 1; says which version runs, and by which logic it decides.",
    "Two logic versions for long: an upgrade was left half done.", (Label("version"), Label("logic")),
)  # fmt: skip

CATALOGUE: Final = (
    EVENTS_RECEIVED,
    BLOCKS_WRITTEN,
    RECORDS_DECIDED,
    FACTS,
    RECORDS_FULL,
    DECIDE_SECONDS,
    ROUND_SECONDS,
    ASK_TO_PROPOSAL_SECONDS,
    ASKS_WAITING,
    ASKS_OVERDUE,
    OLDEST_WAITING_SECONDS,
    DEAD_LETTERS,
    QUARANTINED,
    LAG_RECORDS,
    LAG_SECONDS,
    RECOVERING_PARTITIONS,
    RECOVERY_SECONDS,
    SNAPSHOT_SECONDS,
    SNAPSHOT_BYTES,
    SEND_ERRORS,
    ENGINES_DROPPED,
    BOARD_ROWS,
    NOTIFICATIONS_REQUESTED,
    NOTIFICATIONS_WITHHELD,
    IMPACT,
    ASK_TO_ACCEPTANCE_SECONDS,
    LAST_PROGRESS,
    DISK_FREE_BYTES,
    BUILD_INFO,
)
"""In the order in which an event meets them."""
