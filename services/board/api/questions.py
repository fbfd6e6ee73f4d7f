"""The questions the API takes: path, parameters, the query that answers, and the model of the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from schemas.states import AskRow, OfferRow, OfferStatus
from services.board.api import parameters as say
from services.board.api.parameters import Parameter
from services.board.queries.asks import ask_view, waiting_asks
from services.board.queries.finding import Found, find
from services.board.queries.matches import match_view, match_views_of_ask
from services.board.queries.members import communities, member_view
from services.board.queries.offers import offer_view, offers
from services.board.queries.queue import coordinator_queue
from services.board.queries.summary import summary
from services.board.queries.timeline import Kind, answers, timeline
from services.board.reading import Board
from services.board.views import (
    AskView,
    CommunityView,
    FactView,
    MatchView,
    MemberView,
    OfferView,
    Page,
    QueueRow,
    Standing,
    Summary,
)


@dataclass(frozen=True)
class Question:
    """One path of the API."""

    path: str
    """As aiohttp and OpenAPI both write it: `{name}` is a parameter."""
    name: str
    """Of the operation, for clients made from the description."""
    meaning: str
    answer: Callable[..., Any]
    """Board and parameters, by name, → what is answered; None: there is no such thing."""
    model: TypeAdapter[Any]
    takes: tuple[Parameter, ...] = ()

    @property
    def may_miss(self) -> bool:
        """Whether it is about one thing, which may not be there."""
        return "{" in self.path


def _asks(board: Board, **said: Any) -> Any:
    return waiting_asks(board, **said)


def _offers(board: Board, status: str | None, **said: Any) -> Any:
    return offers(board, status=None if status is None else OfferStatus(status), **said)


def _queue(board: Board, **said: Any) -> Any:
    return coordinator_queue(board, **said)


def _summary(board: Board, **said: Any) -> Any:
    return summary(board, **said)


def _explained(board: Board, community: str, ask: str) -> Any:
    return match_views_of_ask(board, community, ask)


def _story(kind: Kind) -> Callable[..., Any]:
    def story(board: Board, community: str, after: str | None, limit: int, **subject: str) -> Any:
        return timeline(board, kind, community, subject[kind], after=after, limit=limit)

    return story


def _standings(board: Board) -> Any:
    return tuple(board.standings())


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


IN = "/v1/communities/{community}"
STORY = _adapter(Page[FactView])

# fmt: off
QUESTIONS: tuple[Question, ...] = (
    Question("/v1/standing", "standing", "How far the board has read each partition of the decisions.",
             _standings, _adapter(tuple[Standing, ...])),
    Question("/v1/communities", "communities", "All communities, with the policy that decides in each.",
             communities, _adapter(tuple[CommunityView, ...])),
    Question("/v1/summary", "summary", "How it goes: counts, waits, dead ends.",
             _summary, _adapter(Summary), (say.ONLY,)),
    Question("/v1/asks/waiting", "waitingAsks", "Asks with unmet units that help is looked for.",
             _asks, _adapter(Page[AskRow]), (say.ONLY, say.ORDER, *say.PAGED)),
    Question("/v1/offers", "offers", "Offers, oldest first.",
             _offers, _adapter(Page[OfferRow]), (say.ONLY, say.STATUS, *say.PAGED)),
    Question("/v1/queue", "queue", "What waits for a coordinator, gravest first.",
             _queue, _adapter(Page[QueueRow]), (say.ONLY, *say.PAGED)),
    Question("/v1/answers", "answers", "What one event led to; empty while it is not decided yet.",
             answers, _adapter(tuple[FactView, ...]), (say.CAUSE,)),
    Question("/v1/found/{name}", "find", "What an id is the name of.",
             find, _adapter(tuple[Found, ...]), (say.NAME,)),
    Question(f"{IN}/asks/{{ask}}", "ask", "An ask, all that was asked for, and its matches.",
             ask_view, _adapter(AskView), (say.COMMUNITY, say.ASK)),
    Question(f"{IN}/asks/{{ask}}/matches", "matchesOfAsk", "An ask's matches, and why each was proposed.",
             _explained, _adapter(tuple[MatchView, ...]), (say.COMMUNITY, say.ASK)),
    Question(f"{IN}/asks/{{ask}}/story", "storyOfAsk", "What happened to an ask, in the order of the log.",
             _story("ask"), STORY, (say.COMMUNITY, say.ASK, *say.PAGED)),
    Question(f"{IN}/offers/{{offer}}", "offer", "An offer, all that was offered, and its matches.",
             offer_view, _adapter(OfferView), (say.COMMUNITY, say.OFFER)),
    Question(f"{IN}/matches/{{match}}", "match", "A match, and why it was proposed.",
             match_view, _adapter(MatchView), (say.COMMUNITY, say.MATCH)),
    Question(f"{IN}/matches/{{match}}/story", "storyOfMatch", "What happened to a match, in the order of the log.",
             _story("match"), STORY, (say.COMMUNITY, say.MATCH, *say.PAGED)),
    Question(f"{IN}/members/{{member}}", "member", "What a member said of themself, and what they carry.",
             member_view, _adapter(MemberView), (say.COMMUNITY, say.MEMBER)),
    Question(f"{IN}/members/{{member}}/story", "storyOfMember", "What happened to a member, in the order of the log.",
             _story("member"), STORY, (say.COMMUNITY, say.MEMBER, *say.PAGED)),
)
# fmt: on
"""All of them. A path that was published stays."""
