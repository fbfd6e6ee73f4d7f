"""What is no event is put aside with its reason, and everything else goes on as if it had not come."""

import asyncio
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from aiokafka.record.util import calc_crc32c_py

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.partitions import partition_of
from schemas.topics import DEAD_LETTERS, INBOUND
from services.intake.envelope import EVENT_BYTES_MAX
from services.runtime.kafka import KafkaSettings
from services.runtime.log import NewRecord
from tests.kafka import inbound
from tests.kafka.inbound import Sent
from tests.unit.cli.commands import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [(*(one.name for one in INBOUND), "journal", "dead-letters")], indirect=True),
]
BATCH_CHECKED_FROM = 21
"""A batch's checksum covers what stands from here on, and stands right before it."""
NORTH, SOUTH = partition_of("north"), partition_of("south")
ANSWER = inbound.sent(Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept), "good")


def with_value(value: bytes | None) -> Sent:
    topic, partition, record = ANSWER
    return topic, partition, replace(record, value=value)


def with_header(name: str, content: str) -> Sent:
    return inbound.sent(
        Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept), "bad", headers={name: content}
    )


POISON: dict[str, tuple[Sent, str]] = {
    "bad JSON": (with_value(b'{"type": "match.acknowledged", '), "unreadable"),
    "bad UTF-8": (with_value(b'{"type": "match.acknowledged", "community": "\xff"}'), "unreadable"),
    "a number where text is wanted": (
        with_value(orjson.dumps({"type": "match.acknowledged", "community": 7})),
        "unreadable",
    ),
    "a list": (with_value(b"[1, 2]"), "unreadable"),
    "an unknown type": (with_value(b'{"type": "match.sung", "community": "north"}'), "unreadable"),
    "two megabytes": (with_value(b'{"type": "match.acknowledged", "x": "' + b"x" * 2_000_000 + b'"}'), "too-large"),
    "nested without end": (with_value(b"[" * (EVENT_BYTES_MAX - 1)), "unreadable"),
    "null": (with_value(None), "unreadable"),
    "nothing": (with_value(b""), "unreadable"),
    "a newer version": (with_header("ce_type", "commonweal.match.acknowledged.v9"), "unknown-version"),
    "no source": (with_header("ce_source", ""), "unreadable"),
    "an id with blanks": (with_header("ce_id", "Mrs Miller"), "unreadable"),
    "a moment that is none": (with_header("ce_time", "yesterday"), "unreadable"),
    "a key that is not UTF-8": ((ANSWER[0], NORTH, replace(ANSWER[2], key=b"\xff\xfe")), "not-utf8"),
    "another kind's topic": (("asks", NORTH, ANSWER[2]), "wrong-topic"),
    "another community's partition": ((ANSWER[0], SOUTH, ANSWER[2]), "wrong-partition"),
}


