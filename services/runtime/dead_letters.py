"""What could not be used: nothing vanishes, and nobody reads it by accident.

Letters are records on the topic `dead-letters`: origin, reason and sentence in the clear, the bytes sealed with AES-GCM
under a key of their day, which dies after 14 days. That a letter was sent in again is a record of its own on the same
partition, without a value, whose header `replayed_of` says which offset it speaks of.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS
from services.runtime.log import Clock, Log, NewRecord, Record, scan
from services.runtime.sealing import CUT_FROM, NONCE_BYTES, RAW_BYTES_MAX, TAG_BYTES, Sealing, bound_to
from services.runtime.sealing_keys import DeadLetterError, KeyStore

__all__ = ["RAW_BYTES_MAX", "DeadLetterError", "DeadLetters", "Letter", "Opened"]

LETTERS_MAX = 100
"""Letters listed at once, if the caller says nothing else."""
REPLAYED_OF = "replayed_of"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter without its bytes. Its name is its place: partition and offset."""

    partition: int
    offset: int
    origin: str
    """Where it lay: `topic/partition/offset`, or a file and a line."""
    source: str | None
    reason: str
    sentence: str
    received_ms: int
    raw_bytes: int
    """How many bytes are kept, sealed."""
    cut_from: int | None
    """How many bytes there were, if that was more than are kept: such a letter cannot be sent in again."""
    replayed_ms: int | None
    """When it was last sent in again, by the log's stamp; None: never."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter with its bytes, for as long as their key lives."""

    letter: Letter
    raw: bytes | None
    """What arrived; None when the key has died, and the bytes with it."""


