"""A process that lives through some minutes of Riverside and kills itself after one step of its order.

    python -m tests.fault.embedded_child DIR STEP TIMES

Dies by SIGKILL once STEP was done for the TIMES-th time: nothing is closed, nothing is said.
"""

import os
import signal
import sys
from pathlib import Path

from services.embedded import Embedded, EmbeddedSettings
from services.matching.settings import MatchingSettings
from services.runtime.log import VirtualClock
from tests.unit.embedded.riverside import START_MS, founding, live

MINUTES = 12
SETTINGS = EmbeddedSettings(matching=MatchingSettings(snapshot_bytes_min=1))


class KilledAfter:
    """Counts one of the steps, and kills the process when it has been done often enough."""

    def __init__(self, step: str, times: int) -> None:
        self.step = step
        self.left = times

    def __call__(self, step: str) -> None:
        """Hear that a step was done."""
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, step: str, times: str) -> None:
    """Live until killed."""
    clock = VirtualClock(START_MS)
    killed = KilledAfter(step, int(times))
    with Embedded.open(Path(folder), clock, clock_kind="virtual", settings=SETTINGS, after_step=killed) as embedded:
        embedded.submit(founding())
        live(embedded, clock, range(MINUTES))


if __name__ == "__main__":
    main(*sys.argv[1:])
