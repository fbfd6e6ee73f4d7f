"""Kafka's jars, fetched once from Maven Central by jgo and kept in the user's cache, each held to its known checksum."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from services.runtime.broker.errors import BrokerPackagesMissing, FolderUnusable, JarsCorrupt, JarsUnreachable

LOCK = "jars.lock.json"
"""Version, Maven endpoint, and the SHA-256 of each jar: nothing else is ever run."""
MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2"
TIMEOUT_S = 30
_CHUNK_BYTES = 1 << 20


def cache_folder(env: Mapping[str, str]) -> Path:
    """Where downloads of this user are kept, by the XDG convention."""
    root = Path(env["XDG_CACHE_HOME"]) if env.get("XDG_CACHE_HOME") else Path.home() / ".cache"
    return root / "commonweal"


def jars(env: Mapping[str, str] = os.environ) -> Path:
    """The folder with Kafka's jars, and nothing else in it; fetched when they are not there (half a minute).

    Raises:
        JarsUnreachable: they are not there, and the repository did not give them.
        JarsCorrupt: one of them is not what was published.
        BrokerPackagesMissing: jgo is not installed.
        FolderUnusable: the cache cannot be written.
    """
    locked = locked_jars()
    folder = cache_folder(env) / f"kafka-{locked['version']}"
    if not folder.is_dir():
        _fetch(folder, locked["endpoint"], env.get("COMMONWEAL_MAVEN_REPOSITORY") or MAVEN_CENTRAL)
    _check(folder, locked["jars"])
    return folder


def locked_jars() -> dict[str, Any]:
    """The lock: `version`, `endpoint`, and `jars` by name."""
    read: dict[str, Any] = json.loads(files(__package__).joinpath(LOCK).read_text(encoding="utf-8"))
    return read


def _fetch(folder: Path, endpoint: str, repository: str) -> None:
    """Make the folder, whole or not at all; who comes second waits for the first."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.with_name(f"{folder.name}.lock")):
            if folder.is_dir():
                return
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as scratch:
                fetched = Path(scratch) / "jars"
                fetched.mkdir()
                for jar in _resolve(Path(scratch), endpoint, repository, folder):
                    shutil.copy(jar, fetched)
                fetched.rename(folder)
    except OSError as error:
        raise FolderUnusable(folder.parent, error.strerror or str(error)) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _resolve(scratch: Path, endpoint: str, repository: str, folder: Path) -> list[Path]:
    try:
        from jgo.env import EnvironmentBuilder
        from jgo.maven import MavenContext
    except ImportError:
        raise BrokerPackagesMissing("jgo") from None
    context = MavenContext(repo_cache=scratch / "m2", remote_repos={"central": repository}, timeout=TIMEOUT_S)
    builder = EnvironmentBuilder(context=context, cache_dir=scratch / "jgo")
    try:
        found: list[Path] = builder.from_endpoint(endpoint).all_jars
    except Exception as error:  # jgo lets through whatever its parts raise: requests', XML's, its own RuntimeError
        raise JarsUnreachable(repository, folder, " ".join(str(error).split())[:300]) from error
    return found


def _check(folder: Path, wanted: Mapping[str, str]) -> None:
    found = {jar.name for jar in folder.iterdir()}
    for name in sorted(found - wanted.keys()):
        raise JarsCorrupt(folder / name, "belongs to no jar of this Kafka")
    for name, checksum in wanted.items():
        if name not in found:
            raise JarsCorrupt(folder / name, "is missing")
        if _sha256(folder / name) != checksum:
            raise JarsCorrupt(folder / name, "is not the file that was published")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
