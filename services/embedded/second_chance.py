"""Dead letters, sent in again once what was wrong with them is mended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.embedded.operator_events import SOURCE
from services.embedded.shell import Embedded
from services.intake import RawEvent, Why
from services.runtime.dead_letters import DeadLetters, Letter, Opened

PAGE = 500
ROW = Why.bad_row.value.replace("_", "-")


@dataclass(frozen=True, slots=True)
class ReplayedLetter:
    """What became of a letter that was to be sent in again."""

    name: str
    why: str | None
    """Why it did not come in; None: it did."""


def letters_of(
    letters: DeadLetters, *, reason: str | None = None, after: tuple[int, int] | None = None
) -> Iterator[Letter]:
    """All letters, or those of one reason, in the order of their places; a page in memory at a time."""
    while page := letters.list(after=after, letters_max=PAGE):
        yield from (letter for letter in page if reason is None or letter.reason == reason.replace("_", "-"))
        after = page[-1].partition, page[-1].offset


def replay_dead_letters(
    embedded: Embedded, places: Sequence[tuple[int, int]] | None, *, reason: str | None = None
) -> list[ReplayedLetter]:
    """Send letters in again, from whom they came. They are decided by the steps that follow.

    Args:
        places: partition and offset of each; None: all that were never sent in again.
        reason: of these, only those of this reason.

    Raises:
        DeadLetterError: there is no letter at one of these places.
        LogError: the log did not take them; what was sent in stays in, and may be sent once more.
    """
    letters = embedded.dead_letters
    if places is None:
        chosen = [letter for letter in letters_of(letters, reason=reason) if letter.replayed_ms is None]
    else:
        named = [letters.show(*place).letter for place in places]
        chosen = [letter for letter in named if reason in (None, letter.reason)]
    return [_sent_again(embedded, letters.show(letter.partition, letter.offset)) for letter in chosen]


def _sent_again(embedded: Embedded, opened: Opened) -> ReplayedLetter:
    letter = opened.letter
    name = f"{letter.partition}/{letter.offset}"
    if opened.raw is None:
        return ReplayedLetter(name, "its key was destroyed, and the bytes with it; ask whoever sent it")
    if letter.cut_from is not None:
        return ReplayedLetter(name, "only its beginning was kept; ask whoever sent it for less in one event")
    if letter.reason == ROW:
        return ReplayedLetter(name, "it is a row of a table; correct the table and `submit` it with its mapping")
    report = embedded.submit([RawEvent(letter.source or SOURCE, opened.raw, letter.origin)])
    if report.rejected_total:
        return ReplayedLetter(name, f"refused again: {'; '.join(report.examples)}")
    embedded.dead_letters.mark_replayed(letter.partition, letter.offset)
    return ReplayedLetter(name, None)
