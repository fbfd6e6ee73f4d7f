"""The programs of others that these tests run, from Debian's packages."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = {
    "amtool": "prometheus-alertmanager",
    "prometheus": "prometheus",
    "promtool": "prometheus",
}
ANSWER_S = 60


def program(name: str) -> str:
    """Where it is. Without it the test is skipped on a developer's machine, and fails where CI is set."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed; on Debian and Ubuntu: apt-get install {PACKAGES[name]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def answer(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What it says, and its exit code."""
    command = [program(name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_S, check=False)
