"""Says how far the pure modules are covered, and refuses less than promised. Run by `make test`, after the tests."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house.pure_modules import COVERED_PERCENT_MIN, is_pure

REPORT = Path("coverage.json")
SHOWN_MAX = 12


@dataclass(frozen=True)
class Coverage:
    """Lines and branches of one module or of many: how many there are, and how many a test went through."""

    lines: int
    lines_covered: int
    branches: int
    branches_covered: int

    @property
    def percent(self) -> float:
        """Of lines and branches together; 100 where there is nothing to cover."""
        return _percent(self.lines_covered + self.branches_covered, self.lines + self.branches)

    @property
    def branch_percent(self) -> float:
        """Of branches alone; 100 where there are none."""
        return _percent(self.branches_covered, self.branches)


def pure_coverage(report: dict[str, Any]) -> dict[str, Coverage]:
    """The pure modules in a JSON report of coverage.py, by path."""
    return {
        path: Coverage(
            lines=summary["num_statements"],
            lines_covered=summary["covered_lines"],
            branches=summary["num_branches"],
            branches_covered=summary["covered_branches"],
        )
        for path, summary in ((path, file["summary"]) for path, file in sorted(report["files"].items()))
        if is_pure(path)
    }


def together(modules: list[Coverage]) -> Coverage:
    """Many modules as one, so that a small one weighs as little as it is."""
    return Coverage(
        lines=sum(each.lines for each in modules),
        lines_covered=sum(each.lines_covered for each in modules),
        branches=sum(each.branches for each in modules),
        branches_covered=sum(each.branches_covered for each in modules),
    )


def verdict(modules: dict[str, Coverage]) -> tuple[list[str], bool]:
    """What to tell the reader, and whether the promise is kept."""
    if not modules:
        return ["no pure module was measured; run the tests with --cov first (make test)"], False
    least = sorted(modules.items(), key=lambda item: (item[1].percent, item[0]))
    told = [
        f"  {each.percent:6.2f} %  branches {each.branch_percent:6.2f} %  {path}"
        for path, each in least[:SHOWN_MAX]
        if each.percent < 100
    ]
    whole = together(list(modules.values()))
    kept = min(whole.percent, whole.branch_percent) >= COVERED_PERCENT_MIN
    told.append(
        f"pure modules: {whole.percent:.2f} % of lines and branches, {whole.branch_percent:.2f} % of branches, "
        f"in {len(modules)} modules; wanted {COVERED_PERCENT_MIN} % of both"
    )
    if not kept:
        told.append("test what is missing above, or delete what nobody needs; `make coverage` shows each line")
    return told, kept


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def main() -> int:
    """Combine what the tests wrote, print the verdict, and answer with the exit code."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(REPORT)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode:
        print(made.stdout + made.stderr, "run the tests with --cov first (make test)", sep="")
        return 1
    told, kept = verdict(pure_coverage(json.loads(REPORT.read_text(encoding="utf-8"))))
    REPORT.unlink()
    print("\n".join(told))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
