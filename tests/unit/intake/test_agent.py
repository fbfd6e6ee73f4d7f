import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.events import AnyEvent
from schemas.journal import JOURNAL_BODY, Block, Tick
from schemas.offers import OfferPaused
from schemas.operations import CommunityDefined
from schemas.partitions import partition_of
from schemas.taxonomy import Need, Taxonomy
from schemas.topics import DEAD_LETTERS, JOURNAL, TOPICS
from services.intake import (
    Intake,
    IntakeError,
    IntakeSettings,
    RawEvent,
    Rejected,
    SourceLimits,
    Why,
    encode,
    events_in_table,
    find_mapping,
    lines_of,
)
from services.intake.inbound import as_sent
from services.runtime.dead_letters import DeadLetters
from services.runtime.log import LogUnwritable, MemoryLog, NewRecord, SqliteLog, VirtualClock
from services.runtime.sealing_keys import SealingKeys
from tests.unit.intake.samples import FOOD, NORTH, PLAIN, ask, cloud_event, record

START_MS = 1_767_600_000_000
NORTH_HOME = partition_of("north")
PLAIN_HOME = partition_of("plain")
DEFINE_NORTH = cloud_event(NORTH.model_dump(mode="json"), id="c1")
DEFINE_PLAIN = cloud_event(PLAIN.model_dump(mode="json"), id="c2")


