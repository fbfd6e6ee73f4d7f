"""A matching worker that something happens to: the real one, built as ever, and told what is to go wrong.

    python -m tests.kafka.matching_child '{"kill": ["decide", 7]}'

Where the cluster is stands in the environment, as for `commonweal worker matching`. What goes wrong, all of it optional:

    kill        [step, n]: SIGKILL once the step was done for the n-th time
    fail        [kind, n]: the n-th send fails, "before" anything was written, or "after" the write happened
    logic       a version of the logic that decides otherwise: its number
    eager       take a snapshot whenever anything was decided
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from services.matching import engine
from services.matching.partitions import Append
from services.matching.settings import MatchingSettings
from services.matching.worker import MatchingService, build
from services.runtime.log import LogUnwritable, NewRecord
from services.runtime.worker import Workplace, run_worker


class KilledAfter:
    """Counts one of the steps, and kills the process when it has been done often enough."""

    def __init__(self, step: str, times: int) -> None:
        self.step, self.left = step, times

    def __call__(self, step: str) -> None:
        """Hear that a step was done."""
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FailingSend:
    """Sends, until one fails; those after it go through."""

    def __init__(self, append: Append, kind: str, number: int) -> None:
        self.append, self.kind, self.left = append, kind, number

    async def __call__(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """As `Writer.append`."""
        self.left -= 1
        if self.left == 0 and self.kind == "before":
            raise LogUnwritable(f"topic {topic}, partition {partition}: a test lost what was sent; send again")
        offset = await self.append(topic, partition, records)
        if self.left == 0:
            raise LogUnwritable(f"topic {topic}, partition {partition}: a test lost the answer; send again")
        return offset


def worker(place: Workplace, wrong: dict[str, Any]) -> MatchingService:
    """The worker, and what goes wrong with it."""
    if "logic" in wrong:
        decide_otherwise(wrong["logic"])
    return build(
        place,
        settings=MatchingSettings(snapshot_bytes_min=1 if wrong.get("eager") else 8 * 1024 * 1024),
        after_step=KilledAfter(*wrong["kill"]) if "kill" in wrong else lambda _: None,
        through=lambda append: FailingSend(append, *wrong["fail"]) if "fail" in wrong else append,
    )


def decide_otherwise(version: str) -> None:
    """Be a later version of Commonweal, as far as a test can be one: its rounds ask nobody."""
    engine.LOGIC_VERSION = version
    vars(engine)["assign"] = lambda *_, **__: []


if __name__ == "__main__":
    told = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    sys.exit(run_worker("matching", lambda place: worker(place, told), os.environ))
