"""Tells small lies to lifecycles and rules, and counts how many their own unit tests notice. Run by `make mutation`.

Each lie is told in a copy of the sources, never in the checkout. A lie that makes the tests run on for ever counts as
noticed.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.house.mutants import Mutant, mutants
from tests.house.sources import ROOT

TARGETS = {
    "services/matching/lifecycles.py": "tests/unit/matching/test_lifecycles.py",
    "services/matching/rules.py": "tests/unit/matching/test_rules.py",
}
"""Module to the unit tests that must notice."""

NOTICED_PERCENT_MIN = 80
TEST_SECONDS_MAX = 60
"""For one run of a module's unit tests, which take a second or two."""

COPIED = ("schemas", "services", "tests", "pyproject.toml")
TESTS_FAILED = 1
"""What pytest exits with when it ran and a test failed; 2 to 5 mean that it could not run."""


def copied(root: Path, folder: Path) -> Path:
    """A copy of what the unit tests need, without compiled files: one left over would hide a lie."""
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, folder / name)
    return folder


def answer(folder: Path, tests: str) -> int:
    """What pytest exits with on these tests, in this folder; the first failure ends it."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "ci"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests]
    try:
        ran = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False, timeout=TEST_SECONDS_MAX
        )
    except subprocess.TimeoutExpired:
        return TESTS_FAILED
    return ran.returncode


def unnoticed(root: Path, target: str, tests: str, told: list[Mutant]) -> list[Mutant]:
    """The lies about `target` that its tests let pass.

    Raises:
        RuntimeError: the tests do not pass on the truth, so that nothing can be learned from their failing.
    """
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as place:
        folders: queue.Queue[Path] = queue.Queue()
        for number in range(workers):
            (Path(place) / str(number)).mkdir()
            folders.put(copied(root, Path(place) / str(number)))
        if (code := answer(Path(place) / "0", tests)) != 0:
            raise RuntimeError(f"{tests} ends with {code} on {target} as it stands; make it pass first: pytest {tests}")

        def passes(mutant: Mutant) -> bool:
            folder = folders.get()
            try:
                (folder / target).write_text(mutant.source, encoding="utf-8")
                return answer(folder, tests) == 0
            finally:
                folders.put(folder)

        with ThreadPoolExecutor(workers) as pool:
            passed = list(pool.map(passes, told))
    return [mutant for mutant, unseen in zip(told, passed, strict=True) if unseen]


def main() -> int:
    """Judge every target, print what was not noticed, and answer with the exit code."""
    kept = True
    for target, tests in TARGETS.items():
        told = mutants((ROOT / target).read_text(encoding="utf-8"))
        left = unnoticed(ROOT, target, tests, told)
        percent = 100 * (len(told) - len(left)) / len(told)
        for mutant in left:
            print(f"  {target}:{mutant.line} nobody noticed {mutant.words}")
        print(f"{target}: {len(told) - len(left)} of {len(told)} lies noticed, {percent:.1f} %", flush=True)
        kept = kept and percent >= NOTICED_PERCENT_MIN
    if not kept:
        print(f"wanted {NOTICED_PERCENT_MIN} % of each; write a test for what is listed above")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
