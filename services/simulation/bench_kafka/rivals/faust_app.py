"""The obvious Faust app: a table, one record at a time, one output.

In its favour: the table lives in memory, not in RocksDB; commits once a second; no web server; no acknowledgement is
waited for before the next record.
"""

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import faust

PARTITIONS = 64


def build(told: dict[str, Any]) -> faust.App:
    """The app, as one would write it after the tutorial."""
    app = faust.App(
        told["group"],
        broker=f"kafka://{told['bootstrap']}",
        datadir=told["folder"],
        store="memory://",
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        topic_disable_leader=True,
        web_enabled=False,
        key_serializer="raw",
        value_serializer="json",
        broker_commit_interval=1.0,
    )
    inbound = app.topic(*told["inputs"], key_type=bytes, partitions=PARTITIONS)
    output = app.topic(told["output"], key_type=bytes, partitions=PARTITIONS)
    rows = app.Table("rows", key_type=bytes, partitions=PARTITIONS, default=dict)

    @app.agent(inbound)
    async def keep_and_tell(stream: Any) -> AsyncIterator[None]:
        async for key, event in stream.items():
            row = {"seen": rows[key].get("seen", 0) + 1, "type": event["type"]}
            rows[key] = row
            await output.send(key=key, value={"key": key.decode(), **row})
            yield

    return app


if __name__ == "__main__":
    faust.Worker(build(json.loads(sys.argv[1])), loglevel="WARNING").execute_from_commandline()
