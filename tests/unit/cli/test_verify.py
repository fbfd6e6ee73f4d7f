"""`commonweal verify` as somebody types it: clean histories, and one that was rewritten."""

from pathlib import Path

import pytest

from schemas.topics import DECISIONS, JOURNAL
from services.audit import NO_CHAIN
from services.embedded import DataFolder
from services.runtime.log import Record, VirtualClock
from tests.unit.audit.false_facts import a_second_acceptance
from tests.unit.audit.liars import PARTITION as LIARS_PARTITION
from tests.unit.audit.liars import sealed
from tests.unit.cli.commands import founding, pairs, run
from tests.unit.embedded.riverside import HERE, PARTITION


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A data folder with a community and two asks with their offers."""
    said = run("submit", "-", "--data", tmp_path / "city", text=founding() + pairs([1, 2]))
    assert said.exit_code == 0, said.err
    return tmp_path / "city"


@pytest.fixture
def rewritten(tmp_path: Path) -> Path:
    """A data folder in which a unit was accepted twice, with its chain sealed anew."""
    folder, lie = DataFolder(tmp_path / "rewritten"), a_second_acceptance().log
    folder.create()
    log, chain = folder.open_log(VirtualClock(), "virtual"), NO_CHAIN
    for record, block in zip(lie.records, lie.blocks, strict=True):
        again = sealed(chain, block)
        chain = again.chain
        for topic, value in ((JOURNAL.name, record.body), (DECISIONS.name, again)):
            written = value.model_dump_json().encode()
            row = Record(topic, LIARS_PARTITION, record.offset, record.stamp_ms, None, written, ())
            log.restore(topic, LIARS_PARTITION, [row])
    log.close()
    return folder.path


def test_an_honest_history_is_proved(city: Path) -> None:
    said = run("verify", "--data", city)

    assert said.exit_code == 0
    assert f"partition {PARTITION} ({HERE}): " in said.out
    assert "decided again byte for byte" in said.out
    assert "2 asks: 2 not ended, none ended" in said.out
    assert "Nothing was found: the chain is whole, and " in said.out
    assert said.err == ""


def test_json_has_every_figure(city: Path) -> None:
    document = run("verify", "--data", city, "--json").document

    assert document["clean"] is True
    assert document["breach"] is None
    assert document["rules"] > 40
    (partition,) = document["partitions"]
    assert partition["partition"] == PARTITION
    assert partition["records"] == partition["decided_again"] > 0
    assert (partition["not_decided_again"], partition["undecided"], partition["breach"]) == (0, 0, None)
    assert (partition["asks"], partition["asks_open"], partition["asks_ended"]) == (2, 2, {})


def test_a_rewritten_history_is_told_by_place_and_rule(rewritten: Path) -> None:
    said = run("verify", "--data", rewritten)

    assert said.exit_code == 1
    assert said.err.startswith("partition 3, decision 7, fact 1: rule one_acceptance_per_unit is broken: match ")
    assert "No unit of an ask is accepted twice." in said.err
    assert "Nothing was found" not in said.out


def test_a_rewritten_history_is_told_to_programs(rewritten: Path) -> None:
    said = run("verify", "--data", rewritten, "--json")

    assert said.exit_code == 1
    assert said.document["clean"] is False
    breach = said.document["breach"]
    assert (breach["partition"], breach["offset"], breach["fact"]) == (3, 7, 1)
    assert breach["rule"] == "one_acceptance_per_unit"
    assert breach["sentence"].startswith("partition 3, decision 7, fact 1")
    assert said.document["partitions"][-1]["breach"] == breach


def test_a_folder_without_a_log_is_one_sentence(tmp_path: Path) -> None:
    said = run("verify", "--data", tmp_path)

    assert said.exit_code == 2
    assert "there is no log here" in said.err