class World:
    """A log, its clock, its dead letters and an intake over them, which may be killed and started again."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.clock = VirtualClock(START_MS)
        self.log = MemoryLog(TOPICS, self.clock)
        self.dead_letters = DeadLetters(self.log, SealingKeys(folder / "keys.sqlite3"), self.clock)
        self.settings = IntakeSettings(**settings)
        self.intake = self.start_again()

    def start_again(self) -> Intake:
        taxonomy = Taxonomy.of([Need(code=FOOD, label="Food", parent=None, path="food")])
        self.intake = Intake(self.log, self.dead_letters, taxonomy, self.clock, self.settings)
        return self.intake

    def submit(self, *raws: bytes, source: str = "form") -> Any:
        return self.intake.submit([RawEvent(source, raw, f"line {n}") for n, raw in enumerate(raws, 1)])

    def journal(self, partition: int) -> list[Block | Tick]:
        return [JOURNAL_BODY.validate_json(one.value or b"") for one in self.log.read(JOURNAL.name, partition, 0)]

    def ids(self, partition: int) -> list[list[str]]:
        return [
            [event.id for event in body.events] if isinstance(body, Block) else ["tick"]
            for body in self.journal(partition)
        ]

    def put_on_topic(self, event: AnyEvent, **changed: Any) -> None:
        """A record that some other writer put there."""
        one = record(event, 0, **changed)
        self.log.append(one.topic, one.partition, [NewRecord(one.value, headers=one.headers)])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


class TestTheDoor:
    def test_events_reach_their_topic_on_the_partition_of_their_community(self, world: World) -> None:
        report = world.submit(DEFINE_NORTH, cloud_event(ask()))

        assert dict(report.admitted) == {"community.defined": 1, "ask.opened": 1}
        assert (report.admitted_total, report.rejected_total) == (2, 0)
        (one,) = world.log.read("asks", NORTH_HOME, 0)
        assert one.key == b"a1"
        assert dict(one.headers)["ce_type"] == b"commonweal.ask.opened.v1"

    def test_a_community_is_known_from_the_event_that_defines_it_on(self, world: World) -> None:
        report = world.submit(cloud_event(ask(), id="early"), DEFINE_NORTH, cloud_event(ask(), id="late"))

        assert dict(report.rejected) == {"unknown_community": 1}
        assert report.admitted_total == 2

    def test_communities_on_the_log_are_known_after_a_start(self, world: World) -> None:
        world.submit(DEFINE_NORTH)

        world.start_again()

        assert world.submit(cloud_event(ask())).admitted_total == 1

    def test_communities_that_others_define_are_known_once_they_are_cut(self, world: World) -> None:
        world.put_on_topic(NORTH)
        assert world.submit(cloud_event(ask())).rejected_total == 1

        world.intake.cut(NORTH_HOME)

        assert world.submit(cloud_event(ask())).admitted_total == 1

    def test_communities_may_be_told_by_whoever_knows_them(self, world: World) -> None:
        world.intake.know([NORTH])

        assert world.submit(cloud_event(ask())).admitted_total == 1

    def test_what_is_refused_is_kept_with_its_bytes_and_its_sentence(self, world: World) -> None:
        raw = cloud_event(ask(phone="0170 1234"))

        report = world.submit(DEFINE_NORTH, raw)

        (letter,) = world.dead_letters.list()
        assert (letter.origin, letter.source, letter.reason) == ("line 2", "form", "personal-data")
        assert "$.data.phone" in letter.sentence
        assert world.dead_letters.show(letter.partition, letter.offset).raw == raw
        assert report.examples == [f"line 2: {letter.sentence}"]

    def test_what_could_not_even_be_read_is_kept_too(self, world: World) -> None:
        report = world.intake.submit(
            [RawEvent("load", b"a,b", "t.csv, line 7", refused=Rejected(Why.bad_row, "line 7, column at: no"))]
        )

        assert dict(report.rejected) == {"bad_row": 1}
        assert world.dead_letters.list()[0].origin == "t.csv, line 7"

    def test_a_report_tells_the_first_refusals_in_words_and_counts_all(self, world: World) -> None:
        report = world.submit(*[b"?"] * 25)

        assert (report.rejected["not_json"], len(report.examples)) == (25, 10)

    def test_one_noisy_source_is_limited_and_the_others_go_on(self, tmp_path: Path) -> None:
        world = World(tmp_path, limits=SourceLimits(events_per_minute_max=60, burst_max=2))
        world.submit(DEFINE_NORTH, source="operator")

        noisy = world.submit(*[cloud_event(ask(), id=f"e{n}") for n in range(5)], source="noisy")
        quiet = world.submit(cloud_event(ask()), source="quiet")

        assert (noisy.admitted_total, dict(noisy.rejected)) == (2, {"source_limited": 3})
        assert quiet.admitted_total == 1
        world.clock.advance_to(START_MS + 1_000)
        assert world.submit(cloud_event(ask()), source="noisy").admitted_total == 1

    def test_a_source_that_sends_rubbish_is_no_longer_looked_at_for_a_while(self, tmp_path: Path) -> None:
        world = World(tmp_path, limits=SourceLimits(window_events=10, rejected_ppm_max=500_000, open_ms=1_000))
        world.submit(*[b"?"] * 10)

        assert dict(world.submit(DEFINE_NORTH).rejected) == {"source_limited": 1}
        world.clock.advance_to(START_MS + 1_000)
        assert world.submit(DEFINE_NORTH).admitted_total == 1

    @pytest.mark.parametrize("bounds", [{"submit_events_max": 2}, {"submit_bytes_max": 1}, {}])
    def test_batches_of_any_size_keep_the_order(self, tmp_path: Path, bounds: dict[str, int]) -> None:
        world = World(tmp_path, **bounds)

        world.submit(DEFINE_NORTH, *[cloud_event(ask(), id=f"e{n}") for n in range(7)])

        told = [dict(one.headers)["ce_id"].decode() for one in world.log.read("asks", NORTH_HOME, 0)]
        assert told == [f"e{n}" for n in range(7)]

    def test_a_sender_that_breaks_off_leaves_intake_ready_for_the_next(self, world: World) -> None:
        def broken_off() -> Iterator[RawEvent]:
            yield RawEvent("form", DEFINE_NORTH, "1")
            raise OSError("the file went away")

        with pytest.raises(OSError, match="went away"):
            world.intake.submit(broken_off())

        assert world.submit(cloud_event(ask())).admitted_total == 1


class TestTheCutter:
    def test_what_arrived_goes_to_the_journal_of_its_partition_in_one_block(self, world: World) -> None:
        world.submit(DEFINE_NORTH, DEFINE_PLAIN, cloud_event(ask()))

        assert (world.intake.cut(NORTH_HOME), world.intake.cut(PLAIN_HOME)) == (2, 1)

        (block,) = world.journal(NORTH_HOME)
        assert isinstance(block, Block)
        assert [(event.uid, event.received_ms) for event in block.events] == [
            ("form/c1", START_MS),
            ("form/e1", START_MS),
        ]
        assert block.caught_up
        assert block.inbound == {"operations": 0, "asks": 0}
        assert world.ids(PLAIN_HOME) == [["c2"]]

    def test_nothing_new_writes_nothing(self, world: World) -> None:
        world.submit(DEFINE_NORTH)
        world.intake.cut(NORTH_HOME)

        assert world.intake.cut(NORTH_HOME) == 0
        assert len(world.journal(NORTH_HOME)) == 1

    def test_cutting_goes_on_where_the_journal_says_after_a_start(self, world: World) -> None:
        world.submit(DEFINE_NORTH, cloud_event(ask(), id="e1"))
        world.intake.cut(NORTH_HOME)
        world.submit(cloud_event(ask(), id="e2"))

        world.start_again().cut(NORTH_HOME)

        assert world.ids(NORTH_HOME) == [["c1", "e1"], ["e2"]]
        assert world.journal(NORTH_HOME)[-1].inbound == {"operations": 0, "asks": 1}

    def test_a_backlog_is_taken_in_bounded_cuts_and_only_the_last_is_caught_up(self, tmp_path: Path) -> None:
        world = World(tmp_path, cut_records_max=3)
        world.submit(DEFINE_NORTH, *[cloud_event(ask(), id=f"e{n}") for n in range(7)])

        taken = [world.intake.cut(NORTH_HOME) for _ in range(4)]

        assert taken == [4, 3, 1, 0]
        assert world.ids(NORTH_HOME) == [["c1", "e0", "e1", "e2"], ["e3", "e4", "e5"], ["e6"]]
        assert [body.caught_up for body in world.journal(NORTH_HOME) if isinstance(body, Block)] == [False, False, True]

    def test_answers_are_not_overtaken_while_a_backlog_of_asks_is_cut(self, tmp_path: Path) -> None:
        world = World(tmp_path, cut_records_max=2)
        world.submit(DEFINE_NORTH)
        for n in range(4):
            world.clock.advance_to(START_MS + 10 * n)
            world.submit(cloud_event(ask(), id=f"e{n}"))
        world.put_on_topic(OfferPaused(community="north", offer="o1"), event_id="o")

        while world.intake.cut(NORTH_HOME):
            pass

        receipts = [
            event.received_ms for body in world.journal(NORTH_HOME) if isinstance(body, Block) for event in body.events
        ]
        assert receipts == sorted(receipts)
        assert [name for block in world.ids(NORTH_HOME) for name in block] == ["c1", "e0", "e1", "e2", "e3", "o"]

    def test_a_record_that_is_no_event_is_put_aside_once_and_can_be_sent_again(self, world: World) -> None:
        strange = record(OfferPaused(community="north", offer="o1"), 0, event_id="e9")
        world.log.append("asks", NORTH_HOME, [NewRecord(strange.value, headers=strange.headers)])
        world.submit(DEFINE_NORTH)

        assert world.intake.cut(NORTH_HOME) == 2
        assert world.intake.cut(NORTH_HOME) == 0

        (letter,) = world.dead_letters.list()
        assert (letter.origin, letter.source, letter.reason) == (f"asks/{NORTH_HOME}/0", "form", "wrong-topic")
        again = world.dead_letters.show(letter.partition, letter.offset).raw
        assert again is not None
        assert world.submit(again).admitted["offer.paused"] == 1

    def test_a_record_keeps_its_bytes_when_it_is_put_aside(self) -> None:
        whole = record(OfferPaused(community="north", offer="o1"), 0, event_id="e9")
        bare = record(OfferPaused(community="north", offer="o1"), 0)

        assert orjson.loads(as_sent(whole))["id"] == "e9"
        assert (whole.value or b"") in as_sent(whole)
        assert orjson.loads(as_sent(type(bare)(bare.topic, 0, 0, 0, None, None, ()))) == {"data": None}

    def test_a_record_from_nobody_in_particular_is_put_aside_as_such(self, world: World) -> None:
        world.log.append("asks", 5, [NewRecord(b"\xff?")])

        assert world.intake.cut(5) == 1

        (letter,) = world.dead_letters.list()
        assert (letter.source, letter.reason, letter.partition) == (None, "unreadable", 5)
        assert world.ids(5) == [[]]


class TestTicks:
    def test_a_partition_without_events_is_never_ticked(self, world: World) -> None:
        assert not world.intake.tick_due(3, START_MS + 10**9)
        assert not world.intake.tick(3)
        assert world.journal(3) == []

    def test_a_silent_partition_is_ticked_after_its_time(self, world: World) -> None:
        world.submit(DEFINE_NORTH)
        world.intake.cut(NORTH_HOME)

        assert not world.intake.tick_due(NORTH_HOME, START_MS + 9_999)
        assert world.intake.tick_due(NORTH_HOME, START_MS + 10_000)
        world.clock.advance_to(START_MS + 10_000)
        assert world.intake.tick(NORTH_HOME)

        assert world.journal(NORTH_HOME)[1:] == [Tick(inbound={"operations": 0})]
        assert not world.intake.tick_due(NORTH_HOME, START_MS + 19_999)
        world.start_again()
        assert not world.intake.tick_due(NORTH_HOME, START_MS + 19_999)
        assert world.intake.tick_due(NORTH_HOME, START_MS + 20_000)

    def test_where_something_waits_it_is_cut_and_not_ticked(self, world: World) -> None:
        world.submit(DEFINE_NORTH)
        world.intake.cut(NORTH_HOME)
        world.submit(cloud_event(ask()))

        assert not world.intake.tick(NORTH_HOME)
        assert len(world.journal(NORTH_HOME)) == 1


class TestDoubt:
    def test_two_writers_of_one_journal_are_noticed_and_nothing_is_lost(self, world: World) -> None:
        world.submit(DEFINE_NORTH)
        world.intake.cut(NORTH_HOME)
        world.submit(cloud_event(ask()))
        world.log.append(JOURNAL.name, NORTH_HOME, [NewRecord(encode(Tick(inbound={"operations": 0})))])

        with pytest.raises(IntakeError, match=r"another intake writes it; stop one of the two"):
            world.intake.cut(NORTH_HOME)

        assert world.ids(NORTH_HOME) == [["c1"], ["tick"], ["e1"]]
        assert world.intake.cut(NORTH_HOME) == 0

    def test_a_journal_that_this_version_cannot_read_is_not_written_to(self, world: World) -> None:
        world.log.append(JOURNAL.name, 7, [NewRecord(b'{"kind": "scroll"}')])

        with pytest.raises(IntakeError, match=r"partition 7: journal record 0 is no block or tick"):
            world.intake.cut(7)

        assert world.log.next_offset(JOURNAL.name, 7) == 1

    def test_a_disk_that_refuses_loses_nothing(self, tmp_path: Path) -> None:
        world = World(tmp_path)
        world.submit(DEFINE_NORTH, cloud_event(ask()))
        trusted = world.log
        world.log = Refusing(trusted)
        world.start_again()

        with pytest.raises(LogUnwritable):
            world.intake.cut(NORTH_HOME)
        assert world.journal(NORTH_HOME) == []
        world.log.refuses = False

        assert world.intake.cut(NORTH_HOME) == 2
        assert world.ids(NORTH_HOME) == [["c1", "e1"]]

    def test_an_imported_journal_begins_this_logs_inbound_topics_anew(self, world: World) -> None:
        other = Block(events=(), caught_up=True, inbound={"asks": 5, "operations": 0})
        world.log.append(JOURNAL.name, NORTH_HOME, [NewRecord(encode(other))])
        assert world.start_again().cut(NORTH_HOME) == 0

        world.submit(DEFINE_NORTH, *[cloud_event(ask(), id=f"e{n}") for n in range(9)])

        assert world.start_again().cut(NORTH_HOME) == 10
        assert world.journal(NORTH_HOME)[1] == Block(events=(), caught_up=False, inbound={})
        assert world.ids(NORTH_HOME)[2] == ["c1", *[f"e{n}" for n in range(9)]]

    def test_a_tick_in_an_imported_journal_begins_anew_as_well(self, world: World) -> None:
        world.log.append(JOURNAL.name, NORTH_HOME, [NewRecord(encode(Tick(inbound={"asks": 5})))])

        assert world.start_again().tick(NORTH_HOME)

        assert world.journal(NORTH_HOME)[1] == Tick(inbound={})

    @pytest.mark.parametrize(
        "name", ["cut_records_max", "cut_bytes_max", "submit_events_max", "submit_bytes_max", "tick_after_ms"]
    )
    def test_a_bound_of_nothing_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match=f"`{name}` is 0"):
            World(tmp_path, **{name: 0})


class Refusing(MemoryLog):
    """A log whose disk does not take the journal for a while."""

    def __init__(self, trusted: MemoryLog) -> None:
        self.__dict__.update(trusted.__dict__)
        self.refuses = True

    def append_all(self, batches: Any) -> list[int]:
        if self.refuses and batches[0][0] == JOURNAL.name:
            raise LogUnwritable("the disk did not take it")
        return super().append_all(batches)


def test_a_table_goes_all_the_way_into_the_journal_of_a_file(tmp_path: Path) -> None:
    mapping = find_mapping("city-hour")
    rows = "kind,id,at_s,x_m,y_m,patience_s,radius_m\nask,a1,1,5,6,600,\noffer,o1,2,7,8,300,1500\nask,a2,?,1,1,1,\n"
    clock = VirtualClock(START_MS)
    log = SqliteLog(tmp_path / "log.sqlite3", TOPICS, clock, clock_kind="virtual")
    taxonomy = Taxonomy.of([Need(code="oe:102", label="Food", parent=None, path="food")])
    intake = Intake(log, DeadLetters(log, SealingKeys(tmp_path / "keys.sqlite3"), clock), taxonomy, clock)
    home = partition_of("city-hour")

    intake.submit([RawEvent("load", mapping.first_event(), "mapping city-hour")])
    report = intake.submit(events_in_table(mapping, lines_of(io.BytesIO(rows.encode())), source="load", name="t.csv"))
    intake.cut(home)

    assert (dict(report.admitted), dict(report.rejected)) == ({"ask.opened": 1, "offer.opened": 1}, {"bad_row": 1})
    (one,) = log.read(JOURNAL.name, home, 0)
    body = JOURNAL_BODY.validate_json(one.value or b"")
    assert isinstance(body, Block)
    assert [event.uid for event in body.events] == ["load/community.city-hour", "load/ask.a1", "load/offer.o1"]
    assert isinstance(body.events[0].data, CommunityDefined)
    assert log.partitions(DEAD_LETTERS.name) == (0,)
    log.close()
