"""What should have happened in a block and did not: the promises that a missing fact breaks."""

from collections.abc import Mapping, Sequence

from services.audit import asks, following_up, members, moves, offers, series, waiting
from services.audit.books import Town
from services.audit.bounds import Due, Question
from services.audit.breach import demand
from services.audit.falling_due import Name
from services.audit.rules import ONE_AT_A_TIME
from services.audit.scene import Scene
from services.audit.silence import expect_silence

Deferred = dict[str, dict[Name, None]]
"""Town → what to look at with the next block whose time goes on."""


def check_standing(
    towns: Mapping[str, Town], scene: Scene, deferred: Deferred, turn: Sequence[str], *, is_held: bool
) -> Deferred:
    """Look at all that changed or fell due.

    Args:
        deferred: what earlier blocks left to this one.
        turn: the towns in the order in which they were decided.
        is_held: log time was held, so nothing falls due in this block.

    Returns:
        What this block leaves to the next.

    Raises:
        BrokenRuleError: something did not happen that should have.
    """
    left: Deferred = {}
    for name, town in towns.items():
        _check_at_once(town, scene)
        looked_at = deferred.get(name, {}) | scene.touched.get(name, {})
        late = scene.touched_late.get(name, {})
        if is_held:
            left[name] = looked_at | late
            continue
        due = town.falling_due.beyond(scene.moment.now_ms)
        for one in looked_at | due:
            if one not in late:
                _check(town, one, scene, turn)
        left[name] = late | scene.load.left.get(name, {})
    return left


def _check_at_once(town: Town, scene: Scene) -> None:
    """What holds after every block, whatever its clock reads."""
    waiting.check_brought(town, scene.brought.get(town.name, {}))
    for name in scene.to_be_advanced.get(town.name, {}).values():
        demand(False, ONE_AT_A_TIME, f"{name} is listed", "its series goes on to the next occurrence")
    for match, accepted in scene.crowded_out.get(town.name, {}).items():
        moves.check_crowded_out(town, match, accepted)
    for member in scene.bounded.get(town.name, {}):
        members.check_around(town, member)


def _check(town: Town, one: Name, scene: Scene, turn: Sequence[str]) -> None:
    (kind, name), now_ms = one, scene.moment.now_ms

    def may_be_left(question: Question, due: Due) -> bool:
        return scene.load.leaves(town.name, question, due, one, turn)

    match kind:
        case "ask" | "escalation" if name in town.asks:
            asks.check_ask(town, town.asks[name], now_ms, may_be_left)
        case "offer" if name in town.offers:
            offers.check_offer(town.offers[name], now_ms, may_be_left)
        case "match" if name in town.matches:
            moves.check_match(town, town.matches[name], now_ms, may_be_left)
            if scene.is_current:
                following_up.check_followed_up(town, town.matches[name], scene.moment, may_be_left)
            expect_silence(town, town.matches[name])
        case "series":
            series.check_series(town, name, now_ms, may_be_left)
        case "waiting":
            waiting.check_waiting(town, name, now_ms, may_be_left)
        case _:
            pass
