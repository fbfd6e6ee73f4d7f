"""What people in Larkmere ask for and offer: a table to read aloud. Weights and hours are invented, codes are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.codes import Urgency

CRITICAL, HIGH, NORMAL, LOW = Urgency.critical, Urgency.high, Urgency.normal, Urgency.low

# How many ask in each hour of the day, against the other hours.
#            0  1  2  3  4  5  6   7   8   9  10  11  12  13  14  15  16  17  18  19  20  21  22  23
EARLY:   Sequence[int] = (0, 0, 0, 0, 1, 4, 10, 14, 12,  7,  4,  2,  1,  1,  1,  1,  1,  1,  0,  0,  0,  0,  0,  0)  # fmt: skip
DAYTIME: Sequence[int] = (0, 0, 0, 0, 0, 0,  1,  4,  8, 11, 12, 10,  7,  7,  8,  8,  7,  5,  4,  2,  1,  1,  0,  0)  # fmt: skip
EVENING: Sequence[int] = (1, 0, 0, 0, 0, 0,  0,  1,  2,  3,  4,  5,  6,  5,  5,  6,  8, 11, 12, 10,  7,  4,  2,  1)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Want:
    """One kind of help: how often it is asked for, when, how urgently, and how many of those who help offer it."""

    need: str
    asked: float
    """Its share of the asks, against the others'."""
    offered: float
    """Its share of what is offered, against the others'."""
    hours: Sequence[int]
    urgency: Mapping[Urgency, float]
    patience_h: float
    """Half of those who ask need it sooner than this."""
    remote: bool = False
    """Help from afar will do."""
    quantity: Mapping[int, float] = field(default_factory=lambda: {1: 1})
    skills: tuple[str, ...] = ()
    """What one of three who ask for it want a helper to know."""


# fmt: off
WANTS = (
    Want("cw:errands.groceries",       20, 22, DAYTIME, {HIGH: 15, NORMAL: 75, LOW: 10}, 7),
    Want("cw:errands.prescriptions",   12, 13, DAYTIME, {CRITICAL: 4, HIGH: 60, NORMAL: 36}, 5),
    Want("cw:home.snow",               14, 11, EARLY,   {HIGH: 35, NORMAL: 65}, 4),
    Want("cw:company.check-in-calls",  10, 11, EVENING, {HIGH: 10, NORMAL: 70, LOW: 20}, 6, remote=True),
    Want("cw:rides.appointments",       9,  9, DAYTIME, {HIGH: 55, NORMAL: 45}, 6),
    Want("oe:102",                      9,  4, DAYTIME, {CRITICAL: 3, HIGH: 45, NORMAL: 52}, 6),
    Want("cw:meals.delivery",           5,  6, DAYTIME, {HIGH: 20, NORMAL: 80}, 5),
    Want("cw:home.repairs",             6,  6, EVENING, {NORMAL: 40, LOW: 60}, 40, skills=("power-tools",)),
    Want("cw:tech",                     6,  7, EVENING, {NORMAL: 60, LOW: 40}, 16, remote=True, skills=("computers",)),
    Want("cw:lending.tools",            5,  6, EVENING, {NORMAL: 40, LOW: 60}, 20),
    Want("cw:errands.dog-walking",      5,  6, DAYTIME, {NORMAL: 85, LOW: 15}, 6, skills=("dogs",)),
    Want("cw:moving.carrying",          3,  4, DAYTIME, {NORMAL: 70, LOW: 30}, 20, quantity={1: 2, 2: 5, 3: 2}),
    Want("cw:interpreting.by-phone",    3,  2, DAYTIME, {HIGH: 40, NORMAL: 60}, 5, remote=True),
    Want("cw:respite",                  3,  5, DAYTIME, {HIGH: 30, NORMAL: 70}, 9),
)
# fmt: on
