"""Whether a planned pair is proposed now, or waits for a nearer one to turn up.

Planning everything that is open and telling only what is near or about to leave saves a sixth of the way at
the same coverage; the price is wait. A pair that is held is not locked: it is planned anew in every round.
"""

from schemas.codes import Urgency
from schemas.policy import Policy
from services.matching.rules import distance_m
from services.matching.state import AskState, OfferState

SECOND_MS = 1_000
NEVER_HELD = (Urgency.critical, Urgency.high)


def may_go(policy: Policy, ask: AskState, offer: OfferState, told_ms: int) -> bool:
    """True once the pair is near, a side is about to leave, or the ask has waited long enough."""
    hold = policy.hold
    if not policy.acceptance.is_certain:
        return True  # nobody waits for a nearer one who may not answer
    if ask.spec.urgency in NEVER_HELD or (distance_m(ask, offer) or 0) <= hold.near_m:
        return True
    leaves_ms = min(ask.spec.deadline_ms, offer.spec.deadline_ms)
    if leaves_ms - told_ms <= hold.last_call_s * SECOND_MS:
        return True
    return told_ms - ask.spec.opened_ms >= hold.ask_waits_s_max * SECOND_MS
