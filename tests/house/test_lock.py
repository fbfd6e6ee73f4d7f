"""What is installed is pinned, hashed and reasoned."""

import tomllib
from typing import Any

from tests.house.lock import names, pins, unexplained_ignores, unlocked, unreasoned
from tests.house.sources import ROOT

RUNTIME = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
DEV = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8")
RIVALS = (ROOT / "requirements/rivals.txt").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def dependencies() -> tuple[list[str], list[str]]:
    """Of whoever runs it, extras included, and of whoever works on it."""
    project: dict[str, Any] = tomllib.loads(PYPROJECT)
    extras = [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    return names(project["project"]["dependencies"] + extras), names(project["dependency-groups"]["dev"])


def rivals() -> list[str]:
    return names(tomllib.loads(PYPROJECT)["dependency-groups"]["rivals"])


def test_everything_installed_is_pinned_and_hashed() -> None:
    locks = {"requirements/runtime.txt": RUNTIME, "requirements/dev.txt": DEV, "requirements/rivals.txt": RIVALS}
    found = [line for path, lock in locks.items() for line in unlocked(path, lock)]
    assert not found, "\n".join(found)


def test_the_tests_run_on_what_people_run() -> None:
    missing = [pin for pin in pins(RUNTIME) if pin not in pins(DEV)]
    assert not missing, f"requirements/dev.txt lacks {missing}; run `make lock`"


def test_the_lock_holds_every_dependency() -> None:
    runtime, dev = dependencies()
    assert set(runtime) <= {name for name, _, _ in pins(RUNTIME)}, "run `make lock`"
    assert set(runtime + dev) <= {name for name, _, _ in pins(DEV)}, "run `make lock`"
    assert set(rivals()) <= {name for name, _, _ in pins(RIVALS)}, "run `make lock`"


def test_every_dependency_has_its_reason() -> None:
    runtime, dev = dependencies()
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    found = unreasoned("docs/dependencies.md", page, runtime + dev + rivals())
    assert not found, "\n".join(found)


def test_every_lint_rule_switched_off_has_its_reason() -> None:
    found = unexplained_ignores("pyproject.toml", PYPROJECT)
    assert not found, "\n".join(found)


def test_a_line_that_pip_could_resolve_anew_is_named() -> None:
    lock = "# made\nrich>=14 \\\n    --hash=sha256:00\ntyper==1\norjson==3 \\\n    --hash=sha256:00\n    # via x\n"
    assert unlocked("lock.txt", lock) == [
        "lock.txt:2 pins no exact version, `rich>=14 \\`; run `make lock`",
        "lock.txt:4 has no hash, `typer==1`; run `make lock`",
    ]


def test_pins_are_read_with_their_markers() -> None:
    lock = "numpy==2.4 ; python_full_version < '3.12' \\\n    --hash=sha256:00\nrich==15 \\\n    --hash=sha256:00\n"
    assert pins(lock) == [("numpy", "2.4", "python_full_version < '3.12'"), ("rich", "15", "")]


def test_a_dependency_without_a_reason_and_a_reason_without_a_dependency_are_named() -> None:
    page = "| `rich` | progress |\n- `pandas`: tables\n"
    found = unreasoned("docs/dependencies.md", page, ["rich", "typer"])
    assert found == [
        "docs/dependencies.md has no line for `typer`; say why it, and what else was considered",
        "docs/dependencies.md has a line for `pandas`, which is not in pyproject.toml; delete it",
    ]


def test_a_lint_rule_switched_off_in_silence_is_named() -> None:
    found = unexplained_ignores("pyproject.toml", '[\n    "D105",\n    "D107", # the class speaks for it\n]\n')
    assert found == ['pyproject.toml:2 switches "D105" off; say why in a few words behind it']
