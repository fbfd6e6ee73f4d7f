"""Two stories of one day beside each other, row by row. Pure."""

from dataclasses import dataclass

from services.simulation.story import OFTEN, Story
from services.simulation.telling import minutes

ASIDE = (
    "The same people on the same day, had the nearest one been asked, then nobody else until an answer came or 45 "
    "minutes had passed:"
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
