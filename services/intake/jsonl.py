"""JSON Lines: one CloudEvent a line, blank lines skipped.

A load under a virtual clock takes its time from the event's `received_ms` (milliseconds since 1970), or else from its
CloudEvents `time` (RFC 3339 with an offset). Everything else about a line is the door's to judge.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import orjson
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from schemas.model import MS_MAX
from services.intake.lines import Line, too_long
from services.intake.raw_events import RawEvent

MOMENT: Final[TypeAdapter[AwareDatetime]] = TypeAdapter(AwareDatetime)


def events_in_lines(lines: Iterable[Line], *, source: str, name: str) -> Iterator[RawEvent]:
    """The events of a JSON Lines file, lazily and in file order.

    Args:
        source: who sends, as authenticated.
        name: what reports and dead letters call the file.
    """
    for line in lines:
        raw = line.raw.removeprefix(b"\xef\xbb\xbf").strip() if line.number == 1 else line.raw.strip()
        origin = f"{name}, line {line.number}"
        if not line.whole:
            yield RawEvent(source, raw, origin, refused=too_long(line))
        elif raw:
            yield RawEvent(source, raw, origin, at_ms=time_in(raw))


def time_in(raw: bytes) -> int | None:
    """When an event says it came; None where it says nothing readable, which is no fault."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    received_ms, time = document.get("received_ms"), document.get("time")
    if isinstance(received_ms, int) and not isinstance(received_ms, bool):
        return received_ms if 0 <= received_ms <= MS_MAX else None
    return moment_ms(time) if isinstance(time, str) else None


def moment_ms(text: str) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 moment with an offset, to the nearest; None for anything else."""
    if text[4:5] != "-":  # pydantic would also take a bare number of seconds
        return None
    try:
        moment_s = MOMENT.validate_python(text).timestamp()
    except ValidationError:
        return None
    moment = round(moment_s * 1_000)
    return moment if 0 <= moment <= MS_MAX else None
