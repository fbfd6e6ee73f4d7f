"""The needs taxonomy: what can be asked and offered, and what is a kind of what.

Pure values only. Whoever may touch the disk reads the shipped files once with
`schemas.taxonomy.load.load()` (skills and accessibility needs: `schemas.taxonomy.vocabulary`)
and hands the `Taxonomy` around; cores are given it and open nothing.
"""

from schemas.model import LANGUAGE_PATTERN
from schemas.model import NEED_PATTERN as NEED_CODE_PATTERN
from schemas.taxonomy.needs import Default, Need, TaxonomyError, UnknownNeedError
from schemas.taxonomy.tree import Taxonomy

__all__ = [
    "LANGUAGE_PATTERN",
    "NEED_CODE_PATTERN",
    "Default",
    "Need",
    "Taxonomy",
    "TaxonomyError",
    "UnknownNeedError",
]
