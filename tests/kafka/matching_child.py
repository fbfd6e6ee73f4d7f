"""A matching worker that something happens to: the real one, built as ever, and told what is to go wrong.

    python -m tests.kafka.matching_child '{"kill": ["decide", 7]}'

Where the cluster is stands in the environment, as for `commonweal worker matching`. What goes wrong, all of it optional:

    kill        [step, n]: SIGKILL once the step was done for the n-th time; "commit" is Faust's
    fail        [kind, n]: the n-th send fails, "before" anything was written, or "after" the write happened
    later       be a later version of Commonweal, which decides otherwise
    eager       take a snapshot whenever anything was decided
"""

import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from faust.sensors import Sensor

from services.matching import engine
from services.matching.partitions import Append
from services.matching.settings import MatchingSettings
from services.matching.worker import MatchingService, build
from services.runtime.log import LogUnwritable, NewRecord
from services.runtime.worker import Workplace, run_worker

SESSION_S, HEARTBEAT_S = 6.0, 1.0
"""The shortest that a broker takes as it is delivered: who is killed is given up soon."""
LATER = "later"


class KilledAfter(Sensor):
    """Counts one of the steps, and kills the process when it has been done often enough."""

    def __init__(self, step: str, times: int) -> None:
        super().__init__()
        self.step, self.left = step, times

    def __call__(self, step: str) -> None:
        """Hear that a step was done."""
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def on_commit_completed(self, consumer: Any, state: Any) -> None:
        """Hear of Faust's own step."""
        self("commit")


class FailingSend:
    """Sends, until one fails; those after it go through."""

    def __init__(self, append: Append, kind: str, number: int) -> None:
        self.append, self.kind, self.left = append, kind, number

    async def __call__(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """As `Writer.append`."""
        self.left -= 1
        fails = self.left == 0  # by the time the answer is there, others will have been sent
        if fails and self.kind == "before":
            raise LogUnwritable(f"topic {topic}, partition {partition}: a test lost what was sent; send again")
        offset = await self.append(topic, partition, records)
        if fails:
            raise LogUnwritable(f"topic {topic}, partition {partition}: a test lost the answer; send again")
        return offset


def worker(place: Workplace, wrong: dict[str, Any]) -> MatchingService:
    """The worker, and what goes wrong with it."""
    if wrong.get("later"):
        decide_otherwise()
    killed = KilledAfter(*wrong.get("kill", ["never", 0]))
    service = build(
        place,
        settings=MatchingSettings(snapshot_bytes_min=1 if wrong.get("eager") else 8 * 1024 * 1024),
        after_step=killed,
        through=lambda append: FailingSend(append, *wrong["fail"]) if "fail" in wrong else append,
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
    )
    service.app.sensors.add(killed)
    return service


def decide_otherwise() -> None:
    """Be a later version of Commonweal, as far as a test can be one: its rounds ask nobody."""
    engine.LOGIC_VERSION = LATER
    vars(engine)["assign"] = lambda *_, **__: ([], None)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s %(message)s")
    told = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    sys.exit(run_worker("matching", lambda place: worker(place, told), os.environ))
