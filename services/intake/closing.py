"""Closing a client of the cluster, however the cluster is: it is left after a bounded time, with a word in the log."""

import asyncio
import logging
from typing import Any

log = logging.getLogger("commonweal.intake")


async def close(client: Any, within_s: float) -> None:
    """Stop a consumer or producer; what it could not deliver or say by then, it will not.

    Never raises what the client raises: aiokafka lets out even the cancelling of its own tasks where a broker is away.
    """
    stopping: asyncio.Task[None] = asyncio.create_task(client.stop())
    await asyncio.wait({stopping}, timeout=within_s)
    if not stopping.done():
        stopping.cancel()
    outcomes = await asyncio.gather(stopping, return_exceptions=True)
    if isinstance(outcomes[0], BaseException):
        log.info("%s did not close in order: %r", type(client).__name__, outcomes[0])
