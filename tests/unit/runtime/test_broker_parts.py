"""What a local broker stands on: ports, locks, cached jars, its settings. Nothing is started here."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime.broker import BrokerBusy, BrokerNeverUp, JarsCorrupt, JarsUnreachable, LocalBroker, PortTaken
from services.runtime.broker import jars as cached_jars
from services.runtime.broker.jars import cache_folder, locked_jars
from services.runtime.broker.locks import is_locked, locked
from services.runtime.broker.ports import answers, any_free_port, is_free
from services.runtime.broker.properties import Ports, server_properties
from services.runtime.broker.security import Security


def test_a_port_somebody_listens_on_is_not_free_and_is_no_kafka() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert not is_free(port)
        assert not answers(port, timeout_s=0.01)
    assert is_free(any_free_port())


def test_a_broker_refuses_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        local = LocalBroker(tmp_path, port)

        with pytest.raises(PortTaken, match=f"port {port} is taken by another program.*choose another with --port"):
            local._choose_ports()


def test_a_lock_holds_others_off_until_it_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    assert not is_locked(path)
    with locked(path, wait_s=0):
        assert is_locked(path)
        with pytest.raises(BrokerBusy, match="another process is starting or stopping"), locked(path, wait_s=0):
            pass
    assert not is_locked(path)


def test_a_shared_lock_lets_others_share_it_and_keeps_who_wants_it_alone_away(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    with (
        locked(path, wait_s=0, shared=True),
        locked(path, wait_s=0, shared=True),
        pytest.raises(BrokerBusy),
        locked(path, wait_s=0),
    ):
        pass
    with locked(path, wait_s=0):
        assert is_locked(path)


def test_a_lock_that_a_child_inherited_lives_as_long_as_the_child(tmp_path: Path) -> None:
    path, waits = tmp_path / "lock", "import sys; sys.stdin.read()"
    with locked(path, wait_s=0) as descriptor:
        child = subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, pass_fds=(descriptor,))
    with child:
        assert is_locked(path)
        child.communicate(b"")
    assert not is_locked(path)


def test_the_cache_is_where_the_user_keeps_such_things(tmp_path: Path) -> None:
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "commonweal"
    assert cache_folder({}) == Path.home() / ".cache" / "commonweal"


def test_without_a_network_and_a_cache_the_sentence_names_the_ways_out(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{any_free_port()}"
    env = {"XDG_CACHE_HOME": str(tmp_path), "COMMONWEAL_MAVEN_REPOSITORY": nowhere}

    with pytest.raises(JarsUnreachable, match=r"could not be fetched from .*; connect this machine to the network"):
        cached_jars(env)
    assert not (tmp_path / "commonweal" / f"kafka-{locked_jars()['version']}").exists()


def test_a_damaged_cache_is_named_with_the_folder_to_delete(tmp_path: Path) -> None:
    lock = locked_jars()
    folder = tmp_path / "commonweal" / f"kafka-{lock['version']}"
    folder.mkdir(parents=True)
    env = {"XDG_CACHE_HOME": str(tmp_path)}
    first = next(iter(lock["jars"]))

    with pytest.raises(JarsCorrupt, match=f"{first}: is missing; delete the folder {folder}"):
        cached_jars(env)
    (folder / first).write_bytes(b"half of it")
    with pytest.raises(JarsCorrupt, match=f"{first}: is not the file that was published"):
        cached_jars(env)
    (folder / "stranger.jar").write_bytes(b"")
    with pytest.raises(JarsCorrupt, match=r"stranger\.jar: belongs to no jar of this Kafka"):
        cached_jars(env)


def test_the_locked_jars_are_a_kafka_with_checksums() -> None:
    lock = locked_jars()

    assert f"kafka-server-{lock['version']}.jar" in lock["jars"]
    assert all(len(bytes.fromhex(checksum)) == 32 for checksum in lock["jars"].values())


def test_the_broker_listens_on_this_machine_only_and_makes_no_topic_by_itself(tmp_path: Path) -> None:
    text = server_properties(tmp_path, Ports(plain=1, controller=2, sasl=3), {"further": "setting"})

    assert "listeners=PLAINTEXT://127.0.0.1:1,SASL_SSL://127.0.0.1:3,CONTROLLER://127.0.0.1:2\n" in text
    assert "advertised.listeners=PLAINTEXT://127.0.0.1:1,SASL_SSL://127.0.0.1:3\n" in text
    assert "auto.create.topics.enable=false\n" in text
    assert "further=setting\n" in text
    assert "SASL" not in server_properties(tmp_path, Ports(plain=1, controller=2), {})


def test_secrets_are_readable_by_their_owner_only_and_made_once(tmp_path: Path) -> None:
    security = Security(tmp_path / "security")
    security.make()
    password, ca = security.password, security.ca_file.read_bytes()
    security.make()

    assert (security.password, security.ca_file.read_bytes()) == (password, ca)
    assert {oct(path.stat().st_mode & 0o077) for path in (security.folder, *security.folder.iterdir())} == {"0o0"}


def test_a_folder_where_nothing_ran_has_a_status_and_no_address(tmp_path: Path) -> None:
    local = LocalBroker(tmp_path / "new")

    assert not local.status().is_running
    assert not (tmp_path / "new").exists()
    with pytest.raises(BrokerNeverUp, match=r"no broker ran here with the listener `sasl`; start it with .* --sasl"):
        local.secure_settings()


def test_a_process_number_given_to_another_process_is_not_mistaken_for_the_broker(tmp_path: Path) -> None:
    (tmp_path / "broker.json").write_text(json.dumps({"pid": os.getpid(), "plain": 1, "controller": 2}))
    local = LocalBroker(tmp_path)

    assert not local.status().is_running
    local.kill()  # would end this very process
    assert local.status().pid is None
