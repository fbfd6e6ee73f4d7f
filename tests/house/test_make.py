"""`make` on a machine that has little: it says what is missing before it does anything."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def run(folder: Path, *arguments: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing was set up, and nothing can be installed by accident."""
    for name in ("Makefile", "pyproject.toml", "requirements/dev.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MAKEFILE if name == "Makefile" else "", encoding="utf-8")
    return tmp_path


def python(folder: Path, name: str, *, version: str, newer: bool, venv: bool = True) -> Path:
    """An interpreter that answers as one of this version would; asked for anything else it fails."""
    program = folder / name
    program.write_text(
        "#!/bin/sh\n"
        f'case "$*" in --version) echo "Python {version}";; *version_info*) exit {0 if newer else 1};; '
        f'*ensurepip*) exit {0 if venv else 1};; *) echo "asked for $*"; exit 9;; esac\n'
    )
    program.chmod(0o755)
    return program


def test_help_lists_every_target_with_a_sentence() -> None:
    listed = run(ROOT, "help").stdout
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert phony is not None
    missing = [target for target in phony[1].split() if not re.search(rf"^  make {target} +\S", listed, re.MULTILINE)]
    assert not missing, f"{missing}: give each target a `## sentence` in the Makefile"


def test_a_python_that_is_too_old_is_said_first(checkout: Path) -> None:
    old = python(checkout, "old-python", version="3.9.2", newer=False)

    answer = run(checkout, "test", f"PYTHON={old}")

    assert answer.returncode == 2
    assert f"{old}: Python 3.9.2\nCommonweal needs Python 3.11 or newer" in answer.stderr
    assert answer.stdout == ""
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_not_there_is_said(checkout: Path) -> None:
    answer = run(checkout, "demo", "PYTHON=no-such-python")
    assert answer.returncode == 2
    assert "no-such-python: does not run here\nCommonweal needs Python 3.11 or newer" in answer.stderr


def test_a_newer_python_beside_an_old_one_is_found(checkout: Path) -> None:
    (checkout / "bin").mkdir()
    python(checkout / "bin", "python3", version="3.9.2", newer=False)
    for name in ("python3.13", "python3.11"):
        python(checkout / "bin", name, version="3.9.2", newer=False)
    python(checkout / "bin", "python3.12", version="3.12.9", newer=True)

    answer = run(checkout, "setup", path=f"{checkout / 'bin'}:/usr/bin:/bin")

    assert "making .venv with Python 3.12.9\nasked for -m venv --clear .venv\n" in answer.stdout


def test_a_python_without_venv_is_said_with_the_package_to_install(checkout: Path) -> None:
    bare = python(checkout, "bare-python", version="3.11.2", newer=True, venv=False)
    answer = run(checkout, "setup", f"PYTHON={bare}")
    assert answer.returncode == 2
    assert f"{bare} cannot make virtual environments; install its venv package" in answer.stderr


def test_a_second_setup_has_nothing_to_do_until_the_lock_changes(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv/.ready").touch()
    assert run(checkout, "setup", "--question", f"PYTHON={sys.executable}").returncode == 0

    later = (checkout / ".venv/.ready").stat().st_mtime_ns + 1_000_000_000
    os.utime(checkout / "requirements/dev.txt", ns=(later, later))

    assert run(checkout, "setup", "--question", f"PYTHON={sys.executable}").returncode == 1
