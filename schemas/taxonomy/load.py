"""Reads the taxonomy's files: Open Eligibility's, ours, and the defaults laid over both.

Call `load` once where a program is put together, and hand its value to whoever needs it.
"""

from importlib.resources.abc import Traversable

from schemas.codes import Vetting
from schemas.taxonomy.checks import VETTING_WANTED
from schemas.taxonomy.needs import Default, Need, TaxonomyError
from schemas.taxonomy.tables import Row, read_table, shipped
from schemas.taxonomy.tree import Taxonomy

OPEN_ELIGIBILITY = "open_eligibility.csv"
COMMONWEAL = "commonweal.csv"
DEFAULTS = "needs_defaults.csv"

VETTING_FLOORS = {
    "": None,
    "none": Vetting.none,
    "basic": Vetting.basic,
    "checked": Vetting.checked,
    "trusted": Vetting.trusted,
}
REMOTE = {"": None, "yes": True, "no": False}


def load(folder: Traversable | None = None) -> Taxonomy:
    """The taxonomy in `folder`, by default the shipped one.

    Reads `open_eligibility.csv`, `commonweal.csv` and `needs_defaults.csv`; nothing is kept between
    calls.

    Raises:
        TaxonomyError: a file cannot be read, or what it holds does not form a taxonomy; names file and line.
    """
    place = shipped() if folder is None else folder
    placed = [*_open_eligibility(place), *_commonweal(place)]
    laid_over = _defaults(place)
    bare = Taxonomy.of([need for need, _ in placed], [origin for _, origin in placed])
    return bare.with_defaults([default for default, _ in laid_over], [origin for _, origin in laid_over])


def _open_eligibility(folder: Traversable) -> list[tuple[Need, str]]:
    columns = ("taxonomy_id", "name", "parent_id", "parent_name", "path")
    return [
        (
            Need(
                code=f"oe:{cells['taxonomy_id']}",
                path=cells["path"],
                label=cells["name"],
                parent=f"oe:{cells['parent_id']}" if cells["parent_id"] else None,
            ),
            origin,
        )
        for origin, cells in read_table(folder, OPEN_ELIGIBILITY, columns)
    ]


def _commonweal(folder: Traversable) -> list[tuple[Need, str]]:
    return [
        (Need(code=cells["code"], path=cells["path"], label=cells["label"], parent=cells["parent"] or None), origin)
        for origin, cells in read_table(folder, COMMONWEAL, ("code", "label", "parent", "path"))
    ]


def _defaults(folder: Traversable) -> list[tuple[Default, str]]:
    return [(_default(row), row.origin) for row in read_table(folder, DEFAULTS, ("code", "vetting", "remote"))]


def _default(row: Row) -> Default:
    code, vetting, remote = row.cells["code"], row.cells["vetting"], row.cells["remote"]
    if vetting not in VETTING_FLOORS:
        raise TaxonomyError(f"{row.origin}: vetting `{vetting}` of `{code}` is unknown; {VETTING_WANTED}")
    if remote not in REMOTE:
        raise TaxonomyError(
            f"{row.origin}: remote `{remote}` of `{code}` is unknown; "
            "write yes or no, or leave it empty to take the broader need's"
        )
    return Default(code=code, vetting_floor=VETTING_FLOORS[vetting], remote=REMOTE[remote])