def test_each_poison_is_put_aside_with_its_reason_and_what_came_around_it_is_journalled(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    around = inbound.said_in("north", 50) + inbound.said_in("south", 50)
    mixed = [one for poison, _ in POISON.values() for one in (around.pop(0), poison)] + around

    async def story() -> tuple[dict[str, str], list[str], list[str]]:
        await inbound.write(kafka, mixed)
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        north, south = await inbound.journal(kafka, NORTH), await inbound.journal(kafka, SOUTH)
        return await inbound.reasons(kafka), inbound.uids(north), inbound.uids(south)

    reasons, north, south = asyncio.run(story())

    assert sorted(reasons.values()) == sorted(reason for _, reason in POISON.values())
    assert [len(north), len(south)] == [51, 51]
    places = {f"{topic}/{partition}" for (topic, partition, _), _ in POISON.values()}
    assert {origin.rsplit("/", 1)[0] for origin in reasons} == places


def test_a_dead_letter_holds_the_record_sealed_under_a_key_in_the_worker_s_folder(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> list[bytes]:
        await inbound.write(kafka, [with_value(b'{"name": "Mrs Miller"}')])
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        return [one.value or b"" for one in await inbound.read(kafka, DEAD_LETTERS.name)]

    (value,) = asyncio.run(story())
    for name, said in kafka.environment().items():
        monkeypatch.setenv(name, said)
    listed, shown = (
        run("dead-letters", "list", "--kafka"),
        run("dead-letters", "show", f"{NORTH}/0", "--kafka", "--data", tmp_path, "--json"),
    )

    assert b"Miller" not in value
    assert "unreadable  acknowledgements/" in listed.out
    assert "Miller" not in listed.out
    assert shown.document["source"] == "form"
    assert orjson.loads(shown.document["raw"]) == {
        "specversion": "1.0",
        "id": "good",
        "source": "form",
        "type": "commonweal.match.acknowledged.v1",
        "data": {"name": "Mrs Miller"},
    }


def test_a_source_that_sends_rubbish_trips_its_own_breaker_and_no_other(kafka: KafkaSettings, tmp_path: Path) -> None:
    rubbish = [with_value(b"rubbish")] * 3_000
    topic, _, record = inbound.sent(Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept), "late")
    others = inbound.said_in("north", 500, source="partner") + inbound.said_in("south", 500, source="partner")

    async def story() -> tuple[dict[str, str], list[str], list[str]]:
        await inbound.write(kafka, [*rubbish, (topic, NORTH, record), *others])
        async with inbound.intake(kafka, tmp_path, COMMONWEAL_SOURCE_WINDOW_EVENTS="100"):
            await inbound.all_taken(kafka)
        north, south = await inbound.journal(kafka, NORTH), await inbound.journal(kafka, SOUTH)
        return await inbound.reasons(kafka), inbound.uids(north), inbound.uids(south)

    reasons, north, south = asyncio.run(story())

    assert len(reasons) == 3_001
    assert list(reasons.values()).count("unreadable") == 100, "what came before the breaker tripped"
    assert list(reasons.values()).count("source-limited") == 2_901, "also what would have been good"
    assert [len(north), len(south)] == [501, 501], "whoever else sends notices nothing"


def test_a_source_that_floods_is_held_to_its_rate_and_no_other(kafka: KafkaSettings, tmp_path: Path) -> None:
    flood = [
        inbound.sent(
            Acknowledged(community="north", match=f"x{number}", member="m1", verb=Verb.accept),
            f"f{number}",
            source="wild",
        )
        for number in range(5_000)
    ]
    others = inbound.said_in("north", 900, source="partner")

    async def story() -> tuple[dict[str, str], list[str]]:
        await inbound.write(kafka, [*flood, *others])
        async with inbound.intake(
            kafka, tmp_path, COMMONWEAL_SOURCE_BURST_MAX="1000", COMMONWEAL_SOURCE_EVENTS_PER_MINUTE_MAX="60"
        ):
            await inbound.all_taken(kafka)
        return await inbound.reasons(kafka), inbound.uids(await inbound.journal(kafka, NORTH))

    reasons, journalled = asyncio.run(story())

    assert set(reasons.values()) == {"source-limited"}
    of_wild = [uid for uid in journalled if uid.startswith("wild/")]
    assert of_wild[:1_000] == [f"wild/f{number}" for number in range(1_000)]
    assert len(of_wild) + len(reasons) == 5_000
    assert len(of_wild) < 1_100
    assert len([uid for uid in journalled if uid.startswith("partner/")]) == 900


def test_a_batch_that_the_client_cannot_read_is_stepped_over_record_by_record(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    around = inbound.said_in("north", 300)

    async def story() -> tuple[dict[str, str], list[str], list[str]]:
        await inbound.write(kafka, [*around[:150], *inbound.said_in("south", 20)])
        await write_batch_with_a_broken_header_name(kafka, [ANSWER[2]] * 5)
        await inbound.write(kafka, around[150:])
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        north, south = await inbound.journal(kafka, NORTH), await inbound.journal(kafka, SOUTH)
        return await inbound.reasons(kafka), inbound.uids(north), inbound.uids(south)

    reasons, north, south = asyncio.run(story())

    assert list(reasons.values()) == ["unreadable"] * 5
    assert [len(north), len(south)] == [301, 21]


async def write_batch_with_a_broken_header_name(kafka: KafkaSettings, records: list[NewRecord]) -> None:
    """As no client writes it, and any program could."""
    async with inbound.producing(kafka) as producer:
        batch = producer.create_batch()
        for record in records:
            batch.append(key=record.key, value=record.value, timestamp=None, headers=[("BROKEN", b"")])
        built, begins = bytearray(batch._build()), BATCH_CHECKED_FROM
        broken = bytes(built[begins:]).replace(b"BROKEN", b"\xff\xfe\xff\xfe\xff\xfe")
        batch._buffer = bytes(built[: begins - 4]) + calc_crc32c_py(broken).to_bytes(4) + broken
        await (await producer.send_batch(batch, kafka.topic(ANSWER[0]), partition=NORTH))
