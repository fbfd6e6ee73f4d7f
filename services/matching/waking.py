"""Whom a freed offer wakes: somebody around for whom nobody is asked."""

from collections.abc import KeysView

from services.matching.rules import PAIR_RULES, first_refusal, pair_of
from services.matching.state import AskState, OfferState
from services.matching.weighing import Round


def woken(round_: Round, awake: KeysView[str], most: int) -> dict[str, list[AskState]]:
    """Freed offer → the asks it wakes that are not awake: for each at most as many as its member has slots free.

    An offer that is not looked at stays freed; until its turn comes, the asks around it find it at looks of their own.

    Args:
        awake: asks that are looked at anyway; an offer that has none but these around may be passed over.
        most: how many offers are looked at, and after how many woken asks no further one is.
    """
    community, woke, room = round_.community, dict[str, list[AskState]](), most
    names = sorted(community.freed)[: max(most, 0)]
    offers = [community.offers[name] for name in names if name in community.offers]
    may_wake = round_.index.may_wake([offer for offer in offers if offer.is_open], awake)
    waking = {offer.spec.offer: offer for offer in may_wake}
    for name in names:
        offer = waking.get(name)
        asks = [] if offer is None else woken_by(round_, offer)
        woke[name] = [ask for ask in asks if ask.spec.ask not in awake]
        room -= len(woke[name])
        if room <= 0:
            break
    return woke


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
