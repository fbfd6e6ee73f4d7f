"""The Faust app of a service, set as we measured that it has to be, and nothing at import.

What Faust's defaults would do to us, and what stands here instead:

- a heartbeat lost in a collection throws a worker out: a session of 30 s, heartbeats every 3 s;
- a leader topic nobody reads: `topic_disable_leader`;
- a record that cannot be decoded ends the stream before the service sees it: raw bytes in and out;
- stopping waits for streams that wait for ever: `stream_wait_empty=False`, and `FaustService.drain` instead;
- a buffer of thousands of records a stream, of megabytes each: 64;
- topics made on the fly with a count and a retention nobody decided: refused, `schemas/topics.py` names them all;
- a web server on port 6066, on which the second worker of a machine dies: none, `Endpoint` answers.
"""

import asyncio
import types
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any, Final, cast

import faust
from aiokafka import AIOKafkaConsumer
from faust.sensors import Sensor
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from services.runtime.kafka import FETCH_PARTITION_BYTES_MAX, REQUEST_BYTES_MAX
from services.runtime.metrics import Metrics
from services.runtime.worker.service import Workplace

HEARTBEATS_PER_SESSION: Final = 10
REBALANCE_S: Final = 60.0
COMMIT_S: Final = 0.5
REQUEST_S: Final = 10.0
"""More than the session, as the clients want it, by so much."""
POLLED_RECORDS_MAX: Final = 500
STREAM_BUFFER_RECORDS_MAX: Final = 64
ACKNOWLEDGED_BY_ALL: Final = -1
FETCH_WAIT_MS: Final = 25
"""How long a broker may hold its answer while nothing comes; see `FetchingThread`."""
FETCH_S: Final = 1.0
"""How long a fetch waits for records; a partition that may be read again is minded in the next one."""


def faust_app(place: Workplace, **more: Any) -> faust.App:
    """A Faust app for the service of this process: one consumer group, named after the service.

    Args:
        more: settings of this one service, such as a `Consumer` of its own.
    """
    kafka, settings = place.kafka, place.settings
    app = faust.App(
        kafka.group(place.name),
        **{
            **kafka.for_faust(),
            "autodiscover": False,
            "datadir": str(settings.data_dir / f"faust-{place.name}"),
            "store": "memory://",
            "key_serializer": "raw",
            "value_serializer": "raw",
            "broker_session_timeout": settings.session_s,
            "broker_heartbeat_interval": settings.session_s / HEARTBEATS_PER_SESSION,
            "broker_rebalance_timeout": REBALANCE_S,
            "broker_commit_interval": COMMIT_S,
            "broker_request_timeout": settings.session_s + REQUEST_S,
            "broker_max_poll_records": POLLED_RECORDS_MAX,
            "consumer_max_fetch_size": FETCH_PARTITION_BYTES_MAX,
            "consumer_auto_offset_reset": "earliest",
            "producer_max_request_size": REQUEST_BYTES_MAX,
            "producer_acks": ACKNOWLEDGED_BY_ALL,
            "topic_disable_leader": True,
            "topic_allow_declare": False,
            "topic_replication_factor": kafka.replication,
            "table_standby_replicas": 0,
            "stream_wait_empty": False,
            "stream_buffer_maxsize": STREAM_BUFFER_RECORDS_MAX,
            "stream_recovery_delay": 0.0,
            "web_enabled": False,
            **more,
        },
    )
    sends = Sends(place.metrics)
    app.sensors.add(sends)
    app.transport.Consumer = type("Consumer", (CommittingConsumer,), {"sends": sends})  # type: ignore[misc]  # of this one app
    return app


Handing = Coroutine[Any, Any, None]


class SendFailedError(Exception):
    """The broker did not acknowledge what a record led to. The process ends; the record comes again to the next one."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"a record was not acknowledged by the broker ({type(cause).__name__}); nothing was committed")


class Sends(Sensor):
    """Notices each record that the broker did not acknowledge: Faust itself only logs it, and goes on."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        self.failed: BaseException | None = None

    def on_send_error(self, producer: Any, exc: BaseException, state: Any) -> None:
        """Count it, and remember that what follows must not be committed."""
        self._metrics.send_errors.inc()
        self.failed = exc


