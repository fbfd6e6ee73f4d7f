"""Exploration: now and then one of those asked is drawn by lot, and every proposal says how probable it was.

Without such a share, the log of one policy says nothing about what another would have done. The lot is a hash of ids,
so that it falls the same on every machine.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.matching.acceptance import MILLION
from services.matching.ranked import Scored
from services.matching.state import AskState, CommunityState


@dataclass(frozen=True, slots=True)
class Lot:
    """How those who are asked were chosen out of `weighed`: the best, or one by lot and then the best."""

    share_ppm: int
    wanted: int
    weighed: int
    drawn: int | None
    """Place of the one that was drawn; None: none was."""

    def ordered(self, weighed: Sequence[Scored]) -> Sequence[Scored]:
        """What goes to the solver: with a draw only whoever was drawn and the best of the rest."""
        if self.drawn is None:
            return weighed
        rest = [one for place, one in enumerate(weighed) if place != self.drawn]
        return [weighed[self.drawn], *rest[: self.wanted - 1]]

    def made_ppm(self, best: Iterable[Scored], offer: str) -> int:
        """The probability with which an offer was chosen, as long as others do not want the same."""
        if not self.share_ppm:
            return MILLION
        place = next(place for place, one in enumerate(best) if one.name == offer)
        drawn_ppm = self.share_ppm // self.weighed
        if place < self.wanted - 1:
            return MILLION
        if place == self.wanted - 1:
            return MILLION - self.share_ppm + drawn_ppm * self.wanted
        return drawn_ppm if self.drawn is not None else MILLION - self.share_ppm  # taken since another was gone


NO_LOT = Lot(0, 0, 0, None)
"""Nobody is drawn: the best are asked."""


def draw(community: CommunityState, ask: AskState, wanted: int, weighed: int) -> Lot:
    """The lot for an ask's next proposals, fallen by its id and how many were made before."""
    share_ppm = community.policy.acceptance.exploration_ppm
    wanted = min(wanted, weighed)
    if not share_ppm or not wanted:
        return NO_LOT
    seed = f"{community.community}/{ask.spec.ask}/{ask.attempts}".encode()
    number = int.from_bytes(hashlib.sha256(seed).digest()[:8])
    if number % MILLION >= share_ppm:
        return Lot(share_ppm, wanted, weighed, None)
    return Lot(share_ppm, wanted, weighed, number // MILLION % weighed)
