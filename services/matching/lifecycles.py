"""How a match moves: a table to read aloud. What is not listed is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.codes import MatchStatus, Role, Verb


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Statuses and the moves between them: `moves[status][move]` is the status it leads to."""

    name: str
    start: str
    moves: Mapping[str, Mapping[str, str]]

    def after(self, status: str, move: str) -> str | None:
        """The status a move leads to, or None where the table does not list it."""
        return self.moves.get(status, {}).get(move)

    def refusal(self, move: str) -> str:
        """Why a move is refused: `not_` and the first status that lists it."""
        for status, moves in self.moves.items():
            if move in moves:
                return f"not_{status}"
        return "unknown_move"


# fmt: off
MATCH = Lifecycle("match", start="proposed", moves={
    "proposed":    {"accept": "accepted", "decline": "declined", "expire": "expired", "withdraw": "withdrawn",
                    "report": "reported"},
    "accepted":    {"start": "started", "complete": "completed", "fail": "failed", "miss": "no_show",
                    "cancel": "cancelled", "lapse": "unconfirmed", "report": "reported"},
    "started":     {"complete": "completed", "fail": "failed", "cancel": "cancelled", "lapse": "unconfirmed",
                    "report": "reported"},
    "completed":   {"confirm": "confirmed", "dispute": "disputed", "lapse": "unconfirmed", "report": "reported"},
    "unconfirmed": {"confirm": "confirmed", "dispute": "disputed", "report": "reported"},
    "disputed":    {"confirm": "confirmed", "fail": "failed", "report": "reported"},
    "confirmed":   {"report": "reported"},
})  # an accepted match has no "accept": a second tap is refused, not repeated

MAY_SAY: Mapping[Verb, tuple[Role, ...]] = {
    Verb.accept:   (Role.offerer,),
    Verb.decline:  (Role.offerer,),
    Verb.start:    (Role.offerer,),
    Verb.complete: (Role.offerer, Role.asker),
    Verb.fail:     (Role.offerer, Role.asker),
    Verb.miss:     (Role.asker,),
    Verb.cancel:   (Role.offerer, Role.asker),
    Verb.confirm:  (Role.asker,),
    Verb.dispute:  (Role.asker,),
    Verb.report:   (Role.offerer, Role.asker),
    Verb.thank:    (Role.asker,),
}
# fmt: on


STATUS_AFTER = {(status, move): MatchStatus(to) for status, moves in MATCH.moves.items() for move, to in moves.items()}


def status_after(status: MatchStatus, move: str) -> MatchStatus | None:
    """Where a match stands after a move, or None where the lifecycle refuses it."""
    return STATUS_AFTER.get((status, move))
