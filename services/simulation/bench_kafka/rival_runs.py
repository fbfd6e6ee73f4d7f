"""The rivals at work: each a process of its own, measured by what came to stand on its output topic."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.stamps import Rate, Waited, rate_of, read_topic, wait_for_records

PROGRAMS = Path(__file__).parent / "rivals"
STOP_S = 15.0


@dataclass(frozen=True, slots=True)
class Rival:
    """A program that is measured beside ours."""

    name: str
    program: str
    settings: str
    """How it was set, for the table."""
    is_foreign: bool = False
    """Its library lives in an environment of its own."""


RIVALS = (
    Rival("bare", "bare.py", "aiokafka getmany of up to 5,000, orjson both ways, one send a record, state in a dict"),
    Rival(
        "faust", "faust_app.py", "one table in memory with its changelog topic, one send a record, commits each second"
    ),
    Rival("quix", "quix_app.py", "RocksDB state with changelog topics, at least once, linger 100 ms", is_foreign=True),
    Rival(
        "bytewax", "bytewax_flow.py", "one worker, state in memory without recovery, batches of 1,000", is_foreign=True
    ),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a rival did."""

    rate: Rate
    outputs: int
    """All of them, warm-up included; fewer than were wanted where its time was up."""


class RivalFailedError(Exception):
    """A rival wrote nothing; carries its last words."""


async def run_rival(
    rival: Rival,
    settings: KafkaSettings,
    inputs: Sequence[str],
    output: str,
    *,
    wanted: int,
    seconds: float,
    python: str,
) -> Ran:
    """Let a rival read everything, and measure what it wrote.

    Args:
        inputs: topics as they are called on the cluster.
        output: an empty topic, stamped by the broker.
        seconds: how long it may go on after its first output.
        python: the interpreter of those whose library is not ours.

    Raises:
        RivalFailedError: it wrote nothing.
    """
    with TemporaryDirectory(prefix="commonweal-rival-") as folder:
        told = {
            "bootstrap": settings.bootstrap,
            "inputs": list(inputs),
            "output": output,
            "group": output,
            "folder": folder,
        }
        words = [python if rival.is_foreign else sys.executable, str(PROGRAMS / rival.program), json.dumps(told)]
        last_words = Path(folder) / "last-words"
        with _running(words, last_words) as process:
            waited = await wait_for_records(
                settings, output, Waited(wanted, seconds=seconds), is_alive=lambda: process.poll() is None
            )
        if waited == 0:
            raise RivalFailedError(f"{rival.name} wrote nothing; its last words: {last_words.read_text()[-2_000:]}")
    outputs = await read_topic(settings, output)
    return Ran(rate_of([(record.timestamp, 1) for record in outputs]), len(outputs))


@contextmanager
def _running(words: Sequence[str], last_words: Path) -> Iterator[subprocess.Popen[bytes]]:
    with last_words.open("wb") as file:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file)  # noqa: S603 - our own programs
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
