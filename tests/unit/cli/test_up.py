"""`commonweal up` as a process of its own: taken in, stopped by a signal, gone on with."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from services.embedded import DataFolder, reach
from tests.unit.cli.commands import founding, pairs, run
from tests.unit.embedded.riverside import HERE

pytestmark = pytest.mark.slow
COMMAND = (sys.executable, "-c", "from services.cli.main import app; app()", "up", "--port", "0")
LONG_S = 60.0


@contextmanager
def up(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready; killed at the end, if it is still there."""
    process = subprocess.Popen([*COMMAND, "--data", data], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            read_until(process.stderr, "ready")
            yield process
        finally:
            process.kill()


def read_until(lines: IO[str] | None, wanted: str) -> None:
    """Read lines until one says what is wanted; the process ends its output if it fails."""
    assert lines is not None
    said = []
    for line in lines:
        said.append(line)
        if line.strip() == wanted:
            return
    raise AssertionError(f"never said `{wanted}`: {said}")


def stopped(process: subprocess.Popen[str], sign: signal.Signals) -> int:
    """The exit code after a signal."""
    process.send_signal(sign)
    return process.wait(LONG_S)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_what_submit_hands_over_is_decided_and_a_signal_drains(sign: signal.Signals, tmp_path: Path) -> None:
    with up(tmp_path) as process:
        said = run("submit", "-", "--data", tmp_path, text=founding() + pairs([1, 2]))
        assert said.exit_code == 0
        assert "handed to the `commonweal up` that runs on this folder" in said.out
        assert stopped(process, sign) == 0

    document = run("replay", "--data", tmp_path, "--json").document
    assert [one["communities"] for one in document["partitions"]] == [[HERE]]
    assert document["partitions"][0]["undecided"] == 0
    assert run("status", "--data", tmp_path, "--json").document["summary"]["asks_open"] == 2
    assert reach(DataFolder(tmp_path)) is None


def test_a_second_up_is_refused_while_one_runs_and_goes_on_after_it(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        run("submit", "-", "--data", tmp_path, text=founding() + pairs([1]))
        second = run("up", "--data", tmp_path, "--port", "0")
        assert second.exit_code == 2
        assert f"is being written by process {process.pid}" in second.err
        assert run("policy", "set", "reach", "--data", tmp_path).exit_code == 0
        process.kill()
        process.wait(LONG_S)
    with up(tmp_path) as process:
        document = status(tmp_path)
        assert document["board"]["asks_open"] == 1
        assert document["health"]["is_ready"]
        assert stopped(process, signal.SIGTERM) == 0
    assert run("policy", "show", "--data", tmp_path, "--json").document["communities"] == {HERE: "reach@1"}


def status(data: Path) -> dict[str, dict[str, object]]:
    """What a running process answers."""
    word = reach(DataFolder(data))
    assert word is not None
    connection = http.client.HTTPConnection("127.0.0.1", word.port, timeout=LONG_S)
    try:
        connection.request("GET", "/status")
        return dict(json.loads(connection.getresponse().read()))
    finally:
        connection.close()
