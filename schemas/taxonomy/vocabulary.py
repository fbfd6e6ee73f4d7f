"""The small code lists beside the taxonomy: skills and accessibility needs, for the command line and the docs.

They are suggestions, not a fence: events may carry any code of the right form, and both sides of a
match are compared by code alone. Languages have no list; they are BCP-47 tags (`LANGUAGE_PATTERN`).
"""

import re
from importlib.resources.abc import Traversable
from typing import NamedTuple

from schemas.model import CODE_PATTERN
from schemas.taxonomy.needs import TaxonomyError
from schemas.taxonomy.tables import read_table, shipped

SKILLS = "skills.csv"
ACCESSIBILITY = "accessibility.csv"

_CODE = re.compile(CODE_PATTERN)


class Term(NamedTuple):
    """A code that events carry and the words people are shown for it."""

    code: str
    label: str


def load_skills(folder: Traversable | None = None) -> tuple[Term, ...]:
    """The skills that asks may want and members have, in code order.

    Raises:
        TaxonomyError: the file cannot be used; names file and line.
    """
    return _terms(folder, SKILLS)


def load_accessibility(folder: Traversable | None = None) -> tuple[Term, ...]:
    """What somebody may need of a place, a person or a contact, in code order.

    Raises:
        TaxonomyError: the file cannot be used; names file and line.
    """
    return _terms(folder, ACCESSIBILITY)


def _terms(folder: Traversable | None, name: str) -> tuple[Term, ...]:
    origins: dict[str, str] = {}
    terms: list[Term] = []
    for origin, cells in read_table(shipped() if folder is None else folder, name, ("code", "label")):
        code, label = cells["code"], cells["label"]
        if not _CODE.fullmatch(code):
            raise TaxonomyError(f"{origin}: `{code}` is not a code; write small letters, digits and dashes")
        if code in origins:
            raise TaxonomyError(f"{origin}: `{code}` already stands at {origins[code]}; keep one")
        if not label:
            raise TaxonomyError(f"{origin}: `{code}` has no label; write the words that people are shown")
        origins[code] = origin
        terms.append(Term(code, label))
    return tuple(sorted(terms))
