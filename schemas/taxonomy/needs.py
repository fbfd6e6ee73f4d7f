"""One need, the defaults laid over it, and what can be wrong with either."""

from dataclasses import dataclass

from schemas.codes import Vetting


class TaxonomyError(ValueError):
    """The taxonomy's data cannot be used. The message names the file and line, and what to do."""


class UnknownNeedError(LookupError):
    """A code that this taxonomy does not hold. Ask `Taxonomy.knows` first where codes come from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something people ask for and offer. Known by its code and, for readers, by its path; each is unique.

    Labels are for people and repeat ("Baby Clothes" stands under two parents); the dots and dashes
    of a code are for reading only. What is a kind of what is said by `parent` and by nothing else.
    """

    code: str
    """`oe:102-03` (Open Eligibility) or `cw:errands.dog-walking` (ours); never reused for another need."""
    path: str
    """The labels from the root down to this need, such as `food/food-delivery`."""
    label: str
    parent: str | None = None
    """The code of the broader need, perhaps in another namespace; None at a root."""
    vetting_floor: Vetting = Vetting.none
    """The least a helper must have been checked for this need; an ask or a policy may want more, never less."""
    remote: bool = False
    """Whether its nature allows help from afar. Whether a given ask does is said by the ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """What a need and the kinds below it start from. None leaves what the nearest broader need says."""

    code: str
    vetting_floor: Vetting | None = None
    remote: bool | None = None