class CommittingConsumer(Consumer):
    """Begins where the last one ended, and commits what was finished without a gap, once all that was sent is acknowledged.

    Faust lets records flow before it seeks to the committed offsets, throws away what has flowed, and relies on the seek to
    have it come again. Three things stood in the way of that:

    - Where nothing was ever committed aiokafka does not seek, and a bufferful of records is lost.
    - What is missing Faust takes for compacted, and commits beyond it. Our streams are dense: here every record counts.
    - Faust drops what lies below the offset it read last, and writes that offset down after the record was handed on: a seek
      in between is forgotten, and what comes again is dropped, for ever (measured: on two busy cores every third hand-over
      to a second worker stood still with records waiting). Here nothing is dropped: whoever takes records knows its repeats.
    """

    sends: Sends

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._read_offset = NothingRead()
        self._begun: dict[Any, int] = {}
        """Partition → its first record that is not finished; known from the seek on, until it is revoked."""
        self._finished_below: dict[Any, int] = {}
        """What the service knows of it by other ways than by offsets that were committed."""

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return FetchingThread(self, loop=self.loop, beacon=self.beacon)

    def begun_at(self, tp: Any) -> int | None:
        """The first record of a partition that is not finished; None: not yet known, nothing may be finished."""
        return self._begun.get(tp)

    async def finished_below(self, tp: Any, offset: int) -> None:
        """Hear that everything before this offset was finished, by whomever: it is not read, and may be committed."""
        self._finished_below[tp] = offset
        if tp in self._begun and self._begun[tp] < offset:  # else the seek that is still to come minds it
            self._begun[tp] = offset
            await self._go_to({tp: offset})

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """From here on nobody knows where they begin, before the next seek."""
        for tp in revoked:
            self._begun.pop(tp, None)
            self._finished_below.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        """Go to the committed offsets; where none was ever committed, to the beginning.

        Faust stops waiting for it after a while and has records flow all the same: it is finished even then.
        """
        await asyncio.shield(asyncio.ensure_future(self._seek_committed()))

    async def _seek_committed(self) -> None:
        generation = self.app.consumer_generation_id
        committed = await self.seek_to_committed()
        ours = {tp for tp in self.assignment() if self.app.topics.acks_enabled_for(tp.topic)}
        fresh = {tp for tp in ours if not committed.get(tp)}
        first = dict(await self.earliest_offsets(*fresh)) if fresh else {}
        if self.app.consumer_generation_id != generation:
            return  # they were handed out anew, and will be sought anew
        for tp in ours:
            self._committed_offset[tp] = committed.get(tp) or None
            found = committed.get(tp) or first.get(tp) or 0
            self._begun[tp] = max(self._begun.get(tp, 0), self._finished_below.get(tp, 0), found)
        await self._go_to({tp: self._begun[tp] for tp in ours})  # again: what flowed meanwhile was taken by nobody

    async def _seek(self, partition: Any, offset: int) -> None:
        await self._go_to({partition: offset})

    async def _go_to(self, places: dict[Any, int]) -> None:
        """In the client's own thread: Faust goes from the loop's, and the client trips over records that are gone."""

        async def go() -> None:
            for tp, offset in places.items():
                self._thread.seek(tp, offset)

        await self._thread.call_thread(go)

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand on what is fetched; a record that finds room, without waiting.

        Faust makes four tasks for each record, which takes turns of the event loop; where a turn decides for several
        cities, records came slower than they were written (measured: a standing second of lag at two thirds of a core).
        """
        while not (self.should_stop or fetcher.should_stop):
            try:
                async for _, message in self.getmany(timeout=FETCH_S):
                    if (rest := begun(cast(Handing, self.callback(message)))) is not None:
                        await self.wait_first(rest, self.suspend_flow.wait())
            except self.consumer_stopped_errors:
                if self.app.should_stop:
                    return
                raise
            await asyncio.sleep(0)

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        """What did not come is not finished."""

    def _new_offset(self, tp: Any) -> int | None:
        """The offset up to which everything was finished."""
        begun, finished = self._begun.get(tp), self._acked_index[tp]
        if begun is None:
            return None
        end = begun
        while end in finished:
            end += 1
        finished.difference_update([offset for offset in finished if offset < end])
        self._acked[tp][:] = sorted(finished)
        self._begun[tp] = end
        return end

    def _should_commit(self, tp: Any, offset: int) -> bool:
        return offset > (self._committed_offset[tp] or 0)

    async def _commit_offsets(self, offsets: Any, start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002 - Faust's
        """Commit; what the group refused, since it was rebalancing, stays to be committed.

        Faust takes it for committed: where no record follows, it would never be.
        """
        before = {tp: self._committed_offset[tp] for tp in offsets}
        done = await super()._commit_offsets(offsets, start_new_transaction=start_new_transaction)
        if not done:
            self._committed_offset.update(before)
        return done

    async def _commit(self, offsets: Any) -> bool:
        if self.sends.failed is not None:
            raise SendFailedError(self.sends.failed)
        return await super()._commit(offsets)


class FetchingThread(AIOKafkaConsumerThread):
    """Asks for new records often.

    A client asks a broker one question at a time, about the partitions of which it holds nothing. Where it is asked while all
    that is written has come, the question is about the silent ones, and Faust has the broker hold the answer for a second
    and a half: so long nobody hears of anything (measured: a second in every two, at half the highest rate).
    """

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - Faust has no setting for it
        return consumer


def begun(coroutine: Handing) -> Handing | None:
    """Run a coroutine as far as it comes without waiting.

    Returns:
        The rest of it, if it waits for anything.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return _rest(coroutine, awaited)


async def _rest(coroutine: Handing, awaited: Any) -> None:
    """A coroutine that was begun and waits, as one that can be made a task."""
    await _going_on(coroutine, awaited)


@types.coroutine
def _going_on(coroutine: Handing, awaited: Any) -> Generator[Any, Any, None]:
    """Whatever the task is told, the coroutine is told."""
    while True:
        try:
            told = yield awaited
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's, a cancellation too
            step = partial(coroutine.throw, error)
        else:
            step = partial(coroutine.send, told)
        try:
            awaited = step()
        except StopIteration:
            return


class NothingRead(dict[Any, int | None]):
    """What Faust asks for the offset it read last of a partition: none, whatever it has written down."""

    def __missing__(self, tp: Any) -> None:
        return None

    def __setitem__(self, tp: Any, offset: int | None) -> None:
        """Forget it."""
