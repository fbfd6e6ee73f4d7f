# ruff: noqa: N818 - the names say what stands (`LogFull`), as the sentences they carry do
"""What a log says when it cannot do as asked, as a family tree.

    LogError
    ├── LogRefused         what was asked for is not possible; nothing was written; asking again changes nothing
    │   ├── UnknownTopic       no such topic or partition
    │   ├── BatchRefused       empty, too long, too large, or not a record any log could keep
    │   ├── OffsetOutOfRange   a reader stands beyond the end: it belongs to another log, or this one was set back
    │   ├── NotNext            restored records do not go on where the partition ends
    │   ├── ClockMismatch      the log lives on another clock
    │   ├── LogReadOnly        opened for reading
    │   └── LogClosed          used after `close()`
    ├── LogBusy            another process writes this log
    ├── LogUnreachable     nobody answered in time
    ├── LogUnwritable      the disk did not take it
    │   └── LogFull            no room left
    └── LogCorrupt         what was read is not what was written

Messages name the file, topic, partition and offset, and what to do. They never contain a record's content.
"""


class LogError(Exception):
    """Anything a log can say. What was acknowledged before stays acknowledged, whatever is raised here."""


class LogRefused(LogError):
    """The call asked for something this log does not do. Nothing was written; the caller has to change."""


class UnknownTopic(LogRefused):
    """The log was not opened with this topic, or the topic has no such partition."""


class BatchRefused(LogRefused):
    """A batch is empty, too long or too large, or holds what no log can keep. None of it was written."""


class OffsetOutOfRange(LogRefused):
    """A reader asked for an offset beyond the end of the log, so it has read another log than this one."""


class NotNext(LogRefused):
    """Records to restore do not follow the last one that stands. None of them was written."""


class ClockMismatch(LogRefused):
    """The log was made for another kind of clock. Mixing them would make its time lie."""


class LogReadOnly(LogRefused):
    """The log was opened for reading only."""


class LogClosed(LogRefused):
    """The log was closed before this call."""


class LogBusy(LogError):
    """Another process writes this log. Stop it, or open the log for reading only."""


class LogUnreachable(LogError):
    """A log elsewhere did not answer in time. Ask again later; nothing is known of it meanwhile."""


class LogUnwritable(LogError):
    """The disk did not take what was to be written, and nothing of it can be read.

    Make the disk good again and append once more; the log need not be reopened. After a crash in between, the
    failed batch may stand all the same, as after a Kafka timeout: a writer that restarts asks `next_offset`.
    """


class LogFull(LogUnwritable):
    """There is no room: the disk is full, or the file has reached its limit. Make room, then append again."""


class LogCorrupt(LogError):
    """The file holds something else than was written. Nothing was repaired or thrown away: a copy decides."""
