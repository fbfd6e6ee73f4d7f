"""What a matching worker did with its time: the functions that took most of it, from a profile it wrote when it ended."""

import pstats
from pathlib import Path
from typing import Any

LINES = 25


def heaviest(profile: Path, lines: int = LINES) -> list[dict[str, Any]]:
    """The functions with most time of their own, heaviest first."""
    stats = pstats.Stats(str(profile)).stats  # type: ignore[attr-defined]  # typeshed leaves it out, the docs do not
    rows = [
        {
            "function": f"{_short(file)}:{line} {name}",
            "calls": calls,
            "own_s": round(own_s, 2),
            "with_callees_s": round(whole_s, 2),
        }
        for (file, line, name), (_, calls, own_s, whole_s, _) in stats.items()
    ]
    return sorted(rows, key=lambda row: -row["own_s"])[:lines]


def _short(file: str) -> str:
    """A path from its package on, without where this machine keeps it."""
    for root, shown in (("site-packages/", ""), ("/services/", "services/"), ("/schemas/", "schemas/")):
        _, found, after = file.partition(root)
        if found:
            return shown + after
    return "/".join(Path(file).parts[-2:])
