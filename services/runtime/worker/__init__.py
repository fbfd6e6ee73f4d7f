"""What every worker process stands on: settings, health, its HTTP endpoint, draining, and the Faust app.

A worker is one service in one process, started by `commonweal worker NAME`. A service's package has a module `worker`
with a function

    def build(place: Workplace) -> Service: ...

which makes the service and connects nothing. `Workplace` holds what it stands on: settings read once from the
environment, the metrics of the process, and its `Health`, which the service keeps up to date. `Service` has four verbs,
called in this order, each at most once, on the one event loop of the process (`build` runs on it too):

1. `await start()`: check the cluster, connect, begin to consume. Raises where the service cannot run as it is
   configured (the message is shown to the operator, exit code 2).
2. `await failed()`: waits as long as the service works, and raises what it cannot go on after. The process then drains,
   stops and ends with exit code 1, to be started anew by whoever runs it. Never returns.
3. `await drain()`: upon SIGTERM or SIGINT: take in nothing new, finish what is in hand, send, commit. Has
   `WorkerSettings.drain_s` to do so; what is not done by then is done again by the next worker.
4. `await stop()`: close everything; also after any of the others raised.

An aiokafka service writes the four itself. A Faust service makes its app with `faust_app(place)`, and returns
`FaustService(app, place, topics)` after `service.follow(topic, take)`: `take(record)` finishes one record. What it raises
ends the process, its record comes again. A service with agents of its own calls `service.watch(topic)` instead, acknowledges
by itself (`message.incref()` before a record is touched, `event.ack()` once it is finished), tells `health.done`, and
hands over `finish`, which waits for what it has in hand.

A partition's way through a service is told to `Health`, whatever it consumes with: `health.took(topic, partition)` when it
is assigned, `health.done(topic, partition, offset, stamp_ms)` for each record finished, `health.ends(topic, partition,
next_offset)` where the log ends by now, `health.recovering(...)` while its state is restored, `health.troubled(...)` when it
stands still, `health.gave(topic, partition)` when it is revoked. Liveness, readiness and the lag on /metrics follow.
"""

from services.runtime.worker.endpoint import Endpoint
from services.runtime.worker.faust_app import SendFailedError, faust_app
from services.runtime.worker.faust_service import FaustService, Take
from services.runtime.worker.health import Health
from services.runtime.worker.ledger_table import LedgerTable
from services.runtime.worker.process import run_worker
from services.runtime.worker.service import Build, Service, Workplace
from services.runtime.worker.settings import WorkerSettings, WorkerSettingsError

__all__ = [
    "Build",
    "Endpoint",
    "FaustService",
    "Health",
    "LedgerTable",
    "SendFailedError",
    "Service",
    "Take",
    "WorkerSettings",
    "WorkerSettingsError",
    "Workplace",
    "faust_app",
    "run_worker",
]
