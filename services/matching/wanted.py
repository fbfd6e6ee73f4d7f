"""How many of the best are to be asked, for many asks of one unit at once: `acceptance.more_wanted` over arrays."""

import numpy as np

from schemas.policy import Policy
from services.matching.acceptance import MILLION, answered_ppm
from services.matching.member_columns import Numbers, Table

UNSETTLED = -1


def wanted_of(
    policy: Policy, chance_ppm: Table, worthy: Numbers, left_ppm: Numbers, bound_ppm: Numbers, asked_max: Numbers
) -> Numbers:
    """How many of its best each ask wants asked; `UNSETTLED` where those given are too few to tell.

    Args:
        chance_ppm: of each ask's best, in their order, that they accept.
        worthy: how many of these are worth asking; as many as there are columns, where there may be more.
        left_ppm: the chance that nobody who was asked accepts soon.
        bound_ppm: with this chance or less it is covered.
        asked_max: so many more proposals it may have open.
    """
    silent_ppm = MILLION - soon_if_asked_ppm(policy, chance_ppm)
    wanted, left_ppm = np.zeros_like(left_ppm), left_ppm.copy()
    for place in range(chance_ppm.shape[1]):
        asks_on = (left_ppm > bound_ppm) & (place < worthy) & (place < asked_max)
        if not asks_on.any():
            return wanted
        left_ppm = np.where(asks_on, left_ppm * silent_ppm[:, place] // MILLION, left_ppm)
        wanted += asks_on
    beyond = chance_ppm.shape[1]
    wanted[(left_ppm > bound_ppm) & (beyond <= worthy) & (beyond < asked_max)] = UNSETTLED
    return wanted


def soon_if_asked_ppm(policy: Policy, chance_ppm: Table) -> Table:
    """`acceptance.soon_ppm` of proposals that would be made now, by the chances of those asked."""
    dial = policy.acceptance
    come_ppm = answered_ppm(dial, 0)
    will_come_ppm = answered_ppm(dial, min(dial.within_ms, max(policy.proposal_life_ms, 0)))
    answers_ppm = chance_ppm + dial.decline_ppm * (MILLION - chance_ppm) // MILLION
    silent_ppm = MILLION - answers_ppm * come_ppm // MILLION
    soon_ppm = chance_ppm * (will_come_ppm - come_ppm) // np.maximum(silent_ppm, 1)
    soon: Table = np.where(chance_ppm == MILLION, MILLION, np.where(silent_ppm == 0, 0, soon_ppm))
    return soon
