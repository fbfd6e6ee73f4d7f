"""The running process's endpoint, over a real socket: health, status, and events handed in by the token."""

import http.client
import json
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.embedded import DataFolder, Embedded, EmbeddedSettings, HandoverError, PortTakenError, hand_over, reach
from services.embedded.handover import BODY_BYTES_MAX, EVENTS_MAX, Reach, _parts
from services.embedded.serving import serving
from services.intake import RawEvent, Rejected, Why
from services.runtime.log import VirtualClock
from tests.unit.embedded.riverside import START_MS, ask, founding, minute, raw

QUICK = EmbeddedSettings(idle_ms=1)
LONG_S = 60.0


@dataclass
class Served:
    """A process at work."""

    folder: DataFolder
    port: int

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """What a GET answers."""
        return self.request("GET", path)

    def request(self, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """What a request answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG_S)
        try:
            connection.request(method, path, **more)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        """What /metrics answers: series → value."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=LONG_S) as answer:
            lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}

    @property
    def reach(self) -> Reach:
        """The word in its folder."""
        found = reach(self.folder)
        assert found is not None
        return found


@contextmanager
def served(path: Path) -> Iterator[Served]:
    """A process at work, on a thread."""
    ready, ended = threading.Event(), threading.Event()
    made: list[Served] = []

    def run() -> None:
        with (
            Embedded.open(path, VirtualClock(START_MS), clock_kind="virtual", settings=QUICK) as embedded,
            serving(embedded, 0, QUICK) as (running, port),
        ):
            made.append(Served(DataFolder(path), port))
            stoppers.append(running.stop)
            running.run(lambda health: ready.set() if health.is_ready else None)
        ended.set()

    stoppers: list[Any] = []
    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(LONG_S)
    try:
        yield made[0]
    finally:
        stoppers[0]()
        assert ended.wait(LONG_S)
        thread.join(LONG_S)


def test_health_and_status_answer_while_it_runs(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        assert process.get("/health/live") == (200, {"alive": True})
        assert process.get("/health/ready") == (200, {"ready": True, "troubles": []})
        status, document = process.get("/status")
        assert status == 200
        assert document["health"]["is_ready"]
        assert document["board"]["asks_open"] == 0
        assert process.get("/elsewhere")[0] == 404


def test_it_counts_by_the_catalogue_that_workers_have_too(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        hand_over(process.reach, [*founding(), *minute(1), RawEvent("test", b"\xff", "bytes")])
        deadline_s = time.monotonic() + LONG_S
        while (told := process.metrics()).get('commonweal_dead_letters_total{reason="not-utf8"}') != 1:
            assert time.monotonic() < deadline_s, told

    assert told['commonweal_events_received_total{topic="asks"}'] == 1
    assert told['commonweal_facts_total{kind="ask.listed"}'] == 1
    assert told["commonweal_blocks_written_total"] >= 1
    assert told["commonweal_records_decided_total"] >= 1
    assert told['commonweal_lag_records{topic="journal"}'] == 0
    assert told["commonweal_disk_free_bytes"] > 0
    assert told["commonweal_last_progress_timestamp_seconds"] > 0


def test_events_handed_over_come_in_by_the_door(tmp_path: Path) -> None:
    row = RawEvent("test", b"1;2;3", "table, line 2", refused=Rejected(Why.bad_row, "line 2: cells are missing"))
    with served(tmp_path) as process:
        report = hand_over(process.reach, [*founding(), *minute(1), RawEvent("test", b"\xff", "bytes"), row])

    assert report.admitted == {"community.defined": 1, "policy.set": 1, "ask.opened": 1, "offer.opened": 1}
    assert report.rejected == {"not_utf8": 1, "bad_row": 1}
    assert report.examples[1] == "table, line 2: line 2: cells are missing"


def test_events_without_the_token_are_turned_away(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        for headers in ({}, {"Authorization": "Bearer " + "x" * 43}):
            assert process.request("POST", "/events", body=b'{"events": []}', headers=headers)[0] == 401
        assert process.request("POST", "/elsewhere", body=b"{}")[0] == 404


def test_bodies_that_submit_would_not_send_are_refused_in_words(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        token = {"Authorization": f"Bearer {process.reach.token}"}
        assert process.request("POST", "/events", body=b"[]", headers=token)[0] == 400
        too_long = token | {"Content-Length": str(BODY_BYTES_MAX + 1)}
        assert process.request("POST", "/events", headers=too_long)[0] == 413


def test_the_word_in_the_folder_is_for_its_owner_only_and_goes_with_the_process(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        assert process.folder.running.stat().st_mode & 0o777 == 0o600
        assert process.reach.pid == os.getpid()
        gone = process.reach
    assert reach(DataFolder(tmp_path)) is None
    with pytest.raises(HandoverError, match=rf"process {os.getpid()} runs this data folder and took nothing in"):
        hand_over(gone, founding())


def test_the_word_of_a_process_that_was_killed_is_none(tmp_path: Path) -> None:
    with Embedded.open(tmp_path) as embedded:
        left = Reach(pid=os.getpid() + 1, port=1, token="x" * 43)
        left.write(embedded.folder)
        assert reach(embedded.folder) is None
        left.model_copy(update={"pid": os.getpid()}).write(embedded.folder)
        assert reach(embedded.folder) is not None
        embedded.folder.running.write_text("{}")
        assert reach(embedded.folder) is None


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual") as embedded,
            pytest.raises(PortTakenError, match=rf"port {port} on this machine is taken .* --port"),
            serving(embedded, port),
        ):
            pass
    assert reach(DataFolder(tmp_path)) is None


def test_many_events_travel_in_parts() -> None:
    events = [raw(ask(number, START_MS), f"a{number}") for number in range(EVENTS_MAX + 1)]

    assert [len(part) for part in _parts(events)] == [EVENTS_MAX, 1]
    assert [len(part) for part in _parts([RawEvent("test", b"x" * 5_000_000, "large")] * 3)] == [2, 1]
    assert list(_parts([])) == []
