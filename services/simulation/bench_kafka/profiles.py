"""What a matching worker did with its time: the functions that took most of it, from the samples it wrote when it ended."""

import json
from pathlib import Path
from typing import Any

LINES = 25


def heaviest(samples: Path, lines: int = LINES) -> list[dict[str, Any]]:
    """The functions with most time of their own, and those with most time altogether; shares of the processor time."""
    found = json.loads(samples.read_text())
    taken = max(found["taken"], 1)
    rows = [
        {
            "function": f"{_short(file)}:{line} {name}",
            "own_share": round(own / taken, 4),
            "with_callees_share": round(whole / taken, 4),
        }
        for file, line, name, own, whole in found["rows"]
    ]
    by_own = sorted(rows, key=lambda row: -row["own_share"])[:lines]
    by_whole = sorted(rows, key=lambda row: -row["with_callees_share"])[: 2 * lines]
    return [*by_own, *(row for row in by_whole if row not in by_own)]


def _short(file: str) -> str:
    """A path from its package on, without where this machine keeps it."""
    for root, shown in (("site-packages/", ""), ("/services/", "services/"), ("/schemas/", "schemas/")):
        _, found, after = file.partition(root)
        if found:
            return shown + after
    return "/".join(Path(file).parts[-2:])
