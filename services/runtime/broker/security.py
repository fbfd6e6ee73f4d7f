"""A SASL_SSL listener of the local broker: a certificate authority of its own, and one user with a password made here."""

import datetime as dt
import ipaddress
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.runtime.broker.errors import BrokerFailed
from services.runtime.broker.properties import HOST, SASL_LISTENER
from services.runtime.kafka import KafkaSettings, SecurityProtocol, administering

USER = "commonweal"
MECHANISM = "SCRAM-SHA-512"
LIFE = dt.timedelta(days=3_650)
"""As long as anybody keeps a folder for trying out; its keys never leave this machine."""
_PASSWORD_BYTES = 24
_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class Security:
    """What the listener needs, in a folder that only its owner reads; made when it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca_file = folder / "ca.pem"
        self._broker_file = folder / "broker.pem"
        self._password_file = folder / "password"

    @property
    def password(self) -> str:
        """The user's password."""
        return self._password_file.read_text(encoding="ascii")

    def make(self) -> None:
        """Make what is missing."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if not (self.ca_file.exists() and self._broker_file.exists()):
            ca, broker = _certificates()
            _write_secret(self._broker_file, broker)
            _write_secret(self.ca_file, ca)
        if not self._password_file.exists():
            _write_secret(self._password_file, secrets.token_urlsafe(_PASSWORD_BYTES).encode())

    def properties(self) -> Mapping[str, str]:
        """The broker's settings for this listener."""
        listener = f"listener.name.{SASL_LISTENER.lower()}"
        return {
            "sasl.enabled.mechanisms": MECHANISM,
            f"{listener}.sasl.enabled.mechanisms": MECHANISM,
            f"{listener}.{MECHANISM.lower()}.sasl.jaas.config": _LOGIN,
            f"{listener}.ssl.keystore.type": "PEM",
            f"{listener}.ssl.keystore.location": str(self._broker_file),
        }

    def settings(self, port: int) -> KafkaSettings:
        """How a client reaches the listener."""
        return KafkaSettings(
            bootstrap=f"{HOST}:{port}",
            security_protocol=SecurityProtocol.sasl_ssl,
            sasl_mechanism=MECHANISM,
            username=USER,
            password=self.password,
            ca_file=str(self.ca_file),
        )

    def write_environment(self, settings: KafkaSettings) -> Path:
        """The settings as lines that a shell, or a container's `env_file`, reads."""
        path = self.folder / "client.env"
        _write_secret(path, "".join(f"{name}={value}\n" for name, value in settings.environment().items()).encode())
        return path

    def let_in(self, plain: KafkaSettings, log: Path) -> None:
        """Make the user known to the running broker; it keeps a salted hash.

        Raises:
            BrokerFailed: Kafka did not take the user.
            ClusterError: Kafka did not answer.
        """
        with administering(plain, "add a user") as admin:
            from kafka.admin import UserScramCredentialUpsertion

            said = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(USER, MECHANISM, self.password)])
        if said[USER] is not None:
            raise BrokerFailed(log, f"did not take the user {USER}", said[USER])


def _write_secret(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _certificates() -> tuple[bytes, bytes]:
    """The authority's certificate, and the broker's key with its certificate, as PEM."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Commonweal local broker authority")
    ca = (
        _certificate(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    places = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
    broker = (
        _certificate(_name("Commonweal local broker"), ca_name, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ca.public_bytes(Encoding.PEM), private + broker.public_bytes(Encoding.PEM)


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - dt.timedelta(days=1),  # a clock a little behind still finds it valid
        not_valid_after=now + LIFE,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
