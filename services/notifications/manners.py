"""How each occasion is treated: whether it may wake somebody, whether it may be left out, and how long it is worth telling."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schemas.notifications import Occasion

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Manner:
    """How a member is told of one occasion."""

    is_courtesy: bool
    """It waits for the end of the member's quiet hours, and is left out once the contact budget of the day is spent.

    What somebody is waiting for, or has promised, is no courtesy: it is told at once, whatever the budget.
    """
    worth_ms: int
    """How long after the decision it is worth telling, where the decision has no deadline of its own."""


# fmt: off
MANNERS: Mapping[Occasion, Manner] = MappingProxyType({
    Occasion.proposed:   Manner(is_courtesy=False, worth_ms=HOUR_MS),      # the engine knows of quiet hours and caps
    Occasion.let_go:     Manner(is_courtesy=True,  worth_ms=12 * HOUR_MS),
    Occasion.accepted:   Manner(is_courtesy=False, worth_ms=HOUR_MS),
    Occasion.called_off: Manner(is_courtesy=False, worth_ms=HOUR_MS),
    Occasion.completed:  Manner(is_courtesy=True,  worth_ms=3 * DAY_MS),
    Occasion.thanked:    Manner(is_courtesy=True,  worth_ms=7 * DAY_MS),
    Occasion.not_found:  Manner(is_courtesy=False, worth_ms=DAY_MS),
    Occasion.referred:   Manner(is_courtesy=True,  worth_ms=DAY_MS),
    Occasion.reminder:   Manner(is_courtesy=False, worth_ms=2 * HOUR_MS),  # a promise is due; 2 h is the policy's lead
    Occasion.happened:   Manner(is_courtesy=True,  worth_ms=2 * DAY_MS),
    Occasion.attention:  Manner(is_courtesy=False, worth_ms=DAY_MS),
})
# fmt: on
