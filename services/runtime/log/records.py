"""What a log holds: records."""

from dataclasses import dataclass

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What a writer hands over. It carries no stamp: the log stamps."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    """In the writer's order; a name may come twice."""

    @property
    def size_bytes(self) -> int:
        """Key, value and headers together: what limits count."""
        return _size_bytes(self.key, self.value, self.headers)


@dataclass(frozen=True, slots=True)
class Record:
    """What a reader gets: what was handed over, where it stands and when the log took it."""

    topic: str
    partition: int
    offset: int
    """Counts from 0, without gaps, per topic and partition."""
    stamp_ms: int
    """The log's own clock, in milliseconds. Never lower than that of the record before it in the partition."""
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def size_bytes(self) -> int:
        """Key, value and headers together: what limits count."""
        return _size_bytes(self.key, self.value, self.headers)


def _size_bytes(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    names = sum(len(name.encode()) + len(content) for name, content in headers)
    return len(key or b"") + len(value or b"") + names
