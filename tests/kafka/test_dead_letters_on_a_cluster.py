"""Dead letters on a cluster: listed by anybody, opened by who reaches the workers' database."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemas.partitions import partition_of
from schemas.topics import INBOUND
from services.cli.main import app
from services.runtime.kafka import KafkaSettings
from tests.kafka import inbound

TOPICS = (*(one.name for one in INBOUND), "journal", "dead-letters")
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("kafka", [TOPICS], indirect=True)]
NORTH = partition_of("north")


@pytest.fixture
def taken_in(kafka: KafkaSettings, tmp_path: Path) -> KafkaSettings:
    """Intake took in a community and what is no event; nobody decides."""
    topic, partition, record = inbound.founded("north")
    rubbish = topic, partition, replace(record, value=b"{ no event", key=b"rubbish", headers=())

    async def story() -> None:
        await inbound.write(kafka, [inbound.founded("north"), rubbish])
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)

    asyncio.run(story())
    return kafka


def said(kafka: KafkaSettings, *words: str, database: str = "") -> Result:
    named = {"COMMONWEAL_DATABASE_URL": database} if database else {}
    return CliRunner().invoke(app, [*words, "--kafka"], env={**kafka.environment(), **named})


def test_dead_letters_are_listed_and_opened_with_the_keys_of_whoever_sealed_them(
    taken_in: KafkaSettings, tmp_path: Path
) -> None:
    listed = said(taken_in, "dead-letters", "list", "--json")
    (letter,) = json.loads(listed.stdout)
    opened = said(taken_in, "dead-letters", "show", letter["letter"], "--data", str(tmp_path))
    address = f"sqlite:///{tmp_path / 'board.sqlite'}"
    by_address = said(
        taken_in, "dead-letters", "show", letter["letter"], "--data", str(tmp_path / "other"), database=address
    )
    elsewhere = said(taken_in, "dead-letters", "show", letter["letter"], "--data", str(tmp_path / "elsewhere"))

    assert letter["origin"] == f"operations/{NORTH}/1"
    assert "{ no event" in opened.stdout
    assert "{ no event" in by_address.stdout
    assert "{ no event" not in listed.stdout + elsewhere.stdout
    assert elsewhere.exit_code != 0
    assert not (tmp_path / "elsewhere").exists()
