"""Questions over HTTP: read, asked of the database in a thread, answered as JSON, or refused as a problem (RFC 9457)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import orjson
from aiohttp import web
from sqlalchemy import Engine

from services.board.api.openapi import document
from services.board.api.parameters import WrongError
from services.board.api.questions import QUESTIONS, Question
from services.board.database.reader import DatabaseReader
from services.board.errors import BoardError
from services.board.paging import BadCursor

AT_A_TIME_MAX: Final = 8
"""Questions asked of the database together: as many as its readers' connections."""
WAITING_MAX: Final = 64
"""Questions that may wait for their turn; who comes beyond that is told to come again."""
PROBLEM: Final = "application/problem+json"
READING: Final = ("GET", "HEAD")
PATH_CHARS_MAX: Final = 200
Handle = Callable[[web.Request], Awaitable[web.Response]]
log = logging.getLogger("commonweal.board")


def routes(engine: Engine) -> Iterator[web.RouteDef]:
    """Every question's route, the description of all of them at /v1/openapi.json, and what is said anywhere else.

    To be added after all other routes.

    Args:
        engine: connected for reading.
    """
    turns = Turns()
    for question in QUESTIONS:
        yield web.get(question.path, _answering(question, engine, turns))
    described = orjson.dumps(document(), option=orjson.OPT_SORT_KEYS)
    yield web.get("/v1/openapi.json", _saying(described))
    yield web.route("*", "/{elsewhere:.*}", _nowhere)


class Turns:
    """Lets so many questions through at a time, and so many wait."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_A_TIME_MAX)
        self._waiting = 0

    async def ask(self, question: Callable[[], bytes | None]) -> bytes | None:
        """Ask in a thread, when there is a turn.

        Raises:
            TooManyError: too many wait already.
        """
        if self._waiting >= WAITING_MAX:
            raise TooManyError
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(question)
        finally:
            self._waiting -= 1


class TooManyError(Exception):
    """More questions wait than can be answered soon."""


def _answering(question: Question, engine: Engine, turns: Turns) -> Handle:
    async def answer(request: web.Request) -> web.Response:
        try:
            said = _said(question, request)
            body = await turns.ask(lambda: _asked(question, engine, said))
        except (WrongError, BadCursor) as wrong:
            return problem(400, "The question cannot be answered as it was asked", str(wrong))
        except TooManyError:
            return problem(503, "Too many questions wait", "ask again in a second", {"Retry-After": "1"})
        except BoardError as error:
            log.warning("%s", error)
            return problem(503, "The board does not answer", "its database is away; ask again in a while")
        if body is None:
            return problem(404, "There is no such thing", f"the board knows nothing at {request.path}")
        return web.Response(body=body, content_type="application/json")

    return answer


def _said(question: Question, request: web.Request) -> dict[str, Any]:
    """The parameters by name.

    Raises:
        WrongError: one is missing, unknown, or not as it should be.
    """
    known = {each.name for each in question.takes}
    unknown = sorted(set(request.query) - known)
    if unknown:
        raise WrongError(f"`{unknown[0][:64]}` is no parameter here; there are {', '.join(sorted(known)) or 'none'}")
    said = {**request.query, **request.match_info}
    return {each.name: each.read(said.get(each.name)) for each in question.takes}


def _asked(question: Question, engine: Engine, said: dict[str, Any]) -> bytes | None:
    board = DatabaseReader(engine)
    with board.snapshot():
        found = question.answer(board, **said)
    return None if found is None else question.model.dump_json(found)


async def _nowhere(request: web.Request) -> web.Response:
    """What is no question, in the words of all other refusals."""
    where = "the paths are described at /v1/openapi.json"
    if request.method not in READING:
        return problem(405, "The board is only read", f"ask by GET; {where}", {"Allow": ", ".join(READING)})
    return problem(404, "There is no such path", f"nothing is asked at {request.path[:PATH_CHARS_MAX]}; {where}")


def _saying(body: bytes) -> Handle:
    async def say(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return say


def problem(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    """An answer that says what went wrong, for programs and people."""
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return web.Response(body=body, status=status, content_type=PROBLEM, headers=headers)
