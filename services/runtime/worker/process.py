"""One worker process from start to end: build, start, work until told to stop, drain, stop."""

import asyncio
import logging
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version

from services.runtime.folders import made
from services.runtime.kafka import KafkaSettings
from services.runtime.metrics import build_metrics
from services.runtime.worker.endpoint import Endpoint
from services.runtime.worker.health import Health
from services.runtime.worker.service import Build, Service, Workplace
from services.runtime.worker.settings import DATA_DIR, WorkerSettings

TOLD_TO_STOP = 0
FAILED = 1
log = logging.getLogger("commonweal.worker")


def run_worker(name: str, build: Build, env: Mapping[str, str], *, logic: str = "none") -> int:
    """Run a service until SIGTERM or SIGINT, or until it cannot go on.

    Args:
        logic: the version decisions fall by, in the service that decides.

    Returns:
        The process's exit code: 0 it was told to stop and drained, 1 it could not go on.

    Raises:
        WorkerSettingsError, SettingsWrong: the environment is not in order; nothing was started.
        Exception: what `start` raised, after everything was closed.
    """
    return asyncio.run(_run(workplace(name, env, logic=logic), build))


def workplace(name: str, env: Mapping[str, str], *, logic: str = "none") -> Workplace:
    """What a service stands on, from the environment; makes the data folder.

    Raises:
        WorkerSettingsError, SettingsWrong: the environment is not in order.
        FolderUnusable: the data folder cannot be made, or not be written.
    """
    settings = WorkerSettings.from_environment(env)
    made(settings.data_dir, DATA_DIR)
    metrics = build_metrics(version=version("commonweal"), logic=logic)
    metrics.disk_free_bytes.asked(lambda: shutil.disk_usage(settings.data_dir).free)
    return Workplace(
        name=name,
        settings=settings,
        kafka=KafkaSettings.from_environment(env),
        metrics=metrics,
        health=Health(metrics, stalled_after_s=settings.stalled_after_s),
        env=env,
    )


async def _run(place: Workplace, build: Build) -> int:
    service = build(place)
    told = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    async with Endpoint(place) as endpoint:
        log.info("%s answers at http://%s:%d/health/ready", place.name, place.settings.host, endpoint.port)
        try:
            await service.start()
            place.health.started()
            outcome = await _works(service, told)
            place.health.draining()
            await _drain(place, service)
        finally:
            await service.stop()
    log.info("%s stopped", place.name)
    return outcome


async def _works(service: Service, told: asyncio.Event) -> int:
    """Wait until told to stop, or until the service cannot go on."""
    stopping, failing = asyncio.create_task(told.wait()), asyncio.create_task(service.failed())
    done, waiting = await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    if failing not in done:
        return TOLD_TO_STOP
    log.error("it cannot go on, and is to be started anew", exc_info=failing.exception())
    return FAILED


async def _drain(place: Workplace, service: Service) -> None:
    try:
        async with asyncio.timeout(place.settings.drain_s):
            await service.drain()
    except TimeoutError:
        log.warning("not drained within %g s; the next worker does the rest again", place.settings.drain_s)
