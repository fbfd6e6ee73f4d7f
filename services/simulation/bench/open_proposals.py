"""Proposals that somebody will answer one day: a bounded draw from those that are open."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Open:
    """A proposal that waits for its answer."""

    match: str
    ask: str
    offerer: str


class OpenProposals:
    """Open proposals, at most so many; beyond, a new one takes the place of any other, which then stays unanswered.

    So a bench needs no more memory for people's answers than a quarter of what is open, and who answers is drawn
    evenly from all who were asked.
    """

    def __init__(self, bound: int, chance: Random) -> None:
        self._bound = bound
        self._chance = chance
        self._open: list[Open] = []
        self._at: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, one: Open) -> None:
        """A proposal was made."""
        if len(self._open) < self._bound:
            self._at[one.match] = len(self._open)
            self._open.append(one)
        elif self._chance.random() < 0.5:  # halfway between the oldest and the newest having the better chance
            at = self._chance.randrange(self._bound)
            del self._at[self._open[at].match]
            self._open[at] = one
            self._at[one.match] = at

    def take(self, match: str) -> Open | None:
        """A proposal is no longer open: it is taken out; None where it was not kept in mind."""
        at = self._at.pop(match, None)
        if at is None:
            return None
        last, taken = self._open.pop(), self._open[at] if at < len(self._open) else None
        if taken is None:
            return last
        self._open[at] = last
        self._at[last.match] = at
        return taken

    def draw(self) -> Open | None:
        """Any one of them, which is taken out; None where nothing is open."""
        if not self._open:
            return None
        one = self._open[self._chance.randrange(len(self._open))]
        self.take(one.match)
        return one
