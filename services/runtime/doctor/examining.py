"""Looking at one thing after the other, from what is near to what is far."""

from collections.abc import Callable, Mapping

from services.runtime.doctor.clocks import clock_findings, controller_offset, newest_stamp_ms
from services.runtime.doctor.cluster import broker_disk_finding, broker_finding, topics_finding
from services.runtime.doctor.finding import Finding, State
from services.runtime.doctor.near import database_finding, disk_finding, package_findings
from services.runtime.kafka import ClusterError, KafkaSettings, administering
from services.runtime.log import wall_clock

LOOK_FOR_MS = 5_000


def examine(env: Mapping[str, str], clock: Callable[[], int] = wall_clock) -> list[Finding]:
    """Everything a worker with this environment would stand on.

    Args:
        env: as a worker would read it.
        clock: this machine's, in milliseconds.
    """
    findings = package_findings()
    if any(each.state is State.wrong for each in findings):
        return findings  # the rest is examined by what is missing
    from services.runtime.worker.settings import WorkerSettings, WorkerSettingsError

    try:
        kafka, worker = KafkaSettings.from_environment(env), WorkerSettings.from_environment(env)
    except (ClusterError, WorkerSettingsError) as error:
        return [*findings, Finding("settings", State.wrong, str(error))]
    where = f"cluster {kafka.bootstrap} ({kafka.security_protocol}), prefix {kafka.prefix or 'none'}"
    findings.append(Finding("settings", State.well, f"{where}, data in {worker.data_dir}"))
    return [*findings, *_cluster(kafka, clock), database_finding(worker.database_url), disk_finding(worker.data_dir)]


def _cluster(settings: KafkaSettings, clock: Callable[[], int]) -> list[Finding]:
    try:
        with administering(settings, "describe the cluster", timeout_ms=LOOK_FOR_MS) as admin:
            findings = [broker_finding(admin), broker_disk_finding(admin)]
            offset, stamp_ms = controller_offset(admin, clock), newest_stamp_ms(admin, settings)
            findings += clock_findings(offset, stamp_ms, clock())
    except ClusterError as error:
        after = "the cluster has to be reached first"
        return [
            Finding("broker", State.wrong, str(error)),
            *(Finding(subject, State.not_examined, after) for subject in ("broker's disk", "clocks", "topics")),
        ]
    return [*findings, topics_finding(settings)]
