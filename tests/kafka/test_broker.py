"""A broker of one's own: up, down, frozen, killed, and what its commands say."""

import asyncio
import json
import socket
from pathlib import Path

import pytest

from services.runtime.broker import BrokerFailed, BrokerRunsOtherwise, LocalBroker
from services.runtime.broker.ports import answers
from services.runtime.topics import apply
from tests.kafka.records import read, write
from tests.kafka.workers import within
from tests.unit.cli.commands import run

pytestmark = pytest.mark.slow


def test_up_is_done_once_and_another_process_finds_the_same_broker(own_broker: LocalBroker) -> None:
    status = own_broker.up()
    again, seen = own_broker.up(), LocalBroker(own_broker.folder).status()

    assert status.is_answering
    assert status == again == seen
    with pytest.raises(BrokerRunsOtherwise, match="runs without the listener SASL_SSL; stop it first"):
        LocalBroker(own_broker.folder, sasl=True).up()


def test_what_was_acknowledged_is_there_after_a_power_cut_and_after_an_orderly_end(own_broker: LocalBroker) -> None:
    local = LocalBroker(own_broker.folder)  # keeps its port
    local.up()
    settings = local.settings()
    apply(settings, ["journal"])
    asyncio.run(write(settings, "journal", b"first", partition=5))
    local.kill()
    assert not local.status().is_running
    local.up()
    asyncio.run(write(settings, "journal", b"second", partition=5))
    local.down()
    assert not local.status().is_running
    local.up()

    assert asyncio.run(read(settings, "journal", 2, partition=5)) == [b"first", b"second"]


def test_a_frozen_broker_holds_its_port_and_answers_nobody_until_it_is_thawed(own_broker: LocalBroker) -> None:
    bootstrap = own_broker.up().bootstrap
    assert bootstrap is not None
    port = int(bootstrap.split(":")[1])
    own_broker.freeze()
    within(lambda: not own_broker.status().is_answering, "it answers on")  # its threads stop one after the other
    with socket.create_connection(("127.0.0.1", port)):
        frozen = own_broker.status()
    own_broker.thaw()

    assert frozen.is_running
    assert not frozen.is_answering
    assert answers(port, timeout_s=30)


def test_a_frozen_broker_can_be_taken_down(own_broker: LocalBroker) -> None:
    own_broker.up()
    own_broker.freeze()
    own_broker.down()

    assert not own_broker.status().is_running


def test_a_kafka_that_does_not_come_up_says_where_its_log_is(own_broker: LocalBroker) -> None:
    own_broker.up()
    own_broker.down()
    (own_broker.folder / "data" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=another\n")

    with pytest.raises(BrokerFailed, match=r"Kafka ended while it started; its log is .*broker\.log\. It says: .*node"):
        own_broker.up()


def test_the_commands_bring_it_up_say_how_to_reach_it_and_take_it_down(kafka_jars: Path, tmp_path: Path) -> None:
    data = tmp_path / "kafka"
    before = run("broker", "status", "--data", data)
    up = run("broker", "up", "--data", data, "--port", "0", "--sasl")
    status = run("broker", "status", "--data", data, "--json")
    shown = run("broker", "status", "--data", data)
    down = run("broker", "down", "--data", data)
    again = run("broker", "down", "--data", data)

    assert (before.exit_code, before.out) == (
        1,
        f"no broker runs in {data}; `commonweal broker up --data {data}` starts one\n",
    )
    assert up.exit_code == 0
    assert f"export COMMONWEAL_KAFKA_BOOTSTRAP={status.document['bootstrap']}" in up.out
    assert status.document["is_answering"]
    assert f". {data / 'security' / 'client.env'}" in shown.out
    assert "COMMONWEAL_KAFKA_SECURITY_PROTOCOL=SASL_SSL\n" in (data / "security" / "client.env").read_text()
    assert (down.exit_code, down.out) == (0, f"the broker of {data} is stopped\n")
    assert (again.exit_code, again.out) == (0, f"no broker runs in {data}\n")


def test_a_port_that_is_taken_is_a_sentence_and_exit_code_2(kafka_jars: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = run("broker", "up", "--data", tmp_path, "--port", server.getsockname()[1])

    assert said.exit_code == 2
    assert "is taken by another program" in said.err


def test_the_topics_commands_plan_apply_and_check(own_broker: LocalBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    own_broker.up()
    for name, value in own_broker.settings(prefix="city-").environment().items():
        monkeypatch.setenv(name, value)

    planned, missing = run("topics", "plan", "journal"), run("topics", "check", "journal")
    applied, again = run("topics", "apply", "journal"), run("topics", "apply", "journal")
    checked, document = run("topics", "check", "journal"), run("topics", "plan", "journal", "--json")

    assert planned.exit_code == 1
    assert planned.out.startswith("+ city-journal (64 partitions)\n    cleanup.policy = delete\n")
    assert (missing.exit_code, missing.err[:34]) == (1, "city-journal: topic should be ther")
    assert (applied.exit_code, applied.out.splitlines()[-1]) == (0, "1 topics were made, 0 were changed")
    assert (again.exit_code, again.out) == (0, "0 topics were made, 0 were changed\n")
    assert (checked.exit_code, checked.out) == (0, "the cluster is what the code stands on\n")
    assert json.loads(document.out) == {"new": [], "changed": [], "refused": []}
