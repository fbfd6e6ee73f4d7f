"""What an operator may set about notifications, read once at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

CONTACTS_PER_DAY_MAX: Final = "COMMONWEAL_CONTACTS_PER_DAY_MAX"
BOUND: Final = 200


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """Limits on what a member hears of us.

    Raises:
        ValueError: a limit is out of bounds; says which, and what is wanted.
    """

    contacts_per_day_max: int = 30
    """Once a member was contacted so often within 24 hours, courtesies are left out."""

    def __post_init__(self) -> None:
        if not 1 <= self.contacts_per_day_max <= BOUND:
            raise ValueError(f"{CONTACTS_PER_DAY_MAX} is {self.contacts_per_day_max}; 1 to {BOUND} is wanted")

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The settings as the environment has them.

        Raises:
            ValueError: a variable cannot be read, or is out of bounds.
        """
        said = env.get(CONTACTS_PER_DAY_MAX)
        if not said:
            return cls()
        if not said.isdecimal():
            raise ValueError(f"{CONTACTS_PER_DAY_MAX} is {said!r}; a whole number is wanted")
        return cls(contacts_per_day_max=int(said))
