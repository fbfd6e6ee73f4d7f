"""How many offers are open around: counted by square kilometre, and changed where an offer opens, closes or moves."""

from services.audit.books import Town

SIDE_M = 1_000
STEPS = (-1, 0, 1)


def count_offer(town: Town, name: str) -> None:
    """Count an offer as it stands now: where it lies while it is open, and nowhere otherwise."""
    offer, before = town.offers[name], town.lies_in.pop(name, None)
    if before is not None:
        town.open_in[before] -= 1
    place = offer.spec.place
    if place is not None and offer.ended is None and offer.room > 0:
        square = (place.x_m // SIDE_M, place.y_m // SIDE_M)
        town.lies_in[name] = square
        town.open_in[square] = town.open_in.get(square, 0) + 1


def open_around(town: Town, name: str) -> int | None:
    """How many offers are open in the nine square kilometres around one, itself included; None: it lies nowhere."""
    place = town.offers[name].spec.place
    if place is None:
        return None
    east, north = place.x_m // SIDE_M, place.y_m // SIDE_M
    return sum(town.open_in.get((east + x, north + y), 0) for x in STEPS for y in STEPS)
