"""Runs a command and looks a thousand times per second of processor time what it does, from SIGUSR1 to its end.

A sample costs the same whatever is called meanwhile; a tracing profile would make many small calls look dearer than they
are. Run as `python -m services.simulation.bench_kafka.sampled SAMPLES.json COMMAND WORD…`.
"""

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

INTERVAL_S = 0.001
"""Of processor time, of all threads together."""


class Samples:
    """What was found on the stack, and how often."""

    def __init__(self) -> None:
        self.taken = 0
        self._own: Counter[Any] = Counter()
        self._with_callees: Counter[Any] = Counter()

    def begin(self, *_: object) -> None:
        """Look from now on."""
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)

    def take(self, _: int, frame: FrameType | None) -> None:
        """Note who is at work, and for whom."""
        self.taken += 1
        if frame is not None:
            self._own[frame.f_code] += 1
        seen = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self._with_callees.update(seen)

    def rows(self) -> list[tuple[str, int, str, int, int]]:
        """File, line and name of each function, and in how many samples it was at work, or on the stack."""
        return [
            (code.co_filename, code.co_firstlineno, code.co_qualname, self._own[code], count)
            for code, count in self._with_callees.items()
        ]


def main() -> None:
    """Run the command, whatever becomes of it, and write down what was seen."""
    file, command, *words = sys.argv[1:]
    sys.argv = ["commonweal", *words]
    samples = Samples()
    signal.signal(signal.SIGPROF, samples.take)
    signal.signal(signal.SIGUSR1, samples.begin)
    try:
        exec(command)  # noqa: S102 - the worker's own command, in this process, so that it can be looked at
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(file).write_text(json.dumps({"taken": samples.taken, "rows": samples.rows()}))


if __name__ == "__main__":
    main()
