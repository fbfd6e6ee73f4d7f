"""Tests stay on this machine."""

import socket

import pytest


def test_a_test_that_looks_up_another_machine_is_refused() -> None:
    with pytest.raises(PermissionError, match=r"reaches for example\.org; tests stay on this machine"):
        socket.getaddrinfo("example.org", 443)


def test_a_test_that_connects_to_another_machine_is_refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as there,
        pytest.raises(PermissionError, match=r"reaches for 192\.0\.2\.1; tests stay on this machine"),
    ):
        there.connect(("192.0.2.1", 443))


def test_a_test_may_talk_to_its_own_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert client.getpeername()[1] == port
