# ruff: noqa: N818 - the names say what stands (`PostgresMissing`), as the sentences they carry do
"""Starts and stops PostgreSQL in a folder, on this machine only, on a port nobody else has."""

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, text

USER = "commonweal"
ACCOUNT = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this account for it."""
UP_WAIT_S = 60
DOWN_WAIT_S = 30
NOTE = "server.json"
"""Where a running server can be found by other processes: port and password."""


class PostgresError(Exception):
    """The server did not start or stop; the message ends with what it said."""


class PostgresMissing(PostgresError):
    """PostgreSQL is not installed here."""


class LocalPostgres:
    """One server. Whoever calls `up` calls `down`; others find it by its folder."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Name the server's folder; nothing is started yet.

        Args:
            folder: taken whole; made if it is not there.
            durable: whether a commit waits for the disk. Tests that kill no database do without.
        """
        self._folder = folder
        self._durable = durable

    def up(self) -> None:
        """Start it, made anew in an empty folder. Returns once it answers.

        Raises:
            PostgresMissing: there are no binaries, or root has no account to run them as.
            PostgresError: it did not start.
        """
        binaries, account = _binaries(), _account()
        data, note = self._folder / "data", self._folder / NOTE
        self._folder.mkdir(parents=True, exist_ok=True)
        if account is not None:
            self._folder.chmod(0o755)  # the account has to get through
        self._make(binaries, data)
        found: dict[str, int | str] = {"port": _free_port(), "password": _password(self._folder)}
        start = ["start", "-w", "-t", str(UP_WAIT_S), "-D", str(data), *self._options(found)]
        _run([str(binaries / "pg_ctl"), *start])
        note.write_text(json.dumps(found))
        note.chmod(0o600)

    def down(self) -> None:
        """Stop it, if it runs. What lies in the folder stays.

        Raises:
            PostgresError: it did not stop.
        """
        if not (self._folder / NOTE).exists():
            return
        pg_ctl = [str(_binaries() / "pg_ctl"), "stop", "-w", "-m", "fast", "-t", str(DOWN_WAIT_S)]
        _run([*pg_ctl, "-D", str(self._folder / "data")])
        (self._folder / NOTE).unlink()

    @property
    def is_up(self) -> bool:
        """Whether somebody started it and nobody stopped it."""
        return (self._folder / NOTE).exists()

    def create(self, database: str) -> str:
        """An empty database.

        Returns:
            Its address, password included.
        """
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{database}"'))
        finally:
            engine.dispose()
        return self.url(database)

    def url(self, database: str) -> str:
        """The address of a database on the running server, password included."""
        found = json.loads((self._folder / NOTE).read_text())
        address = URL.create("postgresql", USER, found["password"], "127.0.0.1", found["port"], database)
        return address.render_as_string(hide_password=False)

    def _make(self, binaries: Path, data: Path) -> None:
        if data.exists():
            return
        secret = self._folder / "password"
        secret.write_text(secrets.token_urlsafe(24))
        data.mkdir(mode=0o700)
        if (account := _account()) is not None:
            for path in (data, secret):
                shutil.chown(path, account.pw_name)
        secret.chmod(0o600)
        who = ["-U", USER, "--pwfile", str(secret), "--auth=scram-sha-256"]
        _run([str(binaries / "initdb"), "-D", str(data), *who, "-E", "UTF8", "--locale=C.UTF-8"])

    def _options(self, found: dict[str, int | str]) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(found["port"]),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        said = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        return ["-l", str(self._folder / "data" / "server.log"), "-o", said]


def _binaries() -> Path:
    """The folder of the newest PostgreSQL installed here.

    Raises:
        PostgresMissing: there is none.
    """
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise PostgresMissing("PostgreSQL is not installed here; on Debian and Ubuntu: apt-get install postgresql")
    return Path(found).resolve().parent


def _account() -> pwd.struct_passwd | None:
    """Who the server runs as; None: whoever runs this.

    Raises:
        PostgresMissing: this is root, and there is no account for the server.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise PostgresMissing(f"this runs as root, and there is no account `{ACCOUNT}` to run the server as") from None


def _run(command: list[str]) -> None:
    if _account() is not None:
        command = ["runuser", "-u", ACCOUNT, "--", *command]
    done = subprocess.run(  # noqa: S603 - the command is made here
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        raise PostgresError(f"{' '.join(command[:5])} …: {done.stdout.decode(errors='replace').strip()[-800:]}")


def _password(folder: Path) -> str:
    return (folder / "password").read_text().strip()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
