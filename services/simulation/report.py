"""The report on a load: what was decided, held against simple policies and against what hindsight allows.

Pure. What the simple policies cannot know (kinds of help, languages, several units) they are not asked about: where the
data has such things, neither they nor the optimum are given, rather than figures that compare unlike things.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from schemas.codes import Vetting
from schemas.listed import Ask, Offer
from schemas.model import Place
from services.simulation.chronicle import Chronicle
from services.simulation.table_rows import RowSaid, TableRows
from services.simulation.yardstick.baselines import BASELINES
from services.simulation.yardstick.figures import figures
from services.simulation.yardstick.hindsight import optimum
from services.simulation.yardstick.hour import Hour, HourAsk, HourOffer, Pair

Report = dict[str, Any]


def hour_of(told: Chronicle, rows: TableRows) -> Hour:
    """What came in, where it truly was. Who is nowhere (remote) stands at the origin; see `without_way`."""
    asks = [_hour_ask(record.spec, rows.asks.get(name)) for name, record in told.asks.items()]
    offers = [_hour_offer(record.spec, rows.offers.get(name)) for name, record in told.offers.items()]
    return Hour(asks + list(_late_asks(told, rows)), offers + list(_late_offers(told, rows)))


def without_way(told: Chronicle) -> frozenset[str]:
    """The asks that were accepted by somebody who need not come."""
    accepted = ((name, record.accepted) for name, record in told.asks.items())
    return frozenset(name for name, match in accepted if match is not None and match.proposed.distance_m is None)


def pairs_of(told: Chronicle) -> list[Pair]:
    """Each ask that was ever accepted, once: with whom and when first."""
    accepted = ((name, record.accepted) for name, record in told.asks.items())
    return [
        Pair(name, match.proposed.offer, match.accepted_ms)
        for name, match in accepted
        if match is not None and match.accepted_ms is not None
    ]


def is_comparable(told: Chronicle) -> bool:
    """Everybody can help everybody, once, on site: all that the simple policies know about."""
    asks = [record.spec for record in told.asks.values()]
    offers = [record.spec for record in told.offers.values()]
    needs = {ask.need for ask in asks} | {need for offer in offers for need in offer.needs}
    return len(needs) <= 1 and all(map(_is_plain_ask, asks)) and all(map(_is_plain_offer, offers))


def counts_of(told: Chronicle, rows: TableRows) -> Report:
    """What came, what was asked, what was accepted."""
    hour = hour_of(told, rows)
    return {
        "asks": len(hour.asks),
        "offers": len(hour.offers),
        "proposals": len(told.matches),
        "pairs": len(pairs_of(told)),
    }


def report_on(told: Chronicle, rows: TableRows) -> Report:
    """Figures of the load, the best possible, and the simple policies' figures on the same data."""
    hour, pairs = hour_of(told, rows), pairs_of(told)
    best = optimum(hour) if is_comparable(told) else None
    return {
        **counts_of(told, rows),
        "optimum": best,
        **asdict(figures(hour, pairs, best, without_way(told))),
        "baselines": {} if best is None else _baselines(hour, best),
    }


def _baselines(hour: Hour, best: int) -> Mapping[str, Any]:
    return {name: asdict(figures(hour, policy(hour), best)) for name, policy in BASELINES.items()}


def _hour_ask(spec: Ask, row: RowSaid | None) -> HourAsk:
    x_m, y_m = _spot(spec.place, row)
    return HourAsk(spec.ask, spec.opened_ms, spec.deadline_ms, x_m, y_m)


def _hour_offer(spec: Offer, row: RowSaid | None) -> HourOffer:
    x_m, y_m = _spot(spec.place, row)
    return HourOffer(spec.offer, spec.opened_ms, spec.deadline_ms, x_m, y_m, spec.radius_m)


def _spot(cell: Place | None, row: RowSaid | None) -> tuple[float, float]:
    """Where the row says, or else in the middle of the cell."""
    if row is not None and row.x_m is not None and row.y_m is not None:
        return row.x_m, row.y_m
    return (0.0, 0.0) if cell is None else (cell.x_m, cell.y_m)


def _late_asks(told: Chronicle, rows: TableRows) -> Iterator[HourAsk]:
    """Asks that were over before the tick in which they were decided on: nobody could help, and they count."""
    for name, row in rows.asks.items():
        if told.too_late.get(name) == "ask.opened" and row.until_ms is not None:
            yield HourAsk(name, row.at_ms, row.until_ms, *_spot(None, row))


def _late_offers(told: Chronicle, rows: TableRows) -> Iterator[HourOffer]:
    for name, row in rows.offers.items():
        if told.too_late.get(name) == "offer.opened" and row.until_ms is not None:
            yield HourOffer(name, row.at_ms, row.until_ms, *_spot(None, row), row.radius_m)


def _is_plain_ask(ask: Ask) -> bool:
    wishes = (ask.languages, ask.skills, ask.accessibility, ask.reach_m is not None, ask.remote)
    return (
        ask.place is not None
        and ask.quantity == 1
        and not any(wishes)
        and ask.vetting is Vetting.none
        and ask.earliest_ms == ask.opened_ms
    )


def _is_plain_offer(offer: Offer) -> bool:
    is_at_once = offer.from_ms == offer.opened_ms
    return offer.place is not None and offer.capacity == 1 and not offer.remote and is_at_once
