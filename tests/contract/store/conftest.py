"""Lets the contract's asserts say what they saw, and gives the process's one store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("cchc.testing.store_contract")

from cchc.testing.store_directory import StoreDirectory  # noqa: E402 — after the registration above


@pytest.fixture(scope="session")
def store_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreDirectory]:
    with StoreDirectory.of_process(tmp_path_factory.getbasetemp()) as directory:
        yield directory
