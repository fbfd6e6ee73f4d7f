"""Two charts: when people asked, and how long those who were helped waited."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.simulation.chronicle import Chronicle
from services.simulation.city.clock import local_minute
from services.simulation.picture.axes import Frame, top_of, value_axis
from services.simulation.picture.marks import HELPED, INK, NOT_HELPED, PAPER, QUIET, Panel, box, line, text
from services.simulation.story import Story, is_left_out, wait_min

WIDTH, HEIGHT = 480, 214
FRAME = Frame(left=44, top=16, width=WIDTH - 50, height=140)
HOURS = 24
BINS = ((5, "5"), (10, "10"), (20, "20"), (30, "30"), (60, "1 h"), (120, "2 h"), (240, "4 h"))
"""Upper ends of waits in minutes, and their names; what is longer comes last."""
LONGER = "more"


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of two parts."""

    helped: int
    not_helped: int

    @property
    def total(self) -> int:
        """Its height."""
        return self.helped + self.not_helped


def asks_over_the_day(told: Chronicle) -> Panel:
    """Asks by the hour in which they came, helped below and not helped on top."""
    stacks = _by_hour(told)
    highest = top_of(max(stack.total for stack in stacks))
    wide = FRAME.width / HOURS
    marks = value_axis(FRAME, highest)
    for hour, stack in enumerate(stacks):
        x, y = FRAME.left + wide * hour + 1.5, FRAME.y(stack.helped, highest)
        if stack.helped:
            marks.append(box(x, y, wide - 3, FRAME.bottom - y, HELPED))
        if stack.not_helped:
            above = FRAME.y(stack.total, highest)
            marks.append(box(x, above, wide - 3, y - above, NOT_HELPED))
            marks.append(line(x, y, x + wide - 3, y, PAPER, width=1.5))
    for hour in range(0, HOURS + 1, 6):
        anchor = {0: "start", HOURS: "end"}.get(hour, "middle")
        marks.append(
            text(FRAME.left + wide * hour, FRAME.bottom + 20, f"{hour:02}:00", size=14, colour=QUIET, anchor=anchor)
        )
    busiest = max(range(HOURS), key=lambda hour: stacks[hour].total)
    helped, total = sum(stack.helped for stack in stacks), sum(stack.total for stack in stacks)
    said = (
        f"{total} asks over the day, {helped} of them helped. "
        f"Most came between {busiest:02}:00 and {busiest + 1:02}:00: {stacks[busiest].total}."
    )
    return Panel(
        "asks-over-the-day",
        WIDTH,
        HEIGHT,
        title="When people asked",
        subtitle="asks in each hour of the day",
        description=said,
        body="".join([*marks, *_key(HEIGHT - 8)]),
    )


def time_to_acceptance(told: Chronicle, story: Story) -> Panel:
    """How many of those who were helped waited how long for somebody's yes."""
    waits = [wait for wait in map(wait_min, told.asks.values()) if wait is not None]
    counts = _by_wait(waits)
    highest = top_of(max(counts))
    wide = FRAME.width / len(counts)
    marks = value_axis(FRAME, highest)
    for place, (count, name) in enumerate(zip(counts, [*(name for _, name in BINS), LONGER], strict=True)):
        x, y = FRAME.left + wide * place + 4, FRAME.y(count, highest)
        marks.append(box(x, y, wide - 8, FRAME.bottom - y, HELPED))
        marks.append(text(x + wide / 2 - 4, y - 5, str(count), size=14, anchor="middle", weight=600))
        marks.append(text(x + wide / 2 - 4, FRAME.bottom + 20, name, size=14, colour=QUIET, anchor="middle"))
    marks.append(
        text(FRAME.left, FRAME.bottom + 42, "minutes waited, up to (longer ones in hours)", size=15, colour=QUIET)
    )
    names = [*(f"up to {name if 'h' in name else f'{name} minutes'}" for _, name in BINS), "longer"]
    said = f"{_median_words(story)}. Asks by wait: " + ", ".join(
        f"{name} {count}" for name, count in zip(names, counts, strict=True)
    )
    return Panel(
        "time-to-acceptance",
        WIDTH,
        HEIGHT,
        title="How soon somebody said yes",
        subtitle=_median_words(story),
        description=f"{said}.",
        body="".join(marks),
    )


def _by_hour(told: Chronicle) -> list[Stack]:
    helped, not_helped = [0] * HOURS, [0] * HOURS
    for ask in told.asks.values():
        hour = min(local_minute(ask.spec.opened_ms) // 60, HOURS - 1)
        helped[hour] += ask.accepted is not None
        not_helped[hour] += is_left_out(ask)
    return [Stack(*counts) for counts in zip(helped, not_helped, strict=True)]


def _by_wait(waits_min: Sequence[float]) -> list[int]:
    counts = [0] * (len(BINS) + 1)
    for wait in waits_min:
        counts[next((place for place, (bound, _) in enumerate(BINS) if wait <= bound), len(BINS))] += 1
    return counts


def _median_words(story: Story) -> str:
    half = story.waits.median_min
    return "nobody was helped yet" if half is None else f"half of those helped waited {half:.0f} minutes or less"


def _key(y: float) -> list[str]:
    """Which colour is which, in words."""
    return [
        box(44, y - 12, 13, 13, HELPED),
        text(63, y, "helped", size=15, colour=INK),
        box(134, y - 12, 13, 13, NOT_HELPED),
        text(153, y, "not yet, or not in time", size=15, colour=INK),
    ]
