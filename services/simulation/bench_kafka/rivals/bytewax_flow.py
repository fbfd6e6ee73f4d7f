"""Bytewax: keyed state and one output, one worker.

In its favour: no recovery store, so state lives in memory and is gone with the process; batches of a thousand.
"""

import json
import sys
from typing import Any

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.run import cli_main
from confluent_kafka import OFFSET_BEGINNING

BATCH = 1_000

Row = dict[str, Any]


def build(told: dict[str, Any]) -> Dataflow:
    """The flow, as one would write it after the documentation."""
    flow = Dataflow("rival")
    brokers = [told["bootstrap"]]
    read = kop.input(
        "read", flow, brokers=brokers, topics=told["inputs"], starting_offset=OFFSET_BEGINNING, batch_size=BATCH
    )
    keyed = op.map("keyed", read.oks, _keyed)
    told_rows = op.stateful_map("keep", keyed, _kept)
    kop.output("write", op.map("written", told_rows, _written), brokers=brokers, topic=told["output"])
    return flow


def _keyed(message: KafkaSourceMessage) -> tuple[str, Row]:
    return message.key.decode(), orjson.loads(message.value)


def _kept(row: Row | None, event: Row) -> tuple[Row, Row]:
    """One more word about this key."""
    row = {"seen": (row["seen"] if row else 0) + 1, "type": event["type"]}
    return row, row


def _written(keyed: tuple[str, Row]) -> KafkaSinkMessage:
    key, row = keyed
    return KafkaSinkMessage(key.encode(), orjson.dumps({"key": key, **row}))


if __name__ == "__main__":
    cli_main(build(json.loads(sys.argv[1])), workers_per_process=1)
