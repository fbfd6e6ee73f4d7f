"""What Kafka's clients raise, in the words of a log."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

from aiokafka import errors

from services.runtime.kafka import ClusterError, ClusterUnreachable, KafkaSettings, LoginRefused, expect_listener
from services.runtime.log.errors import BatchRefused, LogUnreachable, LogUnwritable, OffsetOutOfRange, UnknownTopic

ANSWER_S: Final = 10.0
"""How long each broker named may take to answer when it is first spoken to."""
_TOO_LARGE = (errors.MessageSizeTooLargeError, errors.RecordTooLargeError, errors.InvalidMessageError)


@contextlib.asynccontextmanager
async def connecting(settings: KafkaSettings) -> AsyncIterator[None]:
    """The first word with a cluster, which has to come in a bounded time.

    Raises:
        LogUnreachable: no broker answered; in the words of `ClusterUnreachable`, which the administration raises.
    """
    within_s = ANSWER_S * len(settings.bootstrap.split(","))
    try:
        async with asyncio.timeout(within_s):
            yield
    except TimeoutError:
        silent = ClusterUnreachable(settings.bootstrap, f"nothing came back within {within_s:g} s")
        raise LogUnreachable(str(silent)) from None
    except (errors.KafkaError, OSError) as error:
        raise LogUnreachable(str(await asyncio.to_thread(_unreachable, settings, error))) from error


def _unreachable(settings: KafkaSettings, error: Exception) -> ClusterError:
    """Why nobody could be spoken to: nobody listens, or somebody does who says something else."""
    try:
        expect_listener(settings)
    except ClusterError as nobody:
        return nobody
    if settings.security_protocol.is_authenticated and isinstance(error, errors.KafkaConnectionError):
        return LoginRefused(settings.bootstrap)
    return ClusterUnreachable(settings.bootstrap, _named(error))


@contextlib.contextmanager
def reading(topic: str, partition: int | None = None) -> Iterator[None]:
    """Kafka's errors of a read as a log says them.

    Raises:
        LogError: any of them.
    """
    place = _place(topic, partition)
    try:
        yield
    except errors.OffsetOutOfRangeError as error:
        raise OffsetOutOfRange(
            f"{place}: the read began where the log has no record ({error}); the reader has followed another log, or "
            "this one was set back or cleaned: rebuild the reader from the first record there is"
        ) from error
    except errors.UnknownTopicOrPartitionError as error:
        raise UnknownTopic(f"{place} is not on the cluster; make it with `commonweal topics apply`") from error
    except (errors.KafkaError, TimeoutError, OSError) as error:
        raise LogUnreachable(f"{place}: {_named(error)}; see that the broker runs, with `commonweal doctor`") from error


@contextlib.contextmanager
def writing(topic: str, partition: int) -> Iterator[None]:
    """Kafka's errors of a write as a log says them. What was sent may stand all the same.

    Raises:
        LogError: any of them.
    """
    place = _place(topic, partition)
    try:
        yield
    except _TOO_LARGE as error:
        raise BatchRefused(f"{place}: {_named(error)}; append in several, or shorten the record") from error
    except (errors.KafkaError, TimeoutError, OSError) as error:
        raise LogUnwritable(
            f"{place}: {_named(error)}; what was sent may stand or not, ask `next_offset`; "
            "see that the broker runs, with `commonweal doctor`"
        ) from error


def _place(topic: str, partition: int | None) -> str:
    return f"topic {topic}" if partition is None else f"topic {topic}, partition {partition}"


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")
