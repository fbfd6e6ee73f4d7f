"""Recovery from an old snapshot and recorded decisions equals what people were told, whatever decides by now.

"By now" is a later version of Commonweal, as far as a test can be one: other weights, other rules of what answers
what, another policy. It goes on from where the old one stopped, and never rewrites a word.
"""

from collections.abc import Callable
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import pytest

from schemas.codes import Vetting
from schemas.decisions import DecisionBlock
from schemas.operations import PolicySet
from schemas.policy import Policy, ScoreDial
from schemas.taxonomy import Default, Taxonomy
from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL
from services.board import BoardReader
from services.embedded import DataFolder, Embedded, EmbeddedSettings, import_journal, replay
from services.matching import score
from services.matching.frozen import CODEC
from services.matching.settings import MatchingSettings
from services.runtime.log import VirtualClock, export_topic, scan
from services.runtime.snapshots import Snapshots
from tests.unit.embedded.riverside import HERE, MINUTE_MS, PARTITION, START_MS, TOOLS, founding, live, raw

EAGER = EmbeddedSettings(matching=MatchingSettings(snapshot_bytes_min=1))
NEVER = EmbeddedSettings(matching=MatchingSettings(snapshot_bytes_min=10**12))
SNAPSHOT_MINUTE, LAST_MINUTE = 10, 40


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A folder in which most of an hour was recorded, with a snapshot of its first minutes and none since."""
    path, clock = tmp_path / "recorded", VirtualClock(START_MS)
    for minutes, settings in ((range(SNAPSHOT_MINUTE), EAGER), (range(SNAPSHOT_MINUTE, LAST_MINUTE), NEVER)):
        with Embedded.open(path, clock, clock_kind="virtual", settings=settings) as embedded:
            if not minutes.start:
                embedded.submit(founding())
            live(embedded, clock, minutes)
    return path


def reopened(path: Path, clock: VirtualClock | None = None) -> Embedded:
    clock = clock or VirtualClock(START_MS + LAST_MINUTE * MINUTE_MS)
    return Embedded.open(path, clock, clock_kind="virtual", settings=NEVER)


def told(path: Path) -> list[bytes | None]:
    """Every decision, byte for byte."""
    log = DataFolder(path).read_log()
    try:
        return [record.value for record in scan(log, DECISIONS.name, PARTITION)]
    finally:
        log.close()


def state_hash(path: Path) -> str:
    with reopened(path) as embedded:
        return embedded.matching.at_end(PARTITION).state_hash()


def pickier() -> Taxonomy:
    """A taxonomy in which only trusted members may lend."""
    return load().with_defaults([Default(code=TOOLS, vetting_floor=Vetting.trusted, remote=False)])


def start_later_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on another version decides: what was worth most is worth least, and only the trusted may lend tools."""
    parts_of = score.parts_of

    def upside_down(*arguments: Any) -> dict[str, int]:
        return {"upside_down": 2_000_000 - sum(parts_of(*arguments).values())}

    monkeypatch.setattr("services.matching.weighing.parts_of", upside_down)
    monkeypatch.setattr("services.matching.engine.LOGIC_VERSION", "later")
    monkeypatch.setattr("services.embedded.shell.load_taxonomy", pickier)


def test_a_later_version_restarts_an_hour_from_an_old_snapshot_as_people_were_told_it(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_told, alive = told(recorded), state_hash(recorded)

    start_later_version(monkeypatch)

    assert state_hash(recorded) == alive
    assert told(recorded) == as_told
    found = Snapshots(DataFolder(recorded).snapshots).at_or_below(PARTITION, 10**6, CODEC)
    assert found.manifests
    assert 0 < found.manifests[0].next_offset <= SNAPSHOT_MINUTE


def test_the_later_version_would_have_decided_otherwise(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = exported(recorded)
    import_journal(tmp_path / "same", journal())
    start_later_version(monkeypatch)
    import_journal(tmp_path / "other", journal())

    assert told(tmp_path / "same") == told(recorded)
    assert told(tmp_path / "other") != told(recorded)


def test_what_the_later_version_decides_follows_on_what_the_earlier_one_told(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_told = told(recorded)
    other = Policy(name="other", score=ScoreDial(points_per_m=7))

    with monkeypatch.context() as later:
        start_later_version(later)
        clock = VirtualClock(START_MS + LAST_MINUTE * MINUTE_MS)
        with reopened(recorded, clock) as embedded:
            embedded.submit([raw(PolicySet(community=HERE, policy=other), "policy.other")])
            live(embedded, clock, range(LAST_MINUTE, LAST_MINUTE + 8))
            alive = embedded.matching.at_end(PARTITION).state_hash()

    assert told(recorded)[: len(as_told)] == as_told
    beyond = [DecisionBlock.model_validate_json(value or b"") for value in told(recorded)[len(as_told) :]]
    assert beyond
    assert {block.logic.split("+")[0] for block in beyond} == {"later"}
    assert state_hash(recorded) == alive  # the earlier version again, which never decided these
    log = DataFolder(recorded).read_log()
    assert replay(log).partitions[0].state_hash == alive
    log.close()


@pytest.mark.parametrize("lost", ["snapshots.db", "board.db"])
def test_what_is_computed_from_the_log_may_be_lost(lost: str, recorded: Path) -> None:
    alive = state_hash(recorded)
    with BoardReader(DataFolder(recorded).board) as board:
        shown = board.content_hash()

    (recorded / lost).unlink()

    assert state_hash(recorded) == alive
    with BoardReader(DataFolder(recorded).board) as board:
        assert board.content_hash() == shown


def exported(path: Path) -> Callable[[], BufferedReader]:
    """The journal of a folder, to be read as often as wanted."""
    log, out = DataFolder(path).read_log(), BytesIO()
    export_topic(log, JOURNAL, out)
    log.close()
    return lambda: BufferedReader(BytesIO(out.getvalue()))
