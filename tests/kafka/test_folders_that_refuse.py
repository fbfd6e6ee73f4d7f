"""Folders that cannot be made, written or read, as somebody meets them who is not allowed to do everything."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime.broker import LocalBroker
from tests.unit.cli.commands import founding

pytestmark = pytest.mark.slow
COMMONWEAL = str(Path(sys.executable).with_name("commonweal"))
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
COMMANDS = (
    "submit events.jsonl --kafka --data DIR",
    "submit events.jsonl --data DIR",
    "up --kafka --port 0 --data DIR",
    "up --port 0 --data DIR",
    "database upgrade --data DIR",
    "journal import journal.jsonl --data DIR",
    "broker up --port 0 --data DIR",
    "worker impact",
)


def like_anybody() -> None:
    """Root may write everywhere: what is started after this, where we are root, may not."""
    libc = ctypes.CDLL(None)
    for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, power)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere root cannot give up its powers")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("place", ["a-file/below", "locked", "locked/below"])
def test_a_folder_that_cannot_be_used_is_refused_in_a_sentence(
    broker: LocalBroker, tmp_path: Path, command: str, place: str
) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "locked").mkdir(mode=0o555)
    (tmp_path / "events.jsonl").write_text(founding(), encoding="utf-8")
    (tmp_path / "journal.jsonl").write_text("", encoding="utf-8")
    env = {
        **os.environ,
        "COMMONWEAL_KAFKA_BOOTSTRAP": broker.status().bootstrap or "",
        "COMMONWEAL_DATA_DIR": place,
        "COMMONWEAL_HTTP_PORT": "0",
    }

    said = subprocess.run(
        [COMMONWEAL, *command.replace("DIR", place).split()],
        cwd=tmp_path,
        env=env,
        preexec_fn=like_anybody,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert said.returncode == 2, said.stdout + said.stderr
    assert "Traceback" not in said.stderr
    assert place.partition("/")[0] in said.stderr
    assert "locked" not in place or list((tmp_path / "locked").iterdir()) == []
