# ruff: noqa: N818 - the names say what stands (`ClusterUnreachable`), as the sentences they carry do
"""What can stand between us and a cluster. `ClusterError` is the family; each message says what to do."""


class ClusterError(Exception):
    """The cluster cannot be used as wanted."""


class SettingsWrong(ClusterError):
    """The settings do not fit together. Nothing was connected to."""


class ClientsMissing(ClusterError):
    """Commonweal was installed without its Kafka clients."""

    def __init__(self, module: str) -> None:
        super().__init__(f"the package `{module}` is not installed; install Commonweal with its extra `kafka`")


class ClusterUnreachable(ClusterError):
    """Nobody answered as a Kafka broker."""

    def __init__(self, bootstrap: str, why: str) -> None:
        super().__init__(
            f"{bootstrap}: no Kafka broker answers ({why}); start one with `commonweal broker up`, or say where it is "
            "in COMMONWEAL_KAFKA_BOOTSTRAP"
        )


class LoginRefused(ClusterError):
    """A broker listens, and hangs up on the user we say we are."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(
            f"{bootstrap}: the broker hangs up on our login; set COMMONWEAL_KAFKA_USERNAME, COMMONWEAL_KAFKA_PASSWORD "
            "and COMMONWEAL_KAFKA_SASL_MECHANISM as the cluster knows them"
        )


class ClusterRefused(ClusterError):
    """The cluster answered, and said no."""

    def __init__(self, bootstrap: str, wanted: str, why: str) -> None:
        super().__init__(
            f"{bootstrap}: the cluster refused to {wanted} ({why}); give the user of COMMONWEAL_KAFKA_USERNAME the "
            "rights that docs/kafka.md lists, or ask who runs the cluster"
        )
