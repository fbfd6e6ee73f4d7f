"""Where a demo's data lies when nobody says where: in a folder of its own, made anew each time.

Nothing is ever removed but a data folder that a demo made here: a mark beside it, written before the first record, says so.
"""

from pathlib import Path
from shutil import rmtree

from services.simulation.fresh_folder import refuse_used

DATA = "data"
MARK = ".made-by-commonweal-demo"


def fresh_demo_folder(out: Path) -> Path:
    """The path of the demo's data folder under `out`, with nothing in it.

    Raises:
        UsedFolderError: something lies there that no demo made.
        OSError: the folder refuses.
    """
    data, mark = out / DATA, out / MARK
    if mark.exists():
        rmtree(data, ignore_errors=True)
    refuse_used(data)
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text(
        "The folder `data` beside this file is a demo's, and the next demo makes it anew.\n", encoding="utf-8"
    )
    return data
