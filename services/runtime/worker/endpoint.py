"""The HTTP endpoint of a worker: whether it lives, whether it is ready, and what it counts.

GET  /health/live    200 while it goes on, 503 with the sentences where a partition stands silently: start it anew
GET  /health/ready   200 while it does its work, 503 with the sentences while it starts, recovers, drains, or is in trouble
GET  /metrics        Prometheus's text form
"""

from types import TracebackType
from typing import Self

import orjson
from aiohttp import web

from services.runtime.metrics import CONTENT_TYPE, exposed
from services.runtime.worker.service import Workplace
from services.runtime.worker.settings import PORT, WorkerSettingsError

SHUTDOWN_S = 1.0
"""For answers under way when the process ends."""


class Endpoint:
    """Answers while the block runs; `port` says where."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        application = web.Application()
        application.add_routes(
            [
                web.get("/health/live", self._live),
                web.get("/health/ready", self._ready),
                web.get("/metrics", self._metrics),
                *place.routes,
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_S)
        self.port = 0

    async def __aenter__(self) -> Self:
        settings = self._place.settings
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, settings.host, settings.port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise WorkerSettingsError(
                f"{settings.host}:{settings.port}: cannot answer there ({error.strerror}); set {PORT} to a free port, "
                "or to 0 for any that is"
            ) from None
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _live(self, request: web.Request) -> web.Response:
        return _health("alive", self._place.health.stalls())

    async def _ready(self, request: web.Request) -> web.Response:
        return _health("ready", self._place.health.waits_for())

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=exposed(self._place.metrics), headers={"Content-Type": CONTENT_TYPE})


def _health(word: str, against: list[str]) -> web.Response:
    document = {word: not against, "troubles": against}
    return web.Response(body=orjson.dumps(document), status=503 if against else 200, content_type="application/json")
