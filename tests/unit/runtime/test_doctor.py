"""What the doctor says of what is near, and of clocks. The cluster is in tests/kafka."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime.broker.ports import any_free_port
from services.runtime.doctor import State, examine
from services.runtime.doctor.clocks import ClockOffset, clock_findings
from services.runtime.doctor.near import GIB, database_finding, disk_finding, package_findings, room_finding

NOW_MS = 1_800_000_000_000


@pytest.mark.parametrize(
    ("offset", "stamp_ms", "state", "says"),
    [
        (ClockOffset(-3, 8), None, State.well, "within 8 ms"),
        (ClockOffset(-3, 8), NOW_MS - 4_000, State.well, "within 8 ms; the newest record was stamped 4 s ago"),
        (ClockOffset(60_000, 60_020), None, State.wrong, "this machine's clock is 60,000 ms behind the cluster's"),
        (ClockOffset(-60_020, -60_000), None, State.wrong, "this machine's clock is 60,000 ms ahead of the cluster's"),
        (ClockOffset(-9_000, 9_000), None, State.well, "within 9,000 ms"),
        (None, NOW_MS + 30_000, State.wrong, "this machine's clock is 30,000 ms behind the cluster's"),
        (None, NOW_MS - 30_000, State.well, "not known to be apart; the newest record was stamped 30 s ago"),
        (None, None, State.not_examined, "the cluster tells no time, and holds no stamped record yet"),
    ],
)
def test_clocks_that_are_apart_for_certain_are_wrong(
    offset: ClockOffset | None, stamp_ms: int | None, state: State, says: str
) -> None:
    (finding,) = clock_findings(offset, stamp_ms, NOW_MS)

    assert (finding.state, finding.says) == (state, says)
    assert (finding.remedy is not None) == (state is State.wrong)


@pytest.mark.parametrize(
    ("free", "state"), [(GIB // 2, State.wrong), (2 * GIB, State.worth_a_look), (50 * GIB, State.well)]
)
def test_room_that_runs_out_is_told_before_it_has(free: int, state: State) -> None:
    assert room_finding("disk", free, 5 * GIB, "make room").state is state


def test_the_disk_of_a_folder_that_is_not_there_yet_is_that_of_where_it_would_be(tmp_path: Path) -> None:
    finding = disk_finding(tmp_path / "not" / "yet")

    assert finding.says == disk_finding(tmp_path).says
    assert not (tmp_path / "not").exists()


def test_versions_of_ourselves_and_the_clients_are_told() -> None:
    (finding,) = package_findings()

    assert finding.state is State.well
    assert "commonweal " in finding.says
    assert "faust-streaming " in finding.says


def test_without_the_clients_the_doctor_says_what_to_install_and_looks_no_further() -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(('aiohttp', 'faust', 'kafka', 'sqlalchemy')));"
    nameless = (
        "from importlib import metadata; metadata.version = lambda name: exec('raise metadata.PackageNotFoundError');"
    )
    ask = "from services.runtime.doctor import examine; print([(each.subject, each.remedy) for each in examine({})])"

    said = subprocess.run([sys.executable, "-c", blocked + nameless + ask], capture_output=True, text=True, check=True)

    assert said.stdout == "[('versions', 'install Commonweal with its extra: commonweal[kafka]')]\n"


def test_a_database_that_is_not_there_is_worth_a_look_since_workers_make_it_and_the_doctor_does_not(
    tmp_path: Path,
) -> None:
    finding = database_finding(f"sqlite:///{tmp_path}/board.sqlite")

    assert finding.state is State.worth_a_look
    assert f"{tmp_path}/board.sqlite is not there yet" in finding.says
    assert "--data DIR" in (finding.remedy or "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("COMMONWEAL_KAFKA_BOOTSTRAP", "nowhere", "COMMONWEAL_KAFKA_BOOTSTRAP names nowhere; give host:port"),
        ("COMMONWEAL_DRAIN_SECONDS", "soon", "COMMONWEAL_DRAIN_SECONDS is 'soon'; a number from"),
    ],
)
def test_settings_that_cannot_be_read_are_the_first_thing_to_mend(name: str, value: str, says: str) -> None:
    last = examine({name: value})[-1]

    assert (last.subject, last.state) == ("settings", State.wrong)
    assert says in last.says


def test_without_a_broker_what_needs_one_is_not_examined_and_the_rest_is(tmp_path: Path) -> None:
    env = {"COMMONWEAL_KAFKA_BOOTSTRAP": f"127.0.0.1:{any_free_port()}", "COMMONWEAL_DATA_DIR": str(tmp_path)}

    states = {each.subject: each.state for each in examine(env)}

    assert states["broker"] is State.wrong
    assert {states[name] for name in ("broker's disk", "clocks", "topics")} == {State.not_examined}
    assert states["database"] is State.worth_a_look
    assert "disk" in states
