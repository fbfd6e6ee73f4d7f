"""A request as it lies on its topic: one CloudEvent in binary mode, keyed by its id."""

from schemas.notifications import Notification
from services.runtime.log.records import NewRecord

SOURCE = "notifications"
KIND = "commonweal.notification.v1"


def record(notification: Notification) -> NewRecord:
    """The record of a request; the same bytes for the same request."""
    return NewRecord(
        value=notification.model_dump_json(exclude_none=True).encode(),
        key=notification.notification.encode(),
        headers=(
            ("ce_specversion", b"1.0"),
            ("ce_id", notification.notification.encode()),
            ("ce_source", SOURCE.encode()),
            ("ce_type", KIND.encode()),
            ("content-type", b"application/json"),
        ),
    )
