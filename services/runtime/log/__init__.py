"""The log: records by topic and partition, in order, durable before an append returns, stamped by the log itself.

`Log` is the seam; `SqliteLog` keeps records in one file, `MemoryLog` in memory. Reads and writes the data folder;
owns no topic: which there are, it is told when it is opened.
"""

from services.runtime.log.admission import Limits
from services.runtime.log.clock import Clock, ClockKind, VirtualClock, wall_clock
from services.runtime.log.errors import (
    BatchRefused,
    ClockMismatch,
    LogBusy,
    LogClosed,
    LogCorrupt,
    LogError,
    LogFull,
    LogReadOnly,
    LogRefused,
    LogUnreachable,
    LogUnwritable,
    NotNext,
    OffsetOutOfRange,
    UnknownTopic,
)
from services.runtime.log.journal_file import (
    JournalFileError,
    clock_kind_of,
    export_topic,
    import_topic,
    read_records,
    topic_of,
    write_records,
)
from services.runtime.log.memory import MemoryLog
from services.runtime.log.records import Headers, NewRecord, Record
from services.runtime.log.scan import scan
from services.runtime.log.seam import (
    READ_BYTES_MAX,
    READ_RECORDS_MAX,
    Batch,
    Log,
    ReadableLog,
    RestorableLog,
    TopicSpec,
)
from services.runtime.log.sqlite import SqliteLog

__all__ = [
    "READ_BYTES_MAX",
    "READ_RECORDS_MAX",
    "Batch",
    "BatchRefused",
    "Clock",
    "ClockKind",
    "ClockMismatch",
    "FillableLog",
    "Headers",
    "JournalFileError",
    "Limits",
    "Log",
    "LogBusy",
    "LogClosed",
    "LogCorrupt",
    "LogError",
    "LogFull",
    "LogReadOnly",
    "LogRefused",
    "LogUnreachable",
    "LogUnwritable",
    "MemoryLog",
    "NewRecord",
    "NotNext",
    "OffsetOutOfRange",
    "ReadableLog",
    "Record",
    "RestorableLog",
    "SqliteLog",
    "TopicSpec",
    "UnknownTopic",
    "VirtualClock",
    "clock_kind_of",
    "export_topic",
    "import_topic",
    "read_records",
    "scan",
    "topic_of",
    "wall_clock",
    "write_records",
]