class DeadLetters:
    """The dead letters of a log.

    Args:
        log: has the topic `dead-letters`.
        keys: kept apart from the log, so that backups of the log cannot open letters. None for whoever only lists them.
        clock: the log's own. With it, keys whose time is up are destroyed now, and at the first letter of each day;
            without, for whoever only looks, none is, and nothing can be put aside.
    """

    def __init__(self, log: Log, keys: KeyStore | None, clock: Clock | None = None) -> None:
        self._log = log
        self._keys = keys
        self._sealing = None if clock is None or keys is None else Sealing(keys, clock)
        if self._sealing is not None:
            self._sealing.purge_daily()

    def put(
        self,
        raw: bytes,
        *,
        origin: str,
        reason: str,
        sentence: str,
        source: str | None = None,
        received_ms: int | None = None,
        partition: int = 0,
    ) -> tuple[int, int]:
        """Put something aside, durable before this returns.

        Args:
            raw: as it arrived; what is longer than `RAW_BYTES_MAX` is cut, and the letter says so.
            origin: `topic/partition/offset`, or a file and a line. Names no person.
            reason: a code. Topics write codes with hyphens, so `bad_row` becomes `bad-row`.
            sentence: what stands, what was wanted, what to do. Never quotes what a person wrote.
            received_ms: when it came, by the log's clock; now, if not said.
            partition: that of where it came from, so that one partition's trouble stays in it.

        Returns:
            Its place: partition and offset.

        Raises:
            DeadLetterError: there is no key to seal it under.
            LogError: the log did not take it.
        """
        assert self._sealing is not None, "whoever puts letters aside is given the log's clock"
        record = self._sealing.letter(
            raw, origin=origin, reason=reason, sentence=sentence, source=source, received_ms=received_ms
        )
        return partition, self._log.append(DEAD_LETTERS.name, partition, [record])

    def list(self, *, after: tuple[int, int] | None = None, letters_max: int = LETTERS_MAX) -> tuple[Letter, ...]:
        """Letters in the order of their places, with what was sent in again marked.

        Args:
            after: the place of the last letter of the page before; None begins with the first.
            letters_max: at least 1.
        """
        assert letters_max >= 1, "a page without letters never ends"
        found: list[Letter] = []
        for record in self._records(after or (-1, -1)):
            if record.value is not None:
                found.append(_letter(record)[0])
            if len(found) == letters_max:
                break
        return self._marked(found)

    def show(self, partition: int, offset: int) -> Opened:
        """A letter and its bytes.

        Raises:
            DeadLetterError: there is no letter at this place, or its bytes are not what was sealed.
        """
        ends = offset < 0 or offset >= self._log.next_offset(DEAD_LETTERS.name, partition)
        record = None if ends else self._log.read(DEAD_LETTERS.name, partition, offset, records_max=1)[0]
        if record is None or record.value is None:
            raise DeadLetterError(
                f"there is no dead letter {partition}/{offset}; `commonweal dead-letters list` names them"
            )
        letter, sealed = _letter(record)
        (marked,) = self._marked([letter])
        return Opened(marked, self._unsealed(sealed))

    def mark_replayed(self, partition: int, offset: int) -> None:
        """Note that a letter's bytes were sent in again. Call it once they are in: killed in between, it is sent twice.

        Raises:
            DeadLetterError: there is no letter at this place.
        """
        letter = self.show(partition, offset).letter
        record = NewRecord(None, key=letter.origin.encode(), headers=((REPLAYED_OF, b"%d" % offset),))
        self._log.append(DEAD_LETTERS.name, partition, [record])

    def purge(self, now_ms: int) -> int:
        """Destroy the keys whose time is up, and with them the bytes of all letters of their days.

        Returns:
            How many keys there were.
        """
        keys = self._sealing or self._keys
        return 0 if keys is None else keys.purge(now_ms)

    def _records(self, after: tuple[int, int]) -> Iterator[Record]:
        for partition in self._log.partitions(DEAD_LETTERS.name):
            if partition >= after[0]:
                start = after[1] + 1 if partition == after[0] else 0
                yield from scan(self._log, DEAD_LETTERS.name, partition, start=start)

    def _marked(self, letters: Sequence[Letter]) -> tuple[Letter, ...]:
        """The same letters, each with the last mark that stands after it."""
        marks: dict[tuple[int, int], int] = {}
        first = {letter.partition: letter.offset for letter in reversed(letters)}
        wanted = {(letter.partition, letter.offset) for letter in letters}
        for partition, start in first.items():
            for record in scan(self._log, DEAD_LETTERS.name, partition, start=start):
                place = partition, int(dict(record.headers).get(REPLAYED_OF, b"-1"))
                if place in wanted:
                    marks[place] = record.stamp_ms
        return tuple(replace(one, replayed_ms=marks.get((one.partition, one.offset))) for one in letters)

    def _unsealed(self, letter: DeadLetter) -> bytes | None:
        assert self._keys is not None, "whoever opens letters is given the keys"
        key = self._keys.find(letter.key)
        if key is None:
            return None
        sealed = base64.b64decode(letter.sealed)
        try:
            return AESGCM(key.secret).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to(key.id, letter.origin)
            )
        except InvalidTag:
            raise DeadLetterError(
                f"dead letter from {letter.origin}: its bytes are not what was sealed; restore log and keys from one backup"
            ) from None


def _letter(record: Record) -> tuple[Letter, DeadLetter]:
    try:
        read = DeadLetter.model_validate_json(record.value or b"")
    except ValidationError:
        raise DeadLetterError(
            f"dead letter {record.partition}/{record.offset} is none this version reads; use the version that wrote it"
        ) from None
    cut_from = dict(record.headers).get(CUT_FROM)
    letter = Letter(
        partition=record.partition,
        offset=record.offset,
        origin=read.origin,
        source=read.source,
        reason=read.reason,
        sentence=read.sentence,
        received_ms=read.received_ms,
        raw_bytes=len(base64.b64decode(read.sealed)) - NONCE_BYTES - TAG_BYTES,
        cut_from=int(cut_from) if cut_from else None,
        replayed_ms=None,
    )
    return letter, read
