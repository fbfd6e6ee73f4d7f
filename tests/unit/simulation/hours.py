"""Small hours, for tests: by hand from a table, and any at all for Hypothesis."""

from hypothesis import strategies as st

from services.simulation.yardstick.hour import Hour, HourAsk, HourOffer

SECOND_MS = 1_000


def hour(asks: str = "", offers: str = "") -> Hour:
    """An hour from two tables: `name at_s patience_s x_m y_m`, and for offers also `radius_m`."""
    return Hour(
        [_ask(name, *map(int, cells)) for name, *cells in _rows(asks)],
        [_offer(name, *map(int, cells)) for name, *cells in _rows(offers)],
    )


def _rows(table: str) -> list[list[str]]:
    return [row.split() for row in table.splitlines() if row.strip()]


def _ask(name: str, at_s: int, patience_s: int, x_m: int, y_m: int) -> HourAsk:
    return HourAsk(name, at_s * SECOND_MS, (at_s + patience_s) * SECOND_MS, x_m, y_m)


def _offer(name: str, at_s: int, patience_s: int, x_m: int, y_m: int, radius_m: int) -> HourOffer:
    return HourOffer(name, at_s * SECOND_MS, (at_s + patience_s) * SECOND_MS, x_m, y_m, radius_m)


TIMES_S = st.integers(0, 60)
PATIENCE_S = st.integers(0, 30)
COORDINATES_M = st.integers(0, 40)
ASKS = st.lists(st.tuples(TIMES_S, PATIENCE_S, COORDINATES_M, COORDINATES_M), max_size=9)
OFFERS = st.lists(st.tuples(TIMES_S, PATIENCE_S, COORDINATES_M, COORDINATES_M, st.integers(0, 40)), max_size=9)
HOURS = st.builds(
    lambda asks, offers: Hour(
        [_ask(f"a{number}", *cells) for number, cells in enumerate(asks)],
        [_offer(f"o{number}", *cells) for number, cells in enumerate(offers)],
    ),
    ASKS,
    OFFERS,
)
"""A minute in a village: crowded enough that most things touch."""
