"""What must hold before needs form a taxonomy. The first breach is told, with where it stands."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.codes import Vetting
from schemas.model import NEED_PATTERN
from schemas.taxonomy.needs import Default, Need, TaxonomyError

PATH_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*"

VETTING_WANTED = "write none, basic, checked or trusted, or leave it empty to take the broader need's"

_CODE = re.compile(NEED_PATTERN)
_PATH = re.compile(PATH_PATTERN)


class Placed(NamedTuple):
    """A need and where it was written, so that an error can point at it."""

    need: Need
    origin: str


def check_needs(needs: Sequence[Need], origins: Sequence[str]) -> None:
    """Refuse needs that do not form a forest.

    Raises:
        TaxonomyError: a malformed code, path or label, a code or path that stands twice, an unknown
            parent, a circle of parents, or a path that does not continue its parent's.
    """
    placed = [Placed(need, origin_of(index, origins, "need")) for index, need in enumerate(needs)]
    for need, origin in placed:
        _check_words(need, origin)
    _check_unique(placed)
    by_code = {each.need.code: each for each in placed}
    for each in placed:
        _check_parent(each, by_code)
    for each in placed:
        _check_circle(each, by_code)
    for each in placed:
        _check_path(each, by_code)


def check_defaults(defaults: Sequence[Default], origins: Sequence[str], known: frozenset[str]) -> None:
    """Refuse defaults for a need that is not in `known`, twice for one need, or for an unknown vetting level.

    Raises:
        TaxonomyError: naming the first such default and where it stands.
    """
    seen: dict[str, str] = {}
    for index, default in enumerate(defaults):
        origin = origin_of(index, origins, "default")
        if default.code not in known:
            raise TaxonomyError(
                f"{origin}: a default for `{default.code}`, which is not in the taxonomy; correct or remove it"
            )
        if default.code in seen:
            raise TaxonomyError(
                f"{origin}: a second default for `{default.code}`; the first is at {seen[default.code]}; keep one"
            )
        if default.vetting_floor is Vetting.unknown:
            raise TaxonomyError(f"{origin}: vetting floor `unknown` of `{default.code}` is no floor; {VETTING_WANTED}")
        seen[default.code] = origin


def origin_of(index: int, origins: Sequence[str], what: str) -> str:
    """Where entry `index` was written; for entries that come from no file, its number counted from 1."""
    return origins[index] if index < len(origins) else f"{what} {index + 1}"


def _check_words(need: Need, origin: str) -> None:
    if not _CODE.fullmatch(need.code):
        raise TaxonomyError(
            f"{origin}: `{need.code}` is not the code of a need; write a namespace, a colon and "
            "a code in small letters, digits, dots and dashes, such as `oe:102-03` or `cw:errands.groceries`"
        )
    if not _PATH.fullmatch(need.path):
        raise TaxonomyError(
            f"{origin}: `{need.path}` is not the path of a need; write words of small letters, digits and dashes "
            "divided by `/`, such as `food/food-delivery`"
        )
    if not need.label.strip():
        raise TaxonomyError(f"{origin}: `{need.code}` has no label; write the words that people are shown")
    if need.vetting_floor is Vetting.unknown:
        raise TaxonomyError(f"{origin}: vetting floor `unknown` of `{need.code}` is no floor; {VETTING_WANTED}")


def _check_unique(placed: Sequence[Placed]) -> None:
    codes: dict[str, Placed] = {}
    paths: dict[str, Placed] = {}
    for each in placed:
        need, origin = each
        same_code, same_path = codes.get(need.code), paths.get(need.path)
        if same_code is not None and same_code is same_path:
            raise TaxonomyError(
                f"{origin}: `{need.code}` at `{need.path}` already stands at {same_code.origin}; remove one of the two"
            )
        if same_code is not None:
            raise TaxonomyError(
                f"{origin}: `{need.code}` stands at `{need.path}`, and at {same_code.origin} at "
                f"`{same_code.need.path}`; a code means one need: give one of them a code of its own"
            )
        if same_path is not None:
            raise TaxonomyError(
                f"{origin}: `{need.code}` stands at `{need.path}`, where {same_path.origin} has `{same_path.need.code}`; "
                "a path means one need: rename one of them"
            )
        codes[need.code] = paths[need.path] = each


def _check_parent(each: Placed, by_code: dict[str, Placed]) -> None:
    need, origin = each
    if need.parent is not None and need.parent not in by_code:
        raise TaxonomyError(
            f"{origin}: parent `{need.parent}` of `{need.code}` is not in the taxonomy; "
            "name a need that is, or leave the parent empty for a root"
        )


def _check_circle(each: Placed, by_code: dict[str, Placed]) -> None:
    circle = [each.need.code]
    for code in _parents(each.need, by_code):
        circle.append(code)
        if code == each.need.code:
            raise TaxonomyError(
                f"{each.origin}: `{each.need.code}` descends from itself ({' < '.join(circle)}); "
                "make one of them a root or give it another parent"
            )


def _parents(need: Need, by_code: dict[str, Placed]) -> Iterator[str]:
    """The codes above `need`, nearest first, each at most once, so that a circle ends too."""
    met: set[str] = set()
    code = need.parent
    while code is not None and code not in met:
        yield code
        met.add(code)
        code = by_code[code].need.parent


def _check_path(each: Placed, by_code: dict[str, Placed]) -> None:
    need, origin = each
    above, _, _ = need.path.rpartition("/")
    wanted = "" if need.parent is None else by_code[need.parent].need.path
    if above != wanted:
        asked = f"continue its parent's, `{wanted}/...`, by one word" if wanted else "be one word, since it is a root"
        raise TaxonomyError(
            f"{origin}: path `{need.path}` of `{need.code}` must {asked}; correct the path or the parent"
        )
