"""The metrics of one process: an attribute for each line of the catalogue, on a registry of their own."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector

from services.runtime.metrics import catalogue
from services.runtime.metrics.bounded import Counter, Gauge, Histogram


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a process counts. Safe to use from any thread."""

    registry: CollectorRegistry
    events_received: Counter
    blocks_written: Counter
    records_decided: Counter
    facts: Counter
    records_full: Counter
    decide_seconds: Histogram
    round_seconds: Histogram
    ask_to_proposal_seconds: Histogram
    asks_waiting: Gauge
    asks_overdue: Gauge
    oldest_waiting_seconds: Gauge
    dead_letters: Counter
    quarantined: Counter
    lag_records: Gauge
    lag_seconds: Gauge
    recovering_partitions: Gauge
    recovery_seconds: Histogram
    snapshot_seconds: Histogram
    snapshot_bytes: Gauge
    send_errors: Counter
    engines_dropped: Counter
    board_rows: Counter
    notifications_requested: Counter
    notifications_withheld: Counter
    impact: Counter
    ask_to_acceptance_seconds: Histogram
    last_progress: Gauge
    disk_free_bytes: Gauge
    build_info: Gauge


def build_metrics(*, version: str, logic: str = "none") -> Metrics:
    """A registry with every metric of the catalogue at its beginning, and the process's own memory and processor time.

    Args:
        version: of Commonweal, as it was installed.
        logic: by which decisions fall here; "none" in a service that decides nothing.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    metrics = Metrics(
        registry=registry,
        events_received=Counter(catalogue.EVENTS_RECEIVED, registry),
        blocks_written=Counter(catalogue.BLOCKS_WRITTEN, registry),
        records_decided=Counter(catalogue.RECORDS_DECIDED, registry),
        facts=Counter(catalogue.FACTS, registry),
        records_full=Counter(catalogue.RECORDS_FULL, registry),
        decide_seconds=Histogram(catalogue.DECIDE_SECONDS, registry),
        round_seconds=Histogram(catalogue.ROUND_SECONDS, registry),
        ask_to_proposal_seconds=Histogram(catalogue.ASK_TO_PROPOSAL_SECONDS, registry),
        asks_waiting=Gauge(catalogue.ASKS_WAITING, registry),
        asks_overdue=Gauge(catalogue.ASKS_OVERDUE, registry),
        oldest_waiting_seconds=Gauge(catalogue.OLDEST_WAITING_SECONDS, registry),
        dead_letters=Counter(catalogue.DEAD_LETTERS, registry),
        quarantined=Counter(catalogue.QUARANTINED, registry),
        lag_records=Gauge(catalogue.LAG_RECORDS, registry),
        lag_seconds=Gauge(catalogue.LAG_SECONDS, registry),
        recovering_partitions=Gauge(catalogue.RECOVERING_PARTITIONS, registry),
        recovery_seconds=Histogram(catalogue.RECOVERY_SECONDS, registry),
        snapshot_seconds=Histogram(catalogue.SNAPSHOT_SECONDS, registry),
        snapshot_bytes=Gauge(catalogue.SNAPSHOT_BYTES, registry),
        send_errors=Counter(catalogue.SEND_ERRORS, registry),
        engines_dropped=Counter(catalogue.ENGINES_DROPPED, registry),
        board_rows=Counter(catalogue.BOARD_ROWS, registry),
        notifications_requested=Counter(catalogue.NOTIFICATIONS_REQUESTED, registry),
        notifications_withheld=Counter(catalogue.NOTIFICATIONS_WITHHELD, registry),
        impact=Counter(catalogue.IMPACT, registry),
        ask_to_acceptance_seconds=Histogram(catalogue.ASK_TO_ACCEPTANCE_SECONDS, registry),
        last_progress=Gauge(catalogue.LAST_PROGRESS, registry),
        disk_free_bytes=Gauge(catalogue.DISK_FREE_BYTES, registry),
        build_info=Gauge(catalogue.BUILD_INFO, registry),
    )
    metrics.build_info.set(1, version=version, logic=logic)
    return metrics
