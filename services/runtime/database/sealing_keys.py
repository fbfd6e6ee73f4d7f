"""The keys of dead letters in the read model's database: whichever worker sealed a letter, any machine can open it.

The same promises as `services.runtime.sealing_keys`: a key is durable before anything is sealed under it, and is
destroyed for everybody at once. What PostgreSQL keeps in its write-ahead log and backups lives as long as these are kept.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from schemas.dead_letters import KEY_LIFE_MS
from services.runtime.database.connecting import is_postgres, named
from services.runtime.database.tables import SEALING_KEYS
from services.runtime.sealing_keys import DAY_MS, KEY_BYTES, DeadLetterError, SealingKey, key_name


class DatabaseSealingKeys:
    """The keys of the days that still have one, in the database behind an engine. Any number of workers and threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_day(self, received_ms: int) -> SealingKey:
        """The key for what was received then; made where the day has none. See `SealingKeys.of_day`.

        Two workers that begin a day at the same moment may make one each: both are kept, and both die with their day.
        """
        day = received_ms // DAY_MS
        wanted = (
            select(SEALING_KEYS.c.id, SEALING_KEYS.c.secret)
            .where(SEALING_KEYS.c.day == day)
            .order_by(SEALING_KEYS.c.id)
            .limit(1)
        )
        with self._changing() as connection:
            found = connection.execute(wanted).first()
            if found is not None:
                return SealingKey(found[0], bytes(found[1]))
            key = SealingKey(key_name(day), secrets.token_bytes(KEY_BYTES))
            row = {"id": key.id, "day": day, "dies_ms": day * DAY_MS + KEY_LIFE_MS, "secret": key.secret}
            connection.execute(insert(SEALING_KEYS).values(row))
        return key

    def find(self, key_id: str) -> SealingKey | None:
        """The key of this name; None when it has died."""
        wanted = select(SEALING_KEYS.c.id, SEALING_KEYS.c.secret).where(SEALING_KEYS.c.id == key_id)
        with self._changing() as connection:
            found = connection.execute(wanted).first()
        return None if found is None else SealingKey(found[0], bytes(found[1]))

    def purge(self, now_ms: int) -> int:
        """Destroy the keys whose time is up.

        Returns:
            How many there were.
        """
        with self._changing() as connection:
            if not is_postgres(self._engine):
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            return connection.execute(delete(SEALING_KEYS).where(SEALING_KEYS.c.dies_ms <= now_ms)).rowcount

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise DeadLetterError(
                f"{named(self._engine)}: the keys of dead letters cannot be used ({type(error).__name__}); see that the "
                "database runs and that `commonweal database check` finds its tables in order"
            ) from error
