"""What became of a submission, in numbers and a few sentences."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from services.intake.refusals import Rejected

EXAMPLES_MAX: Final = 10


@dataclass(slots=True)
class SubmitReport:
    """Grows while a submission runs."""

    admitted: Counter[str] = field(default_factory=Counter)
    """How many events came in, by type. Counted once they are durable on their inbound topic."""
    rejected: Counter[str] = field(default_factory=Counter)
    """How many did not, by reason code."""
    examples: list[str] = field(default_factory=list)
    """The first refusals in words, each with where it stood; `EXAMPLES_MAX` at most, all are among the dead letters."""

    @property
    def admitted_total(self) -> int:
        """All that came in."""
        return self.admitted.total()

    @property
    def rejected_total(self) -> int:
        """All that did not."""
        return self.rejected.total()

    def refuse(self, origin: str, why: Rejected) -> None:
        """Count a refusal."""
        self.rejected[why.reason.value] += 1
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append(f"{origin}: {why.detail}")
