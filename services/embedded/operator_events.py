"""What an operator at the command line says, as an event like everybody else's."""

import orjson

from schemas.operations import CommunityDefined, LeapAllowed, PolicySet
from services.intake import RawEvent

SOURCE = "cli"
"""Who sends what is typed on this machine."""


def operator_event(said: CommunityDefined | LeapAllowed | PolicySet, event_id: str) -> RawEvent:
    """The event, ready to be let in.

    Args:
        event_id: unlike any other of this source; saying the same again under the same id says nothing.
    """
    document = {"id": event_id, "data": said.model_dump(mode="json", exclude_none=True)}
    return RawEvent(SOURCE, orjson.dumps(document), f"{said.type} {event_id}")
