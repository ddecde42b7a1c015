"""Kafka with TLS: by certificate and by password; and what is said of everything that is not right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from cchc.errors import CchcError
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.port import Prefix
from deploy.local.kafka import LocalKafka
from deploy.local.kafka_security import KafkaSecurity
from tests.integration.secured.conftest import PASSWORD, USER, Authorities
from tests.kafka_topics import make_topics, settings_of

_PATIENT_MS, _AT_ONCE_S = 90_000, 30
"""How long a call may wait, and how much sooner it ends where waiting mends nothing."""


def _by_certificate(broker: LocalKafka, authorities: Authorities, **other: Any) -> KafkaSettings:
    own = authorities.ours.identity(f"client-{uuid4().hex}", "intake.example")
    said = {"ca_file": authorities.ours.certificate, "cert_file": own.certificate, "key_file": own.key, **other}
    return KafkaSettings((broker.tls_address,), security="SSL", timeout_ms=_PATIENT_MS, **said)


def _by_password(broker: LocalKafka, authorities: Authorities, mechanism: str, **other: Any) -> KafkaSettings:
    said = {"ca_file": authorities.ours.certificate, "user": USER, "password": PASSWORD, **other}
    address = (broker.password_address,)
    return KafkaSettings(address, security="SASL_SSL", mechanism=mechanism, timeout_ms=_PATIENT_MS, **said)


def _refused(settings: KafkaSettings) -> CchcError:
    began = monotonic()
    with pytest.raises(CchcError) as refused, KafkaLog(settings, ["any"], "any"):
        pass
    assert monotonic() - began < _AT_ONCE_S
    return refused.value


@pytest.mark.parametrize("way", ["certificate", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_batches_go_in_and_out_over_tls(way: str, broker: LocalKafka, authorities: Authorities) -> None:
    topics = make_topics(settings_of(broker.address), [2])
    by_certificate = way == "certificate"
    settings = _by_certificate(broker, authorities) if by_certificate else _by_password(broker, authorities, way)
    with KafkaLog(settings, topics, topics[0]) as log:
        (receipt,) = log.append([b"one"], key="x")
        (record,) = log.read(Prefix())
    assert (record.position, record.payload) == (receipt.position, b"one")


@pytest.mark.parametrize(
    "wrong",
    ["another authority", "no authority", "no certificate", "a stranger's certificate"],
)
def test_certificates_that_are_not_trusted_are_refused_at_once_with_what_to_check(
    wrong: str, broker: LocalKafka, authorities: Authorities
) -> None:
    stranger = authorities.other.identity(f"stranger-{uuid4().hex}", "intake.example")
    different: Mapping[str, Mapping[str, Any]] = {
        "another authority": {"ca_file": authorities.other.certificate},
        "no authority": {"ca_file": None},
        "no certificate": {"cert_file": None, "key_file": None},
        "a stranger's certificate": {"cert_file": stranger.certificate, "key_file": stranger.key},
    }
    settings = _by_certificate(broker, authorities, **different[wrong])
    error = _refused(settings)
    assert error.code == "log.tls_failed"
    assert not error.retryable
    for text in (error.next_vi, error.next_en):
        assert "CCHC_KAFKA_CA_FILE" in text
        assert "CCHC_KAFKA_CERT_FILE" in text


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("wrong", [{"password": "khac"}, {"user": "ai-do"}], ids=["password", "user"])
def test_a_wrong_user_or_password_is_refused_at_once(
    mechanism: str, wrong: Mapping[str, str], broker: LocalKafka, authorities: Authorities
) -> None:
    error = _refused(_by_password(broker, authorities, mechanism, **wrong))
    assert error.code == "log.not_allowed"
    assert "mật khẩu" in error.next_vi
    assert "password" in error.next_en
    assert not any(said in str(error) for said in (PASSWORD, "khac"))


def test_a_broker_of_another_authority_is_not_told_the_password(broker: LocalKafka, authorities: Authorities) -> None:
    error = _refused(_by_password(broker, authorities, "PLAIN", ca_file=authorities.other.certificate))
    assert error.code == "log.tls_failed"


def test_a_broker_whose_certificate_names_another_host_is_refused_at_once(
    authorities: Authorities, tmp_path: Path
) -> None:
    shown = authorities.ours.identity("elsewhere", "elsewhere.example")
    security = KafkaSecurity(shown.both, authorities.ours.certificate, {USER: PASSWORD})
    with LocalKafka(tmp_path, security=security, dies_with_parent=True) as elsewhere:
        error = _refused(_by_password(elsewhere, authorities, "PLAIN"))
    assert error.code == "log.tls_failed"


def test_an_authority_s_file_that_is_none_is_refused_at_once(
    broker: LocalKafka, authorities: Authorities, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").write_text("none", encoding="ascii")
    error = _refused(_by_password(broker, authorities, "PLAIN", ca_file=tmp_path / "none.pem"))
    assert error.code == "log.tls_failed"
