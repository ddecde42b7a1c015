"""The ClickHouse server, by the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.errors import Refused
from cchc.store.server.settings import ClickHouseSettings
from cchc.store.server_environment import server_settings

_HOST = {"CCHC_CLICKHOUSE_HOST": "store"}


def test_a_host_is_enough() -> None:
    assert server_settings(_HOST) == ClickHouseSettings("store")


def test_every_variable_says_something(tmp_path: Path) -> None:
    password, authority = tmp_path / "password", tmp_path / "ca.pem"
    password.write_text("bí mật\n", encoding="utf-8")
    authority.touch()
    said = {
        **_HOST,
        "CCHC_CLICKHOUSE_PORT": "9441",
        "CCHC_CLICKHOUSE_USER": "cchc",
        "CCHC_CLICKHOUSE_PASSWORD_FILE": str(password),
        "CCHC_CLICKHOUSE_DATABASE": "province",
        "CCHC_CLICKHOUSE_PREFIX": "p_",
        "CCHC_CLICKHOUSE_SECURE": "1",
        "CCHC_CLICKHOUSE_CA_FILE": str(authority),
        "CCHC_CLICKHOUSE_CLUSTER": "province",
    }
    assert server_settings(said) == ClickHouseSettings(
        "store",
        9441,
        user="cchc",
        password="bí mật",  # noqa: S106 — of nobody
        database="province",
        prefix="p_",
        secure=True,
        ca_file=authority,
        cluster="province",
    )


def test_a_password_may_be_said_itself() -> None:
    said = {**_HOST, "CCHC_CLICKHOUSE_PASSWORD": "x"}

    assert server_settings(said) == ClickHouseSettings("store", password="x")  # noqa: S106 — of nobody


@pytest.mark.parametrize(("said", "secure"), [("true", True), ("1", True), ("False", False), ("0", False), ("", False)])
def test_tls_is_said_by_yes_or_no(said: str, secure: bool) -> None:
    assert server_settings({**_HOST, "CCHC_CLICKHOUSE_SECURE": said}).secure is secure


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PREFIX", "Tỉnh-"),
        ("PREFIX", "1_"),
        ("SECURE", "sometimes"),
        ("PASSWORD_FILE", "no/such/file"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Refused, match=f"CCHC_CLICKHOUSE_{name}") as refused:
        server_settings({**_HOST, f"CCHC_CLICKHOUSE_{name}": value})

    assert refused.value.code == "store.setting_unreadable"


def test_without_a_host_there_is_no_server() -> None:
    with pytest.raises(Refused) as refused:
        server_settings({"CCHC_CLICKHOUSE_USER": "cchc"})

    assert refused.value.code == "store.no_server"
