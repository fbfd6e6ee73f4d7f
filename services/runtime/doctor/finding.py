"""What the doctor found of one thing. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is."""

    well = "well"
    worth_a_look = "worth a look"
    """It works, and may not for long, or not as fast."""
    wrong = "wrong"
    """A worker will not start, or will not be right."""
    not_examined = "not examined"
    """Something else has to be mended first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, how it is, and what to do if it is not well."""

    subject: str
    state: State
    says: str
    remedy: str | None = None

    def line(self) -> str:
        """The finding for people."""
        told = f"{self.subject}: {self.state} - {self.says}"
        return told if self.remedy is None else f"{told}\n    {self.remedy}"
