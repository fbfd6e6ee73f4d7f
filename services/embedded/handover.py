"""Handing events to the process that runs a data folder: only one may write a log, and that one takes in for all.

`up` leaves word in the data folder of how it is reached, with a token that only who may read the folder knows.
"""

import base64
import http.client
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Self

from pydantic import Base64Bytes, Field, ValidationError

from schemas.dead_letters import Quarantined
from schemas.model import Id, Model
from services.embedded.data_folder import DataFolder
from services.embedded.errors import EmbeddedError
from services.intake import RawEvent, Rejected, SubmitReport, Why

HOST = "127.0.0.1"
EVENTS_PATH = "/events"
QUARANTINE_PATH = "/quarantine"
EVENTS_MAX = 2_000
BODY_BYTES_MAX = 32 * 1024 * 1024
PART_BYTES_MAX = 8 * 1024 * 1024
"""Of events sent together; in base64 and with their names they stay far below what a body may hold."""
ANSWER_WITHIN_S = 60.0
EXAMPLES_MAX = 10
"""Refusals told in words; all of them are among the dead letters."""


class HandoverError(EmbeddedError):
    """The running process did not take the events, or not all of them; send all of them again."""


class Reach(Model):
    """How a running process is reached."""

    pid: Annotated[int, Field(ge=1)]
    port: Annotated[int, Field(ge=1, le=65_535)]
    token: Annotated[str, Field(min_length=32, max_length=128)]

    def write(self, folder: DataFolder) -> None:
        """Leave word in the folder, for its owner's eyes only."""
        fresh = folder.running.with_name(f"{folder.running.name}.fresh")
        fresh.unlink(missing_ok=True)
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(self.model_dump_json())
        fresh.replace(folder.running)


def reach(folder: DataFolder) -> Reach | None:
    """How the process that runs the folder is reached; None where it left no word. Ask only while the log is busy.

    Another process's word, left behind when it was killed, is none: somebody else may listen on its port by now.
    """
    try:
        word = Reach.model_validate_json(folder.running.read_bytes())
        writer = folder.writer.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return word if writer == str(word.pid) else None


class Refusal(Model):
    """Why an event could not even be read, as found before it was handed over."""

    reason: Why
    detail: str


class HandedEvent(Model):
    """One event on its way to the running process."""

    source: Id
    origin: str
    raw: Base64Bytes
    refused: Refusal | None = None


class HandedIn(Model):
    """Events on their way to the running process."""

    events: Annotated[tuple[HandedEvent, ...], Field(max_length=EVENTS_MAX)]

    def raw_events(self) -> list[RawEvent]:
        """As intake takes them."""
        return [
            RawEvent(
                event.source,
                event.raw,
                event.origin,
                refused=None if event.refused is None else Rejected(event.refused.reason, event.refused.detail),
            )
            for event in self.events
        ]


class Answered(Model):
    """What became of them, as intake reports it."""

    admitted: dict[str, int]
    rejected: dict[str, int]
    examples: tuple[str, ...]

    @classmethod
    def of(cls, report: SubmitReport) -> Self:
        """A report, as it travels."""
        return cls(admitted=dict(report.admitted), rejected=dict(report.rejected), examples=tuple(report.examples))


class Failed(Model):
    """Why the running process took nothing in."""

    error: str


def hand_over(to: Reach, raws: Iterable[RawEvent]) -> SubmitReport:
    """Have the running process let events in.

    Returns:
        What became of them; all that was let in is durable, and decided soon.

    Raises:
        HandoverError: the process did not answer, or refused.
    """
    report = SubmitReport()
    for part in _parts(raws):
        answered = _sent(to, HandedIn(events=part))
        report.admitted.update(answered.admitted)
        report.rejected.update(answered.rejected)
        report.examples += answered.examples
    del report.examples[EXAMPLES_MAX:]
    return report


def _parts(raws: Iterable[RawEvent]) -> Iterator[tuple[HandedEvent, ...]]:
    part, size = list[HandedEvent](), 0
    for raw in raws:
        part.append(_handed(raw))
        size += len(raw.raw)
        if len(part) == EVENTS_MAX or size >= PART_BYTES_MAX:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)


def _handed(raw: RawEvent) -> HandedEvent:
    refused = None if raw.refused is None else Refusal(reason=raw.refused.reason, detail=raw.refused.detail)
    return HandedEvent(source=raw.source, origin=raw.origin, raw=base64.b64encode(raw.raw), refused=refused)


def quarantine_there(to: Reach, word: Quarantined) -> None:
    """Have the running process step over an event.

    Raises:
        HandoverError: the process did not answer, or refused.
    """
    status, body = _posted(to, QUARANTINE_PATH, word)
    if status != HTTPStatus.OK:
        raise HandoverError(f"process {to.pid} runs this data folder and did not take it: {_why(body)}")


def _sent(to: Reach, part: HandedIn) -> Answered:
    status, body = _posted(to, EVENTS_PATH, part)
    if status == HTTPStatus.OK:
        with suppress(ValidationError):
            return Answered.model_validate_json(body)
    raise HandoverError(
        f"process {to.pid} runs this data folder and took nothing in: {_why(body)}. Send all of it again; what came "
        "twice is dropped"
    )


def _why(body: bytes) -> str:
    try:
        return Failed.model_validate_json(body).error
    except ValidationError as error:
        return f"it did not answer as it should ({type(error).__name__})"


def _posted(to: Reach, path: str, said: Model) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, to.port, timeout=ANSWER_WITHIN_S)
    headers = {"Authorization": f"Bearer {to.token}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, body=said.model_dump_json().encode(), headers=headers)
        response = connection.getresponse()
        return response.status, response.read(BODY_BYTES_MAX)
    except (OSError, http.client.HTTPException) as error:
        failed = Failed(error=f"it did not answer as it should ({type(error).__name__})")
        return HTTPStatus.SERVICE_UNAVAILABLE, failed.model_dump_json().encode()
    finally:
        connection.close()
