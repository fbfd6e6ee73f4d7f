"""Sealing: what could not be used becomes a record for the topic `dead-letters`, its bytes under the key of their day.

The same record in both shells. Who writes it, and waits until it is durable, is the shell's own.
"""

import base64
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.dead_letters import DeadLetter
from services.runtime.log.clock import Clock
from services.runtime.log.records import NewRecord
from services.runtime.sealing_keys import DAY_MS, KeyStore, SealingKey

RAW_BYTES_MAX = 720 * 1024
"""What is kept of a letter's bytes: sealed and in base64 they fit into a record of 1 MiB."""
ORIGIN_CHARS_MAX = 200
SENTENCE_CHARS_MAX = 500
NONCE_BYTES = 12
TAG_BYTES = 16
CUT_FROM = "cut_from"


class Sealing:
    """Seals letters.

    Args:
        keys: kept apart from the log, so that backups of the log cannot open letters.
        clock: the log's own. Keys whose time is up are destroyed at the first letter of each day.
    """

    def __init__(self, keys: KeyStore, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._purged_day = -1
        self._of_day: dict[int, SealingKey] = {}

    def letter(
        self,
        raw: bytes,
        *,
        origin: str,
        reason: str,
        sentence: str,
        source: str | None = None,
        received_ms: int | None = None,
    ) -> NewRecord:
        """The record that keeps something put aside. Its key is durable, the record is yours to write.

        Args:
            raw: as it arrived; what is longer than `RAW_BYTES_MAX` is cut, and the letter says so.
            origin: `topic/partition/offset`, or a file and a line. Names no person.
            reason: a code. Topics write codes with hyphens, so `bad_row` becomes `bad-row`.
            sentence: what stands, what was wanted, what to do. Never quotes what a person wrote.
            received_ms: when it came, by the log's clock; now, if not said.

        Raises:
            DeadLetterError: there is no key to seal it under.
        """
        self.purge_daily()
        received_ms = self._clock() if received_ms is None else received_ms
        origin, kept = origin[:ORIGIN_CHARS_MAX], raw[:RAW_BYTES_MAX]
        key = self._key(received_ms // DAY_MS, received_ms)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(key.secret).encrypt(nonce, kept, bound_to(key.id, origin))
        letter = DeadLetter(
            origin=origin,
            source=source,
            reason=reason.replace("_", "-"),
            sentence=sentence[:SENTENCE_CHARS_MAX],
            received_ms=received_ms,
            key=key.id,
            sealed=base64.b64encode(sealed).decode(),
        )
        headers = ((CUT_FROM, b"%d" % len(raw)),) if len(kept) < len(raw) else ()
        return NewRecord(letter.model_dump_json().encode(), key=origin.encode(), headers=headers)

    def purge(self, now_ms: int) -> int:
        """Destroy the keys whose time is up.

        Returns:
            How many there were.
        """
        self._of_day.clear()
        return self._keys.purge(now_ms)

    def _key(self, day: int, received_ms: int) -> SealingKey:
        """Asked of the store once a day and process: a flood of letters is sealed in memory."""
        key = self._of_day.get(day)
        if key is None:
            key = self._of_day[day] = self._keys.of_day(received_ms)
        return key

    def purge_daily(self) -> None:
        """Destroy the keys whose time is up, if that was not done today.

        Raises:
            DeadLetterError: the keys cannot be reached.
        """
        if (now_ms := self._clock()) // DAY_MS > self._purged_day:
            self.purge(now_ms)
            self._purged_day = now_ms // DAY_MS


def bound_to(key_id: str, origin: str) -> bytes:
    """What the seal covers besides the bytes, so that they cannot be passed off as another letter's."""
    return f"{key_id} {origin}".encode()
