"""The engine decides a day while an audit hook listens, and decides the same under another hash seed."""

import os
import subprocess
import sys

import pytest

from tests.house.sources import ROOT


def run(*arguments: str, seed: int = 1) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_core_touches_nothing_and_decides_alike_under_two_hash_seeds() -> None:
    one, two = (run("-m", "tests.house.watched_core", seed=seed) for seed in (1, 2))

    assert one.returncode == 0, one.stderr
    kinds, decided, state = one.stdout.splitlines()
    assert {"Proposed", "MatchMoved", "AskEnded", "Refused", "PutWaiting"} <= set(kinds.split())
    assert len(decided) == len(state) == 64
    assert two.stdout == one.stdout, "the order of a set or a hash has leaked into a decision; see test_order.py"


@pytest.mark.parametrize(
    ("deed", "event"),
    [
        ("open('pyproject.toml')", "open"),
        ("os.listdir('.')", "os.listdir"),
        ("socket.socket()", "socket.__new__"),
        ("subprocess.run(['true'])", "subprocess.Popen"),
    ],
)
def test_a_core_that_touches_the_world_is_caught(deed: str, event: str) -> None:
    program = (
        "import os, socket, subprocess, sys\n"
        "from tests.house.watched_core import record, watch, watched\n"
        "sys.addaudithook(watch)\n"
        f"watched(lambda each: {deed}, record(0, []))\n"
    )
    caught = run("-c", program)
    assert caught.returncode == 1
    assert f"TouchedTheWorldError: the core raised the audit event {event} " in caught.stderr


def test_the_same_is_nobodys_business_outside_the_core() -> None:
    program = (
        "import sys\n"
        "from tests.house.watched_core import watch\n"
        "sys.addaudithook(watch)\n"
        "print(len(open('pyproject.toml').read()) > 0)\n"
    )
    assert run("-c", program).stdout == "True\n"
