"""How a Kafka cluster is reached, from the environment."""

from __future__ import annotations

from pathlib import Path

from cchc.log.kafka_settings import KafkaSettings


def test_without_servers_there_are_no_settings() -> None:
    assert KafkaSettings.of({}) is None
    assert KafkaSettings.of({"CCHC_KAFKA_SERVERS": " , "}) is None


def test_everything_can_be_said_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("mật khẩu\n", encoding="utf-8")
    said = {
        "CCHC_KAFKA_SERVERS": "one:9092, two:9092",
        "CCHC_KAFKA_SECURITY": "SASL_SSL",
        "CCHC_KAFKA_CA_FILE": "ca.pem",
        "CCHC_KAFKA_CERT_FILE": "own.pem",
        "CCHC_KAFKA_KEY_FILE": "own.key",
        "CCHC_KAFKA_MECHANISM": "SCRAM-SHA-512",
        "CCHC_KAFKA_USER": "aggregator",
        "CCHC_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "CCHC_KAFKA_TIMEOUT_MS": "5000",
    }
    assert KafkaSettings.of(said) == KafkaSettings(
        ("one:9092", "two:9092"),
        security="SASL_SSL",
        ca_file=Path("ca.pem"),
        cert_file=Path("own.pem"),
        key_file=Path("own.key"),
        mechanism="SCRAM-SHA-512",
        user="aggregator",
        password="mật khẩu",  # noqa: S106 — of nothing
        timeout_ms=5_000,
    )


def test_a_password_is_never_shown() -> None:
    assert "geheim" not in repr(KafkaSettings(("one:9092",), password="geheim"))  # noqa: S106 — of nothing
