"""Limits per source where records are read: a source that floods trips its own breaker, and nobody else notices.

The door limits what people and partners send. This is for whatever writes the inbound topics itself and runs wild: its
records go to the dead letters unread until it slows down. Time is the records' own, so that the backlog of an outage is
judged by when it was sent, never by how fast it is read.
"""

from schemas.events import Received
from services.intake.breaker import Breaker
from services.intake.inbound import ReadEvent, read_sent, source_in
from services.intake.refusals import Rejected, Why
from services.runtime.log.records import Record

LIMITED = Rejected(
    Why.source_limited, "its source sent more, or more refused events, than its limits allow; send slower"
)
NAMELESS = ""
"""What is counted together: records that do not say from whom they are."""


def limited(breaker: Breaker) -> ReadEvent:
    """`read_event`, for sources within their limits."""

    def read(record: Record) -> Received | Rejected:
        headers = dict(record.headers)
        source = source_in(headers.get("ce_source"))
        counted = source or NAMELESS
        if not breaker.allow(counted, record.stamp_ms):
            return LIMITED
        event = read_sent(record, headers, source)
        breaker.judged(counted, record.stamp_ms, rejected=isinstance(event, Rejected))
        return event

    return read
