"""Commands whose broker is not there, or says nothing: one sentence that says what to do, soon, and nothing else."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.runtime.broker import LocalBroker
from services.runtime.broker.ports import any_free_port
from tests.unit.cli.commands import founding

pytestmark = pytest.mark.slow
COMMONWEAL = str(Path(sys.executable).with_name("commonweal"))
COMMANDS = (
    "submit events.jsonl --kafka --data city",
    "verify --kafka",
    "replay --kafka",
    "journal export out.jsonl --kafka",
    "journal import journal.jsonl --kafka",
    "quarantine list --kafka",
    "quarantine 0/1/1 --kafka",
    "dead-letters list --kafka --data city",
    "board rebuild --kafka --data city",
    "topics plan",
    "up --kafka --data city --port 0",
    "worker matching",
)
SECONDS_MAX = 20
"""Ten for the broker's word, and some for a process to begin on a machine that has other work to do."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "events.jsonl").write_text(founding(), encoding="utf-8")
    (tmp_path / "journal.jsonl").write_text("", encoding="utf-8")
    return tmp_path


def told(command: str, folder: Path, bootstrap: str) -> tuple[int, list[str], float]:
    """Exit code, what was said in lines, and how many seconds it took."""
    env = {**os.environ, "COMMONWEAL_KAFKA_BOOTSTRAP": bootstrap, "COMMONWEAL_HTTP_PORT": "0"}
    began_s = time.monotonic()
    said = subprocess.run(
        [COMMONWEAL, *command.split()], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    lines = [line for line in (said.stdout + said.stderr).splitlines() if "answers at" not in line]
    return said.returncode, lines, time.monotonic() - began_s


@pytest.mark.parametrize("command", COMMANDS)
def test_where_nobody_listens_a_command_says_so_in_one_sentence(command: str, folder: Path) -> None:
    nowhere = f"127.0.0.1:{any_free_port()}"

    code, said, seconds = told(command, folder, nowhere)

    assert (code, said) == (
        2,
        [
            f"{nowhere}: no Kafka broker answers (Connection refused); start one with `commonweal broker up`, or say "
            "where it is in COMMONWEAL_KAFKA_BOOTSTRAP"
        ],
    )
    assert seconds < SECONDS_MAX


def test_a_broker_that_says_nothing_is_told_of_in_one_sentence_and_soon(own_broker: LocalBroker, folder: Path) -> None:
    bootstrap = own_broker.up().bootstrap
    assert bootstrap is not None
    own_broker.freeze()
    try:
        found = {
            command: told(command, folder, bootstrap) for command in ("verify --kafka", "topics plan", *COMMANDS[:1])
        }
    finally:
        own_broker.thaw()

    assert {command: code for command, (code, _, _) in found.items()} == dict.fromkeys(found, 2)
    assert {command: len(said) for command, (_, said, _) in found.items()} == dict.fromkeys(found, 1)
    assert all(f"{bootstrap}: no Kafka broker answers" in said[0] for _, said, _ in found.values())
    assert all(seconds < SECONDS_MAX for _, _, seconds in found.values()), found
