"""Quix Streams: keyed state and one output.

As shipped: state in RocksDB with a changelog topic, at least once, checkpoints every five seconds. In its favour: the
producer waits 100 ms to fill its batches, and the log is silent.
"""

import json
import sys
from typing import Any

from quixstreams import Application, State


def run(told: dict[str, Any]) -> None:
    """Read until told to stop."""
    app = Application(
        broker_address=told["bootstrap"],
        consumer_group=told["group"],
        auto_offset_reset="earliest",
        state_dir=told["folder"],
        loglevel="WARNING",
        producer_extra_config={"linger.ms": 100},
    )
    output = app.topic(told["output"], value_serializer="json")
    for name in told["inputs"]:
        frame = app.dataframe(app.topic(name, key_deserializer="str", value_deserializer="json"))
        frame = frame.apply(keep_and_tell, stateful=True, metadata=True)
        frame.to_topic(output)
    app.run()


def keep_and_tell(event: dict[str, Any], key: str, timestamp: int, headers: object, state: State) -> dict[str, Any]:
    """One more word about this key."""
    row = {"seen": (state.get("row") or {"seen": 0})["seen"] + 1, "type": event["type"]}
    state.set("row", row)
    return {"key": key, **row}


if __name__ == "__main__":
    run(json.loads(sys.argv[1]))
