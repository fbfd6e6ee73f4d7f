"""What holds wherever the keys of dead letters are kept: in a file, or in the database that workers share."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.dead_letters import KEY_LIFE_MS
from schemas.topics import DEAD_LETTERS
from services.runtime.database import DatabaseSealingKeys, upgrade
from services.runtime.dead_letters import DeadLetterError, DeadLetters
from services.runtime.log import MemoryLog, VirtualClock
from services.runtime.sealing_keys import DAY_MS, KeyStore, SealingKeys
from tests.databases import Opened

DAY = 20_000
NOON_MS = DAY * DAY_MS + DAY_MS // 2


@dataclass(frozen=True)
class Kept:
    """A store, and a machine's next to it that shares it."""

    store: KeyStore
    other: KeyStore


@pytest.fixture(params=["file", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, opened: Opened) -> Kept:
    if request.param == "file":
        return Kept(SealingKeys(tmp_path / "keys.db"), SealingKeys(tmp_path / "keys.db"))
    address = f"sqlite:///{tmp_path / 'commonweal.db'}"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres_url")
    upgrade(opened(address))
    return Kept(DatabaseSealingKeys(opened(address)), DatabaseSealingKeys(opened(address)))


def test_a_day_has_one_key_whoever_asks(kept: Kept) -> None:
    key = kept.store.of_day(NOON_MS)

    assert kept.other.of_day(NOON_MS + 1_000) == key
    assert kept.store.of_day(NOON_MS + DAY_MS) != key
    assert key.id.startswith("2024-10-04.")
    assert len(key.secret) == 32


def test_a_key_is_found_by_its_name_wherever_it_was_made(kept: Kept) -> None:
    key = kept.store.of_day(NOON_MS)

    assert kept.other.find(key.id) == key
    assert kept.other.find("2024-10-04.00000000") is None


def test_a_key_dies_fourteen_days_after_its_day_began_and_for_everybody(kept: Kept) -> None:
    key, younger = kept.store.of_day(NOON_MS), kept.store.of_day(NOON_MS + DAY_MS)
    dies_ms = DAY * DAY_MS + KEY_LIFE_MS

    assert kept.other.purge(dies_ms - 1) == 0
    assert kept.other.purge(dies_ms) == 1
    assert kept.store.find(key.id) is None
    assert kept.store.find(younger.id) == younger
    assert kept.store.of_day(NOON_MS) != key, "what comes for that day later is sealed under another"


def test_what_one_machine_sealed_another_one_opens_until_the_key_dies(kept: Kept) -> None:
    clock = VirtualClock(NOON_MS)
    with closing(MemoryLog({DEAD_LETTERS.name: DEAD_LETTERS}, clock)) as log:
        place = DeadLetters(log, kept.store, clock).put(
            b"{ no event", origin="asks/3/7", reason="no-event", sentence="-"
        )

        assert DeadLetters(log, kept.other).show(*place).raw == b"{ no event"
        clock.advance_to(NOON_MS + KEY_LIFE_MS)
        DeadLetters(log, kept.store, clock)
        assert DeadLetters(log, kept.other).show(*place).raw is None


def unreachable(kind: str, folder: Path, opened: Opened) -> KeyStore:
    if kind == "file":
        (folder / "keys.db").mkdir()
        return SealingKeys(folder / "keys.db")
    if kind == "no tables":
        return DatabaseSealingKeys(opened(f"sqlite:///{folder}/empty.db"))
    return DatabaseSealingKeys(opened("postgresql://someone:secret@127.0.0.1:1/board"))


@pytest.mark.parametrize("kind", ["file", "no tables", "nobody there"])
def test_where_the_keys_cannot_be_reached_that_is_said_without_a_password(
    kind: str, tmp_path: Path, opened: Opened
) -> None:
    store = unreachable(kind, tmp_path, opened)
    asked: tuple[Callable[[], object], ...] = (
        lambda: store.of_day(NOON_MS),
        lambda: store.find("2024-10-04.00000000"),
        lambda: store.purge(NOON_MS),
    )

    for ask in asked:
        with pytest.raises(DeadLetterError, match="the keys of dead letters cannot be used") as refused:
            ask()
        assert "secret" not in str(refused.value)
