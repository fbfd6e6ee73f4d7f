"""Two stories of one day beside each other, row by row. Pure."""

from dataclasses import dataclass

from services.simulation.story import OFTEN, Story
from services.simulation.telling import minutes

ASIDE = (
    "The same people on the same day, if only the nearest helper is asked, and nobody else before an answer comes or 45 "
    "minutes have passed:"
)


@dataclass(frozen=True, slots=True)
class Row:
    """What is compared, and what it came to."""

    what: str
    ours: str
    theirs: str


def compared(ours: Story, theirs: Story) -> list[Row]:
    """Who was helped, how soon, and what that asked of people."""
    pairs = zip(_figures(ours), _figures(theirs), strict=True)
    return [Row(what, mine, other) for (what, mine), (_, other) in pairs]


def in_short(ours: Story, theirs: Story) -> str:
    """What asking several people gains and what it costs, in two sentences; empty where somebody helped nobody."""
    halves = ours.waits.median_min, theirs.waits.median_min
    took = ours.asking.per_helped, theirs.asking.per_helped
    if halves[0] is None or halves[1] is None or took[0] is None or took[1] is None:
        return ""
    found = _than(ours.helped - theirs.helped, "ask", "asks")
    soon = f"half of those helped had a yes within {minutes(halves[0])}, not {minutes(halves[1])}"
    price = f"{abs(took[0] - took[1]):.1f} questions {'more' if took[0] >= took[1] else 'fewer'}"
    in_vain = _than(ours.asking.in_vain - theirs.asking.in_vain, "time", "times")
    return (
        f"So {found} found somebody, and {soon}. That took {price} for each, and {in_vain} somebody said yes in vain."
    )


def _than(more: int, one: str, several: str) -> str:
    """`54 more asks`, `1 fewer ask`, `no more asks`."""
    count = f"{abs(more):,}" if more else "no"
    return f"{count} {'more' if more >= 0 else 'fewer'} {one if abs(more) == 1 else several}"


def _figures(story: Story) -> list[tuple[str, str]]:
    waits, asking = story.waits, story.asking
    return [
        ("asks that found somebody", f"{story.helped:,}"),
        ("within 10 minutes", f"{waits.within_10_min:,}"),
        ("within an hour", f"{waits.within_60_min:,}"),
        ("half of them had a yes within", _wait(waits.median_min)),
        ("nineteen in twenty within", _wait(waits.p95_min)),
        ("questions sent for each ask helped", "-" if asking.per_helped is None else f"{asking.per_helped}"),
        ("said yes in vain", f"{asking.in_vain:,}"),
        (f"people asked more than {OFTEN[0]} times", f"{asking.up_to_8 + asking.over_8:,}"),
        (f"people asked more than {OFTEN[1]} times", f"{asking.over_8:,}"),
    ]


def _wait(wait_min: float | None) -> str:
    return "-" if wait_min is None else minutes(wait_min)
