"""The page that Prometheus reads."""

from __future__ import annotations

from urllib.request import urlopen

import pytest

from cchc.errors import Unavailable
from cchc.rpc.metrics_page import metrics_at
from cchc.telemetry import Metrics


def _page(port: int | None) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode("utf-8")
        return text


def test_a_page_shows_what_was_counted() -> None:
    metrics = Metrics()
    with metrics_at("127.0.0.1:0", metrics.registry) as port:
        metrics.facts_recorded.labels("intake").inc(7)

        assert 'cchc_facts_recorded_total{context="intake"} 7.0' in _page(port)


def test_a_port_is_free_again_when_its_page_has_ended() -> None:
    with metrics_at("127.0.0.1:0", Metrics().registry) as port:
        pass
    with metrics_at(f"127.0.0.1:{port}", Metrics().registry) as again:
        assert again == port


def test_without_an_address_there_is_no_page() -> None:
    for nothing in (None, ""):
        with metrics_at(nothing, Metrics().registry) as port:
            assert port is None


@pytest.mark.parametrize(
    "address", ["9464", "127.0.0.1:", "127.0.0.1:many", "127.0.0.1:70000", "no.such.host.invalid:1"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Unavailable, match="CCHC_METRICS_ADDRESS") as refused, metrics_at(address, Metrics().registry):
        pass

    assert refused.value.code == "rpc.metrics_address"


def test_an_address_that_another_has_is_refused() -> None:
    with (
        metrics_at("127.0.0.1:0", Metrics().registry) as port,
        pytest.raises(Unavailable) as refused,
        metrics_at(f"127.0.0.1:{port}", Metrics().registry),
    ):
        pass

    assert refused.value.code == "rpc.metrics_address"
