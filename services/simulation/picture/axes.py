"""Scales and axes for charts: round numbers where the eye looks for them."""

from dataclasses import dataclass
from math import ceil

from services.simulation.picture.marks import QUIET, RULE, line, number, text

STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a chart's bars may stand, from the panel's upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """The line on which bars stand."""
        return self.top + self.height

    def y(self, value: float, highest: float) -> float:
        """How high up a value stands."""
        return self.bottom - self.height * value / highest


def round_step(highest: float, lines_max: int = 4) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that reaches `highest` within so many lines. At least 1."""
    power = 1
    while True:
        for step in STEPS:
            if step * power * lines_max >= highest:
                return step * power
        power *= 10


def top_of(highest: float) -> int:
    """The round number at which an axis ends."""
    step = round_step(highest)
    return max(1, ceil(highest / step)) * step


def value_axis(frame: Frame, highest: int) -> list[str]:
    """Lines across the chart at round numbers, each with its number."""
    marks = []
    for value in range(0, highest + 1, round_step(highest)):
        y = frame.y(value, highest)
        marks.append(line(frame.left, y, frame.left + frame.width, y, RULE))
        marks.append(text(frame.left - 6, y + 5, number(value), size=14, colour=QUIET, anchor="end"))
    return marks
