"""What every log promises to several threads at once."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.runtime.log import RestorableLog, VirtualClock
from tests.contract.test_log import LOGS, texts, values


@pytest.fixture(params=sorted(LOGS))
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RestorableLog]:
    with closing(LOGS[request.param](tmp_path / "log.db", VirtualClock(), None)) as made:
        yield made


def test_a_reader_beside_the_writer_sees_whole_batches_in_order(log: RestorableLog) -> None:
    batches, size = 60, 5
    writer = threading.Thread(
        target=lambda: [
            log.append("journal", 0, values(*(f"{batch}/{index}" for index in range(size)))) for batch in range(batches)
        ]
    )
    seen: list[str] = []
    writer.start()
    while len(seen) < batches * size:
        records = log.read("journal", 0, len(seen), records_max=1_000)
        assert len(records) % size == 0
        seen += texts(records)
    writer.join()

    assert seen == [f"{batch}/{index}" for batch in range(batches) for index in range(size)]


def test_writers_in_several_threads_neither_lose_nor_double_a_record(log: RestorableLog) -> None:
    firsts: dict[int, list[int]] = {writer: [] for writer in range(4)}

    def write(writer: int) -> None:
        for number in range(20):
            firsts[writer].append(log.append("journal", 0, values(f"{writer}/{number}", "second")))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in firsts]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()

    assert sorted(first for mine in firsts.values() for first in mine) == list(range(0, 160, 2))
    for writer, mine in firsts.items():
        assert [texts(log.read("journal", 0, first, records_max=1)) for first in mine] == [
            [f"{writer}/{number}"] for number in range(20)
        ]
