"""A ClickHouse server with TLS, and what is said of a certificate or a password that is not right."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cchc.errors import CchcError, Refused
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from cchc.store.server_environment import server_settings
from deploy.local.ports import HOST
from tests.integration.secured.conftest import PASSWORD, USER, Authorities

Server = tuple[Path, int, int]


def _settings(clickhouse: Server, **other: Any) -> ClickHouseSettings:
    authority, port, _ = clickhouse
    said = {"port": port, "user": USER, "password": PASSWORD, "secure": True, "ca_file": authority, **other}
    return ClickHouseSettings(said.pop("host", HOST), **said)


@pytest.mark.parametrize("host", [HOST, "localhost"])
def test_rows_go_in_and_out_over_tls(host: str, clickhouse: Server) -> None:
    with closing(ClickHouseStore(_settings(clickhouse, host=host)).open()) as server:
        server.create_database("over_tls")
        store = server.in_database("over_tls")
        store.execute("CREATE TABLE t (number UInt32, name String) ENGINE = MergeTree ORDER BY number")
        store.insert("t", {"number": list(range(200_000)), "name": [f"tên {n % 7}" for n in range(200_000)]})
        found = store.query("SELECT count(), uniqExact(number), uniqExact(name) FROM t").rows
        server.drop_database("over_tls")
    assert found == [(200_000, 200_000, 7)]


@pytest.mark.parametrize("wrong", ["another authority", "no authority", "a port without TLS"])
def test_what_is_no_trusted_tls_is_refused_with_what_to_check(
    wrong: str, clickhouse: Server, authorities: Authorities
) -> None:
    different: Mapping[str, Mapping[str, Any]] = {
        "another authority": {"ca_file": authorities.other.certificate},
        "no authority": {"ca_file": None},
        "a port without TLS": {"port": clickhouse[2]},
    }
    with pytest.raises(Refused, match=r"store\.tls_failed") as refused:
        ClickHouseStore(_settings(clickhouse, **different[wrong])).open()
    for text in (refused.value.next_vi, refused.value.next_en):
        assert "CCHC_CLICKHOUSE_CA_FILE" in text
        assert "CCHC_CLICKHOUSE_SECURE" in text


@pytest.mark.parametrize("wrong", [{"password": "khac"}, {"user": "ai_do"}], ids=["password", "user"])
def test_a_wrong_user_or_password_is_refused(wrong: Mapping[str, str], clickhouse: Server) -> None:
    with pytest.raises(Refused, match=r"store\.login_refused") as refused:
        ClickHouseStore(_settings(clickhouse, **wrong)).open()
    for text in (refused.value.next_vi, refused.value.next_en):
        assert "CCHC_CLICKHOUSE_PASSWORD" in text
    assert not any(said in str(refused.value) for said in (PASSWORD, "khac"))


def test_a_client_without_tls_at_a_port_with_it_finds_nobody(clickhouse: Server) -> None:
    with pytest.raises(CchcError, match=r"store\.unavailable"):
        ClickHouseStore(_settings(clickhouse, secure=False)).open()


def test_a_file_of_an_authority_that_cannot_be_read_is_refused_by_its_variable(tmp_path: Path) -> None:
    said = {"CCHC_CLICKHOUSE_HOST": HOST, "CCHC_CLICKHOUSE_CA_FILE": str(tmp_path / "nowhere.pem")}
    with pytest.raises(Refused, match=r"store\.setting_unreadable") as refused:
        server_settings(said)
    assert "CCHC_CLICKHOUSE_CA_FILE" in refused.value.vi
