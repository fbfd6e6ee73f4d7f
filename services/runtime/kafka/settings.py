"""Where the cluster is and how to speak to it: read once from the environment, the same for every client."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from services.runtime.kafka.errors import ClientsMissing, SettingsWrong

ENVIRONMENT = "COMMONWEAL_KAFKA_"
MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN")
REPLICATION_MAX = 16
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_PREFIX_CHARS_MAX = 100


class SecurityProtocol(StrEnum):
    """Whether the connection is encrypted (SSL) and whether the client says who it is (SASL)."""

    plaintext = "PLAINTEXT"
    ssl = "SSL"
    sasl_plaintext = "SASL_PLAINTEXT"
    sasl_ssl = "SASL_SSL"

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self in {SecurityProtocol.ssl, SecurityProtocol.sasl_ssl}

    @property
    def is_authenticated(self) -> bool:
        """Whether the client sends a name and a password."""
        return self in {SecurityProtocol.sasl_plaintext, SecurityProtocol.sasl_ssl}


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """One block of settings for aiokafka, kafka-python and Faust.

    Each field is an environment variable: `bootstrap` is COMMONWEAL_KAFKA_BOOTSTRAP, and so on.

    Raises:
        SettingsWrong: they do not fit together; says which, and what is wanted.
    """

    bootstrap: str = "127.0.0.1:9092"
    """`host:port`, several with commas between them."""
    prefix: str = ""
    """Put before every topic, consumer group and app id, so that several installations share one cluster."""
    security_protocol: SecurityProtocol = SecurityProtocol.plaintext
    sasl_mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """PEM of who vouches for the brokers; None: the machine's own list."""
    cert_file: str | None = None
    """PEM of our own certificate, where the cluster asks for one."""
    key_file: str | None = None
    replication: int = 1
    """How many brokers hold each record; 3 where there are three or more."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "security_protocol", _protocol(self.security_protocol))
        for wrong in _wrong(self):
            raise SettingsWrong(wrong)

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The settings as the environment has them; what it leaves out keeps its default, and so does what is empty.

        Raises:
            SettingsWrong: a variable cannot be read, or they do not fit together.
        """
        given: dict[str, Any] = {
            name: env[_variable(name)] for name in cls.__dataclass_fields__ if env.get(_variable(name))
        }
        if "replication" in given:
            given["replication"] = _whole(given["replication"])
        return cls(**given)

    def environment(self) -> dict[str, str]:
        """What `from_environment` reads these settings from: how a process hands them to one it starts."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {_variable(name): str(value) for name, value in values.items() if value is not None}

    def topic(self, name: str) -> str:
        """A topic's name on this cluster."""
        return self.prefix + name

    def group(self, name: str) -> str:
        """A consumer group's name, or a Faust app's id, on this cluster."""
        return self.prefix + name

    def for_aiokafka(self) -> dict[str, Any]:
        """Keywords of aiokafka's consumer, producer and admin client."""
        words: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security_protocol.value,
        }
        if self.security_protocol.is_encrypted:
            words["ssl_context"] = self._tls()
        if self.security_protocol.is_authenticated:
            words["sasl_mechanism"] = self.sasl_mechanism
            words["sasl_plain_username"], words["sasl_plain_password"] = self.username, self.password
        return words

    def for_kafka_python(self) -> dict[str, Any]:
        """Keywords of kafka-python's admin client, consumer and producer."""
        return self.for_aiokafka() | {"bootstrap_servers": self.bootstrap.split(",")}

    def for_faust(self) -> dict[str, Any]:
        """Keywords of `faust.App`.

        Raises:
            ClientsMissing: Faust is not installed.
        """
        words: dict[str, Any] = {"broker": [f"kafka://{place}" for place in self.bootstrap.split(",")]}
        if self.security_protocol is not SecurityProtocol.plaintext:
            words["broker_credentials"] = self._credentials()
        return words

    def _credentials(self) -> Any:
        try:
            import faust
        except ImportError:
            raise ClientsMissing("faust-streaming") from None
        context = self._tls() if self.security_protocol.is_encrypted else None
        if not self.security_protocol.is_authenticated:
            return faust.SSLCredentials(context)
        return faust.SASLCredentials(
            username=self.username, password=self.password, ssl_context=context, mechanism=self.sasl_mechanism
        )

    def _tls(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
        except OSError as error:  # ssl.SSLError among them
            files = ", ".join(file for file in (self.ca_file, self.cert_file, self.key_file) if file)
            raise SettingsWrong(
                f"{files}: not readable as PEM ({error.strerror or error}); look at {_variable('ca_file')}, "
                f"{_variable('cert_file')} and {_variable('key_file')}"
            ) from None
        return context


def _variable(name: str) -> str:
    return ENVIRONMENT + name.upper()


def _protocol(said: str) -> SecurityProtocol:
    try:
        return SecurityProtocol(said)
    except ValueError:
        raise SettingsWrong(
            f"{_variable('security_protocol')} is {said}; it is one of {', '.join(SecurityProtocol)}"
        ) from None


def _whole(said: str) -> int:
    if not said.isascii() or not said.isdigit():
        raise SettingsWrong(f"{_variable('replication')} is {said}; give a whole number, 1 for a single broker")
    return int(said)


def _wrong(settings: KafkaSettings) -> list[str]:
    """Each thing that does not fit, in a sentence."""
    wrong = [
        f"{_variable('bootstrap')} names {place or 'nothing'}; give host:port, several with commas between them"
        for place in settings.bootstrap.split(",")
        if not _is_place(place)
    ]
    if not set(settings.prefix) <= _NAME or len(settings.prefix) > _PREFIX_CHARS_MAX:
        wrong.append(
            f"{_variable('prefix')} is {settings.prefix}; Kafka's names hold letters, digits, `.`, `_` and `-`, and "
            f"this leaves a prefix {_PREFIX_CHARS_MAX} of them"
        )
    if settings.security_protocol.is_authenticated and not (settings.username and settings.password):
        wrong.append(
            f"{settings.security_protocol} wants a user; set {_variable('username')} and {_variable('password')}"
        )
    if settings.sasl_mechanism not in MECHANISMS:
        wrong.append(
            f"{_variable('sasl_mechanism')} is {settings.sasl_mechanism}; it is one of {', '.join(MECHANISMS)}"
        )
    if settings.key_file and not settings.cert_file:
        wrong.append(f"{_variable('key_file')} is set without {_variable('cert_file')}; set both, or neither")
    if not 1 <= settings.replication <= REPLICATION_MAX:
        wrong.append(f"{_variable('replication')} is {settings.replication}; it is 1 to {REPLICATION_MAX} brokers")
    return wrong


def _is_place(place: str) -> bool:
    host, _, port = place.rpartition(":")
    return bool(host) and "/" not in place and port.isascii() and port.isdigit() and 0 < int(port) < 65_536
