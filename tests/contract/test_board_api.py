"""The board's query API: what the queries answer, as JSON, with refusals that say what was wrong."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from services.board import PAGE_ROWS_MAX
from services.board.api import document, routes
from services.board.api.answering import WAITING_MAX, TooManyError, Turns
from services.board.api.questions import QUESTIONS
from services.board.database import DatabaseBoard
from tests.databases import Opened
from tests.unit.board.decided import RIVERSIDE, Decided

PUBLISHED = Path(__file__).parents[2] / "schemas" / "published" / "openapi.json"
IN = f"/v1/communities/{RIVERSIDE}"
Answer = tuple[int, str, Any]


@pytest.fixture
def reading(database_url: str, opened: Opened) -> Engine:
    """A board of three asks, of which one was accepted."""
    decided = Decided().defined().member("B").ask("A1").ask("A2").ask("A3").offer("O1", member="B").block()
    decided.proposed("M1", "A1", "O1", offerer="B").block().moved("M1", "accept").held("A3").block()
    DatabaseBoard(opened(database_url)).apply_all(0, decided.blocks)
    return opened(database_url, reading=True)


def asked(reading: Engine, *paths: str) -> list[Answer]:
    """What a server says to each of these, one after the other."""

    async def ask(client: TestClient[Any, Any]) -> list[Answer]:
        answers = []
        for path in paths:
            async with client.get(path) as answer:
                answers.append((answer.status, answer.content_type, await answer.json(content_type=None)))
        return answers

    return asyncio.run(_served(reading, ask))


async def _served(reading: Engine, ask: Callable[[TestClient[Any, Any]], Awaitable[list[Answer]]]) -> list[Answer]:
    application = web.Application()
    application.add_routes(routes(reading))
    async with TestClient(TestServer(application)) as client:
        return await ask(client)


def test_every_question_is_answered(reading: Engine) -> None:
    named = {"community": RIVERSIDE, "ask": "A1", "offer": "O1", "match": "M1", "member": "B", "name": "A1"}
    paths = [question.path.format(**named) for question in QUESTIONS]
    answers = asked(reading, *(f"{path}?cause=door/A1" if path.endswith("answers") else path for path in paths))

    assert [(path, status, kind) for path, (status, kind, _) in zip(paths, answers, strict=True)] == [
        (path, 200, "application/json") for path in paths
    ]


def test_a_path_that_is_none_is_refused_as_every_other_question_is(reading: Engine) -> None:
    for path in ("/v1/nothing", "/v1", "/", f"{IN}/asks/A1/nothing"):
        ((status, kind, said),) = asked(reading, path)

        assert (status, kind, said["status"]) == (404, "application/problem+json", 404)
        assert said["detail"] == f"nothing is asked at {path}; the paths are described at /v1/openapi.json"


def test_whoever_would_change_something_is_told_that_the_board_is_only_read(reading: Engine) -> None:
    async def post(client: TestClient[Any, Any]) -> list[Answer]:
        async with client.post("/v1/standing") as answer:
            return [(answer.status, answer.content_type, answer.headers["Allow"])]

    (said,) = asyncio.run(_served(reading, post))

    assert said == (405, "application/problem+json", "GET, HEAD")


def test_answers_are_what_the_queries_say(reading: Engine) -> None:
    waiting, ask, story, standing = asked(
        reading, "/v1/asks/waiting", f"{IN}/asks/A1", f"{IN}/asks/A1/story?limit=2", "/v1/standing"
    )

    assert [row["ask"] for row in waiting[2]["rows"]] == ["A2"]
    assert (ask[2]["row"]["status"], [row["match"] for row in ask[2]["matches"]]) == ("matched", ["M1"])
    assert [fact["kind"] for fact in story[2]["rows"]] == ["ask.listed", "match.proposed"]
    assert [(each["partition"], each["next_source"]) for each in standing[2]] == [(0, 3)]


def test_lists_go_on_page_by_page(reading: Engine) -> None:
    ((_, _, first),) = asked(reading, f"{IN}/asks/A1/story?limit=2")
    ((_, _, second),) = asked(reading, f"{IN}/asks/A1/story?limit=2&after={first['next']}")

    assert [fact["kind"] for fact in second["rows"]] == ["match.moved"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/v1/asks/waiting?order=beauty", 400, "`order` is one of age, urgency"),
        ("/v1/asks/waiting?limit=0", 400, f"`limit` is a whole number from 1 to {PAGE_ROWS_MAX}"),
        (f"/v1/asks/waiting?limit={PAGE_ROWS_MAX + 1}", 400, f"from 1 to {PAGE_ROWS_MAX}"),
        ("/v1/asks/waiting?limit=%D9%A3", 400, "`limit` is a whole number"),
        ("/v1/asks/waiting?after=nonsense", 400, "does not go on in the list `waiting-asks-age`"),
        ("/v1/asks/waiting?colour=red", 400, "`colour` is no parameter here; there are after, community, limit, order"),
        ("/v1/offers?status=splendid", 400, "`status` is one of open, taken"),
        ("/v1/answers", 400, "`cause` is missing: An event's"),
        (f"/v1/answers?cause={'x' * 600}", 400, "`cause` has at most 512 characters"),
        (f"{IN}/asks/%20%20", 400, "`ask` is no id"),
        (f"{IN}/asks/A9", 404, f"the board knows nothing at {IN}/asks/A9"),
        ("/v1/communities/nowhere/members/B", 404, "the board knows nothing"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem_in_a_sentence(
    reading: Engine, path: str, status: int, detail: str
) -> None:
    ((said, kind, problem),) = asked(reading, path)

    assert (said, kind, problem["status"]) == (status, "application/problem+json", status)
    assert detail in problem["detail"]


def test_a_database_that_is_away_is_a_problem_that_says_nothing_of_its_address(
    opened: Opened, postgres_url: str
) -> None:
    ((status, kind, problem),) = asked(opened(postgres_url, reading=True), "/v1/summary")

    assert (status, kind) == (503, "application/problem+json")
    assert "postgres" not in json.dumps(problem)


def test_who_comes_when_too_many_wait_is_told_to_come_again() -> None:
    over = threading.Event()

    def answer() -> None:
        assert over.wait(60)

    async def crowd() -> list[object]:
        turns = Turns()
        waiting = [asyncio.create_task(turns.ask(answer)) for _ in range(WAITING_MAX + 1)]
        (refused,), _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        over.set()
        await asyncio.wait(waiting)
        return [refused is waiting[-1], refused.exception(), *(task.result() for task in waiting[:-1])]

    was_last, refusal, *answers = asyncio.run(crowd())
    assert was_last
    assert isinstance(refusal, TooManyError)
    assert answers == [None] * WAITING_MAX


def test_the_published_description_is_what_the_code_says() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), (
        "run `commonweal board openapi > schemas/published/openapi.json` and commit it"
    )


def test_the_description_holds_everything_it_refers_to(reading: Engine) -> None:
    ((status, _, served),) = asked(reading, "/v1/openapi.json")
    text = json.dumps(served)
    referred = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert status == 200
    assert referred <= served["components"]["schemas"].keys()
    assert set(served["paths"]) == {question.path for question in QUESTIONS}
