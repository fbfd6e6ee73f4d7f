"""The running process's small HTTP endpoint, for this machine only: how it is, and events handed in by `submit`.

    GET  /health/live    200 while steps are being finished, 503 otherwise: start it anew
    GET  /health/ready   200 once caught up and while no partition is in trouble, 503 with the sentences otherwise
    GET  /metrics        what it counts, in Prometheus's text form
    GET  /status         health and the board's summary
    POST /events         events from the command line, with the token that lies in the data folder
    POST /quarantine     an operator's word that one event is stepped over, with the same token

All other answers are JSON.
"""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from errno import EADDRINUSE
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import orjson
from pydantic import ValidationError

from schemas.dead_letters import Quarantined
from services.board import BoardError, BoardReader, summary
from services.embedded.data_folder import DataFolder
from services.embedded.errors import EmbeddedError, NotToQuarantineError
from services.embedded.handover import BODY_BYTES_MAX, EVENTS_PATH, HOST, QUARANTINE_PATH, Answered, HandedIn
from services.embedded.running import Running, StoppingError, TooBusyError
from services.runtime.log import LogError
from services.runtime.metrics import CONTENT_TYPE, exposed

METRICS_PATH: Final = "/metrics"
PATIENCE_S: Final = 10.0
"""For a client that connects and does not say what it wants."""
POLL_S: Final = 0.1
"""How long stopping may go unnoticed."""
Answer = tuple[HTTPStatus, dict[str, Any]]


class PortTakenError(EmbeddedError):
    """Another program listens there."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} on this machine is taken by another program; choose another one with --port, or 0 for any "
            "that is free"
        )


class Endpoint:
    """What the endpoint answers."""

    def __init__(self, folder: DataFolder, running: Running, token: str) -> None:
        self._folder = folder
        self._running = running
        self._token = token

    def get(self, path: str) -> Answer:
        """Answer a GET."""
        health = self._running.health()
        match path:
            case "/health/live":
                return _ok(health.is_alive), {"alive": health.is_alive}
            case "/health/ready":
                sentences = [trouble.sentence for trouble in health.troubles]
                return _ok(health.is_ready), {"ready": health.is_ready, "troubles": sentences}
            case "/status":
                return HTTPStatus.OK, {"health": asdict(health)} | self._board()
            case _:
                known = "/health/live, /health/ready, /metrics, /status"
                return HTTPStatus.NOT_FOUND, {"error": f"there is nothing here; try {known}"}

    def metrics(self) -> bytes:
        """What /metrics answers."""
        return exposed(self._running.metrics)

    def post(self, path: str, authorization: str, body: bytes) -> Answer:
        """Answer a POST."""
        if path not in (EVENTS_PATH, QUARANTINE_PATH):
            return HTTPStatus.NOT_FOUND, {"error": f"events are handed in at {EVENTS_PATH}"}
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._token}".encode()):
            return HTTPStatus.UNAUTHORIZED, {"error": "the token does not fit; `commonweal submit` reads it by itself"}
        try:
            return HTTPStatus.OK, self._taken(path, body)
        except (ValidationError, ValueError):
            return HTTPStatus.BAD_REQUEST, {"error": "this is not what `commonweal` itself sends; use the same version"}
        except NotToQuarantineError as error:
            return HTTPStatus.CONFLICT, {"error": str(error)}
        except (TooBusyError, StoppingError, LogError) as error:
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}

    def _taken(self, path: str, body: bytes) -> dict[str, Any]:
        """What the running process answers."""
        if path == QUARANTINE_PATH:
            self._running.quarantine(Quarantined.model_validate_json(body))
            return {}
        raws = HandedIn.model_validate_json(body).raw_events()
        return Answered.of(self._running.hand_in(raws)).model_dump(mode="json")

    def _board(self) -> dict[str, Any]:
        try:
            with BoardReader(self._folder.board) as board, board.snapshot():
                partitions = [standing.model_dump(mode="json") for standing in board.standings()]
                return {"board": summary(board).model_dump(mode="json"), "partitions": partitions}
        except BoardError:
            return {"board": None, "partitions": []}


@contextmanager
def listening(endpoint: Endpoint, port: int) -> Iterator[int]:
    """Answer on this port of this machine while the block runs.

    Args:
        port: 0 for any that is free.

    Yields:
        The port.

    Raises:
        PortTakenError: another program listens there.
    """
    try:
        server = ThreadingHTTPServer((HOST, port), _answering(endpoint))
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        raise PortTakenError(port) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), name="endpoint", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answering(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        timeout = PATIENCE_S

        def do_GET(self) -> None:
            if self.path == METRICS_PATH:
                self._send(HTTPStatus.OK, CONTENT_TYPE, endpoint.metrics())
            else:
                self._answer(*endpoint.get(self.path))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
                wanted = {"error": f"a body of at most {BODY_BYTES_MAX:,} bytes, and its length, are wanted"}
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, wanted)
                return
            body = self.rfile.read(int(length))
            self._answer(*endpoint.post(self.path, self.headers.get("Authorization", ""), body))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the parent's
            """Say nothing: a request line may hold what nobody should log."""

        def _answer(self, status: HTTPStatus, document: dict[str, Any]) -> None:
            self._send(status, "application/json", orjson.dumps(document))

        def _send(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Requests


def _ok(good: bool) -> HTTPStatus:  # noqa: FBT001 - a word for yes and one for no
    return HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
