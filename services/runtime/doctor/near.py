"""What is near: the packages installed, the database, the room on this machine's disk."""

import shutil
from importlib import metadata
from pathlib import Path

from services.runtime.doctor.finding import Finding, State

GIB = 1 << 30
FREE_MIN = GIB
FREE_AMPLE = 5 * GIB
CLIENTS = ("aiokafka", "faust-streaming", "kafka-python", "sqlalchemy", "prometheus-client")


def package_findings() -> list[Finding]:
    """The versions of ourselves and of the clients that workers use."""
    found, missing = [], []
    for name in ("commonweal", *CLIENTS):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        says = f"{', '.join(missing)} not installed"
        return [Finding("versions", State.wrong, says, "install Commonweal with its extra: commonweal[kafka]")]
    return [Finding("versions", State.well, ", ".join(found))]


def database_finding(url: str) -> Finding:
    """Whether the read model's database answers and holds this version's tables."""
    from services.runtime.database import DatabaseError, check, connect

    if _is_missing_file(url):
        remedy = (
            "the first worker makes it, or `commonweal database upgrade`; if workers ran already, give their --data DIR"
        )
        return Finding("database", State.worth_a_look, f"{_file(url)} is not there yet", remedy)
    try:
        engine = connect(url)
        try:
            stands = check(engine)
        finally:
            engine.dispose()
    except DatabaseError as error:
        return Finding("database", State.wrong, str(error))
    return Finding("database", State.well, f"answers, with tables of revision {stands}")


def _is_missing_file(url: str) -> bool:
    """Whether connecting would make a file: the doctor makes none."""
    return _file(url) != url and not Path(_file(url)).exists()


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def disk_finding(folder: Path) -> Finding:
    """The room for the data folder, or for where it would be made."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    remedy = f"make room where {folder} lies, or name another folder in COMMONWEAL_DATA_DIR"
    return room_finding("disk", shutil.disk_usage(there).free, FREE_AMPLE, remedy)


def room_finding(subject: str, free: int, ample: int, remedy: str) -> Finding:
    """How it is with so many free bytes. Pure."""
    says = f"{free / GIB:,.1f} GiB free"
    if free < FREE_MIN:
        return Finding(subject, State.wrong, says, remedy)
    if free < ample:
        return Finding(subject, State.worth_a_look, says, remedy)
    return Finding(subject, State.well, says)
