"""One settings block for every Kafka client: what it reads, what it refuses, what each client is given."""

import logging
import ssl
from pathlib import Path

import pytest

from services.runtime.broker.security import Security
from services.runtime.kafka import KafkaSettings, SecurityProtocol, SettingsWrong

SECRET = {"security_protocol": "SASL_SSL", "username": "intake", "password": "hush"}


def variables(**words: str) -> dict[str, str]:
    return {f"COMMONWEAL_KAFKA_{name.upper()}": value for name, value in words.items()}


def test_an_empty_environment_means_a_broker_on_this_machine() -> None:
    settings = KafkaSettings.from_environment({})

    assert settings == KafkaSettings()
    assert settings.for_aiokafka() == {"bootstrap_servers": "127.0.0.1:9092", "security_protocol": "PLAINTEXT"}
    assert settings.for_kafka_python()["bootstrap_servers"] == ["127.0.0.1:9092"]
    assert settings.for_faust() == {"broker": ["kafka://127.0.0.1:9092"]}


def test_a_variable_that_is_empty_counts_as_left_out() -> None:
    assert KafkaSettings.from_environment(variables(bootstrap="", username="", replication="")) == KafkaSettings()


def test_the_prefix_stands_before_every_topic_and_group() -> None:
    settings = KafkaSettings.from_environment(variables(prefix="berlin."))

    assert settings.topic("asks") == "berlin.asks"
    assert settings.group("matching") == "berlin.matching"


def test_what_a_process_hands_on_is_what_its_child_reads() -> None:
    settings = KafkaSettings(
        "a:1,b:2", "p-", SecurityProtocol.sasl_ssl, "SCRAM-SHA-256", "intake", "hush", "ca.pem", replication=3
    )

    assert KafkaSettings.from_environment(settings.environment()) == settings


def test_every_client_is_told_all_brokers() -> None:
    settings = KafkaSettings("a:1,b:2")

    assert settings.for_aiokafka()["bootstrap_servers"] == "a:1,b:2"
    assert settings.for_kafka_python()["bootstrap_servers"] == ["a:1", "b:2"]
    assert settings.for_faust()["broker"] == ["kafka://a:1", "kafka://b:2"]


def test_every_client_is_given_the_user_and_a_checked_connection(tmp_path: Path) -> None:
    security = Security(tmp_path / "security")
    security.make()
    settings = security.settings(9093)

    for words in (settings.for_aiokafka(), settings.for_kafka_python()):
        assert (words["security_protocol"], words["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
        assert (words["sasl_plain_username"], words["sasl_plain_password"]) == ("commonweal", security.password)
        assert words["ssl_context"].verify_mode is ssl.CERT_REQUIRED
        assert words["ssl_context"].check_hostname
    credentials = settings.for_faust()["broker_credentials"]
    assert (credentials.username, credentials.password) == ("commonweal", security.password)
    assert (credentials.protocol.value, credentials.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
    assert credentials.ssl_context.check_hostname


def test_encryption_without_a_user_and_a_user_without_encryption_are_told_to_each_client() -> None:
    encrypted, named = (
        KafkaSettings(security_protocol=SecurityProtocol.ssl),
        KafkaSettings(security_protocol=SecurityProtocol.sasl_plaintext, username="intake", password="hush"),
    )

    assert "ssl_context" in encrypted.for_aiokafka()
    assert "sasl_mechanism" not in encrypted.for_aiokafka()
    assert encrypted.for_faust()["broker_credentials"].protocol.value == "SSL"
    assert "ssl_context" not in named.for_aiokafka()
    assert named.for_faust()["broker_credentials"].protocol.value == "SASL_PLAINTEXT"


def test_the_password_is_in_no_text_of_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    settings = KafkaSettings.from_environment(variables(**SECRET))
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r", settings, settings)

    assert settings.password == "hush"
    assert "hush" not in caplog.text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"bootstrap": "broker"}, "COMMONWEAL_KAFKA_BOOTSTRAP names broker; give host:port"),
        ({"bootstrap": "a:1,"}, "COMMONWEAL_KAFKA_BOOTSTRAP names nothing; give host:port"),
        ({"bootstrap": "kafka://a:1"}, "names kafka://a:1"),
        ({"bootstrap": "a:70000"}, "names a:70000"),
        ({"prefix": "a b"}, "COMMONWEAL_KAFKA_PREFIX is a b; Kafka's names hold letters"),
        ({"security_protocol": "TLS"}, "is TLS; it is one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
        ({"security_protocol": "SASL_SSL"}, "set COMMONWEAL_KAFKA_USERNAME and COMMONWEAL_KAFKA_PASSWORD"),
        (SECRET | {"sasl_mechanism": "GSSAPI"}, "is GSSAPI; it is one of SCRAM-SHA-256, SCRAM-SHA-512, PLAIN"),
        ({"key_file": "key.pem"}, "COMMONWEAL_KAFKA_KEY_FILE is set without COMMONWEAL_KAFKA_CERT_FILE"),
        ({"replication": "0"}, "COMMONWEAL_KAFKA_REPLICATION is 0; it is 1 to 16 brokers"),
        ({"replication": "three"}, "COMMONWEAL_KAFKA_REPLICATION is three; give a whole number"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_a_sentence(words: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsWrong, match=told):
        KafkaSettings.from_environment(variables(**words))


def test_a_file_that_is_no_pem_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate")

    for ca_file in (wrong, tmp_path / "nowhere.pem"):
        settings = KafkaSettings(security_protocol=SecurityProtocol.ssl, ca_file=str(ca_file))
        with pytest.raises(SettingsWrong, match=f"{ca_file}: not readable as PEM .*; look at COMMONWEAL_KAFKA_CA_FILE"):
            settings.for_aiokafka()
