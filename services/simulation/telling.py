"""The day's story in words, for somebody who has never heard of Commonweal. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.simulation.story import Asking, Giving, Story, Waiting, Waits

NAMED_MAX = 4
"""Needs and rules that are named; further ones would be read by nobody."""

PASSED_OVER = {
    "asked_per_day": "had been asked as often as they may be in a day",
    "asked_per_week": "had been asked as often as they may be in a week",
    "vetting": "had not been checked as far as this kind of help demands",
    "already_asked": "had been asked for this very ask before",
    "skills": "lacked a skill that is needed",
    "language": "spoke no language in common",
    "accessibility": "could not provide for an accessibility need",
    "quiet_hours": "had their quiet hours",
    "active_cap": "were busy helping as many as they take on at a time",
    "open_slots": "had other questions waiting for their answer",
    "window": "would not be there in time",
    "blocked_pair": "were blocked, by one side or the other",
    "capacity": "had given all they had to give",
    "own_offer": "were the asker",
}
"""Rule → what was true of those who offered and were not asked."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A heading and the sentences under it."""

    heading: str
    sentences: tuple[str, ...]


def telling(story: Story, labels: Mapping[str, str]) -> list[Paragraph]:
    """The story, paragraph by paragraph.

    Args:
        labels: need → what people call it.
    """
    return [
        Paragraph("Who was helped, and how soon", (*_helped(story), *_soon(story.waits), *_given(story.giving))),
        Paragraph("What that asked of people", tuple(_asked(story.asking, story.offers))),
        Paragraph("Who waits, and why", tuple(_waits(story.waiting, labels))),
    ]


def minutes(wait_min: float) -> str:
    """`8 min`, `2 h`, `2 h 40 min`; less than one is `1 min`, since nobody counts seconds here."""
    whole = max(1, round(wait_min))
    hours, rest = divmod(whole, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def _helped(story: Story) -> list[str]:
    asked = story.asks - story.taken_back
    share = f" ({100 * story.helped // asked} %)" if asked else ""
    sentences = [f"{story.helped:,} of {asked:,} asks found somebody{share}."]
    if story.taken_back:
        were = "was" if story.taken_back == 1 else "were"
        sentences.append(f"{story.taken_back} more {were} taken back: help had come another way.")
    return sentences


def _soon(waits: Waits) -> list[str]:
    if waits.median_min is None or waits.p95_min is None:
        return []
    half, nearly_all = minutes(waits.median_min), minutes(waits.p95_min)
    return [f"Half of them had a yes within {half}, nineteen in twenty within {nearly_all}."]


def _given(giving: Giving) -> list[str]:
    thanks = f"{giving.thanks:,} thank-you{'' if giving.thanks == 1 else 's'} passed on"
    sentences = [
        f"Help was given {_times(giving.given)}: {giving.confirmed:,} confirmed by those helped, and {thanks}."
    ]
    if giving.fell_through:
        back = "the ask went" if giving.fell_through == 1 else "those asks went"
        fell = _times(giving.fell_through).capitalize()
        sentences.append(f"{fell} it was called off or somebody did not come; {back} back to matching at once.")
    return sentences


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _asked(asking: Asking, offers: int) -> list[str]:
    if asking.per_helped is None:
        return [f"{asking.messages:,} questions were sent, and nobody said yes."]
    answers = (
        f"{asking.said_yes:,} got a yes, {asking.said_no:,} a no, {asking.said_nothing:,} no answer in time, "
        f"and {asking.let_go:,} were taken back, mostly since somebody else had said yes"
    )
    few, often, most = (f"{count:,}" for count in (asking.up_to_3, asking.up_to_8, asking.over_8))
    in_vain = f"{asking.in_vain:,} said yes after that, in vain." if asking.in_vain else "Nobody said yes after that."
    how_often = f"{few} up to three times in the day, {often} up to eight times, {most} more often"
    nobody = f"nobody more than {_times(asking.most)}"
    return [
        f"{asking.messages:,} questions were sent, {asking.per_helped} for each ask helped: {answers}. {in_vain}",
        f"{asking.members:,} of {offers:,} who offered help were asked: {how_often}, {nobody}.",
    ]


def _waits(waiting: Waiting, labels: Mapping[str, str]) -> list[str]:
    left_out = waiting.open_now + waiting.too_late
    if not left_out:
        return ["Nobody: every ask found somebody."]
    are, have = "is" if waiting.open_now == 1 else "are", "has" if waiting.escalated == 1 else "have"
    open_now = f"{waiting.open_now} {are} still looked for ({waiting.escalated} {have} come to a coordinator)"
    sentences = [
        f"{open_now}, {waiting.too_late} ran out of time.",
        f"Most often: {_listed([f'{labels.get(need, need)} {count}' for need, count in waiting.needs])}.",
        f"For {waiting.never_asked} of these {left_out} nobody within reach could be asked at any time.",
    ]
    if waiting.rules:
        sentences.append("For the others people were asked in vain. Others nearby were passed over, since they")
        sentences += [f"- {PASSED_OVER.get(rule, rule)} ({_times(count)})" for rule, count in waiting.rules[:NAMED_MAX]]
    return sentences


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:NAMED_MAX])
