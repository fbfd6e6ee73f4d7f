"""Impact on Kafka: a Faust service over `decisions`, its measures in a Faust table and on /metrics and /impact."""

from typing import Final

import orjson
from aiohttp import web

from schemas.partitions import PARTITIONS
from schemas.topics import DECISIONS, MEASURES
from services.impact.measures import MEASURES as ROW
from services.impact.measures import Gained, measured, standing_measures
from services.runtime.worker import FaustService, LedgerTable, Workplace, faust_app

TABLE: Final = "measures"


def build(place: Workplace) -> FaustService:
    """The service; connects nothing."""
    service = FaustService(faust_app(place), place, [DECISIONS, MEASURES])
    table = LedgerTable(service, TABLE)

    async def count(partition: int, gained: Gained) -> None:
        for measure, number in gained.counts.items():
            place.metrics.impact.inc(number, measure=measure.value)
        for waited_ms in gained.acceptance_ms:
            place.metrics.ask_to_acceptance_seconds.observe(waited_ms / 1_000)

    async def impact(request: web.Request) -> web.Response:
        """Community → measure → how much, of the partitions in this worker's hands."""
        found: dict[str, dict[str, int]] = {}
        for partition in range(PARTITIONS):
            row = table.get(f"{partition}/{ROW}")
            found |= standing_measures(None if row is None else orjson.loads(row))
        return web.Response(body=orjson.dumps({"communities": found}), content_type="application/json")

    place.routes.append(web.get("/impact", impact))
    table.follow(DECISIONS, measured, count)
    return service
