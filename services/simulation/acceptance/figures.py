"""What a load came to where people may not answer: who was helped, how soon, and what was asked of people for it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median, stdev

from services.simulation.chronicle import Chronicle
from services.simulation.records import MatchRecord

MINUTE_MS = 60_000
ASKED_OFTEN = 3
"""More than this counts as asked often."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One load. Shares are from 0 to 1; None where nobody was helped, or nobody could be asked."""

    fulfilled: float | None
    """Share of asks that somebody accepted."""
    median_accept_min: float | None
    """Minutes from an ask to its acceptance; the median over those accepted."""
    proposals_per_fulfilled: float | None
    """How many were asked for each ask that was accepted, those asked for the others included."""
    asked_over_3: float | None
    """Share of all members with an offer who were asked more than three times."""
    in_vain: float | None
    """Acceptances within a proposal's life that came when somebody else had the ask already, for each ask accepted."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over several seeds."""

    mean: float
    sd: float
    """Standard deviation from seed to seed; 0 for a single one."""


def figures_of(told: Chronicle, accepted_ms: Mapping[str, int]) -> Figures:
    """The figures of one load.

    Args:
        accepted_ms: match → when its offerer accepted, whether that still counted or not.
    """
    waits = [
        (match.accepted_ms - ask.spec.opened_ms) / MINUTE_MS
        for ask in told.asks.values()
        if (match := ask.accepted) is not None and match.accepted_ms is not None
    ]
    asked = Counter(match.proposed.offerer for match in told.matches.values())
    members = {offer.spec.member for offer in told.offers.values()}
    in_vain = sum(_is_in_vain(told, told.matches[match], at_ms) for match, at_ms in accepted_ms.items())
    return Figures(
        fulfilled=_share(len(waits), len(told.asks)),
        median_accept_min=median(waits) if waits else None,
        proposals_per_fulfilled=_share(len(told.matches), len(waits)),
        asked_over_3=_share(sum(asked[member] > ASKED_OFTEN for member in members), len(members)),
        in_vain=_share(in_vain, len(waits)),
    )


def spreads(found: Sequence[Figures]) -> dict[str, Spread | None]:
    """Each figure over all seeds that have it; None where none has."""
    by_name: dict[str, list[float]] = {}
    for one in found:
        for name, value in asdict(one).items():
            values = by_name.setdefault(name, [])
            if value is not None:
                values.append(value)
    return {name: _spread(values) for name, values in by_name.items()}


def _is_in_vain(told: Chronicle, match: MatchRecord, said_ms: int) -> bool:
    """Somebody else had the ask by then. What comes after the proposal's own life was too late anyway."""
    taken = told.asks[match.proposed.ask].accepted
    if match.accepted_ms is not None or taken is None or taken.accepted_ms is None:
        return False
    return taken.accepted_ms <= said_ms <= match.proposed.expires_ms


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    return Spread(fmean(values), stdev(values) if len(values) > 1 else 0.0)
