"""The page on Kafka says what the code does."""

import re

import pytest

from schemas.topics import TOPICS, Cleanup, Topic
from services.runtime.kafka import KafkaSettings
from services.runtime.topics.wanted import DAY_MS
from tests.house.sources import ROOT
from tests.unit.cli.commands import run

PAGE = (ROOT / "docs/kafka.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS.keys())
def test_every_topic_has_its_row(topic: Topic) -> None:
    kept = "for good" if topic.retention_ms is None else f"{topic.retention_ms // DAY_MS} days"
    if topic.cleanup is Cleanup.compact:
        kept = "the last of each key"
    cells = (
        f"`{topic.name}`",
        ", ".join(topic.writers),
        ", ".join(topic.readers),
        kept,
        topic.stamp.value,
        topic.data_class.value,
    )

    assert f"| {' | '.join(cells)} |" in PAGE


def test_every_setting_is_told_and_no_other() -> None:
    told = set(re.findall(r"^\| `(COMMONWEAL_KAFKA_[A-Z_]+)`", PAGE, re.MULTILINE))

    assert told == {f"COMMONWEAL_KAFKA_{name.upper()}" for name in KafkaSettings.__dataclass_fields__}


def test_every_command_the_page_shows_exists() -> None:
    shown = set(re.findall(r"^(?:.*&& )?commonweal ([a-z]+)(?: ([a-z]+))?", PAGE, re.MULTILINE))

    assert shown
    for words in shown:
        assert run(*(word for word in words if word), "--help").exit_code == 0, words
