"""How a Kafka cluster is reached, from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.errors import Refused
from cchc.log.kafka.settings import KafkaSettings, topics_of


def test_without_servers_there_are_no_settings() -> None:
    assert KafkaSettings.of({}) is None
    assert KafkaSettings.of({"CCHC_KAFKA_SERVERS": " , "}) is None


def test_everything_can_be_said_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("mật khẩu\n", encoding="utf-8")
    ca, own, key = (tmp_path / name for name in ("ca.pem", "own.pem", "own.key"))
    for file in (ca, own, key):
        file.touch()
    said = {
        "CCHC_KAFKA_SERVERS": "one:9092, two:9092",
        "CCHC_KAFKA_SECURITY": "SASL_SSL",
        "CCHC_KAFKA_CA_FILE": str(ca),
        "CCHC_KAFKA_CERT_FILE": str(own),
        "CCHC_KAFKA_KEY_FILE": str(key),
        "CCHC_KAFKA_MECHANISM": "SCRAM-SHA-512",
        "CCHC_KAFKA_USER": "aggregator",
        "CCHC_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "CCHC_KAFKA_TIMEOUT_MS": "5000",
    }
    assert KafkaSettings.of(said) == KafkaSettings(
        ("one:9092", "two:9092"),
        security="SASL_SSL",
        ca_file=ca,
        cert_file=own,
        key_file=key,
        mechanism="SCRAM-SHA-512",
        user="aggregator",
        password="mật khẩu",  # noqa: S106 — of nothing
        timeout_ms=5_000,
    )


def test_a_password_is_never_shown() -> None:
    assert "geheim" not in repr(KafkaSettings(("one:9092",), password="geheim"))  # noqa: S106 — of nothing


SASL = {"SECURITY": "SASL_SSL", "MECHANISM": "PLAIN", "USER": "cchc", "PASSWORD": "x"}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("SECURITY", {"SECURITY": "TLS"}),
        ("CA_FILE", {"SECURITY": "SSL", "CA_FILE": "nowhere.pem"}),
        ("CERT_FILE", {"SECURITY": "SSL", "CERT_FILE": "."}),
        ("KEY_FILE", {"SECURITY": "SSL", "KEY_FILE": "nowhere.pem"}),
        ("MECHANISM", {**SASL, "MECHANISM": "GSSAPI"}),
        ("MECHANISM", {**SASL, "MECHANISM": ""}),
        ("USER", {**SASL, "USER": ""}),
        ("PASSWORD", {**SASL, "PASSWORD": ""}),
        ("PASSWORD_FILE", {**SASL, "PASSWORD_FILE": "nowhere"}),
        ("TIMEOUT_MS", {"TIMEOUT_MS": "30s"}),
        ("TIMEOUT_MS", {"TIMEOUT_MS": "0"}),
    ],
)
def test_what_means_nothing_is_refused_by_the_variable_s_name(
    named: str, said: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {f"CCHC_KAFKA_{name}": value for name, value in {"SERVERS": "one:9092", **said}.items()}
    with pytest.raises(Refused, match=r"log\.setting_unreadable") as refused:
        KafkaSettings.of(environment)
    assert f"CCHC_KAFKA_{named} " in refused.value.en
    assert f"CCHC_KAFKA_{named} " in refused.value.vi


def test_topics_may_have_spaces_around_them() -> None:
    assert topics_of({"CCHC_TOPICS": "cchc.intake , x"}) == ("cchc.intake", "x")
    assert topics_of({"CCHC_TOPICS": ""}) is None
    assert topics_of({}) is None


@pytest.mark.parametrize("said", [",", "a,,b", "a, ", " ", "a,a"])
def test_topics_without_a_name_or_there_twice_are_refused(said: str) -> None:
    with pytest.raises(Refused, match=r"log\.setting_unreadable") as refused:
        topics_of({"CCHC_TOPICS": said})
    assert "CCHC_TOPICS" in refused.value.vi
    assert "CCHC_TOPICS" in refused.value.en
