"""Whom a freed offer wakes: somebody around for whom nobody is asked."""

from collections.abc import KeysView

from services.matching.rules import PAIR_RULES, first_refusal, pair_of
from services.matching.state import AskState, OfferState
from services.matching.weighing import Round


def woken(round_: Round, awake: KeysView[str]) -> list[AskState]:
    """The asks the freed offers wake: for each at most as many as its member has slots free.

    Args:
        awake: asks that are looked at anyway; an offer that has none but these around may be passed over.
    """
    community, asks = round_.community, list[AskState]()
    for name in sorted(community.freed):
        offer = community.offers.get(name)
        if offer is not None and offer.is_open and round_.index.may_wake(offer, awake):
            asks += woken_by(round_, offer)
    return asks


def woken_by(round_: Round, offer: OfferState) -> list[AskState]:
    """Asks that could be proposed to the offer: oldest first, then by id."""
    slots = round_.slots(offer.spec.member)
    if slots <= 0:
        return []
    asks: list[AskState] = []
    around = round_.index.asks_around(offer)
    if not around:
        return []
    for ask in sorted(around, key=lambda ask: (ask.spec.opened_ms, ask.spec.ask)):
        pair = pair_of(round_.community, round_.taxonomy, ask, offer, round_.moment.told_ms)
        if round_.helper_refusal(pair) is not None:
            return []
        if first_refusal(pair, PAIR_RULES) is None:
            asks.append(ask)
            if len(asks) == slots:
                break
    return asks
