"""A fresh database for every test, in the one store directory that a process may have open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cchc.store.embedded.chdb import ChdbStore
from cchc.store.port import Store


class StoreDirectory:
    """One embedded store for a whole test process; a database of its own for each test.

    The engine takes one directory per process, so every fixture of a process must give the same path; opening it again
    is free. In a ``conftest.py``::

        @pytest.fixture(scope="session")
        def store_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreDirectory]:
            with StoreDirectory.of_process(tmp_path_factory.getbasetemp()) as directory:
                yield directory

        @pytest.fixture
        def store(store_directory: StoreDirectory) -> Iterator[Store]:
            with store_directory.database() as store:
                yield store

    Args:
        path: the store's directory.
    """

    def __init__(self, path: Path) -> None:
        self._server = ChdbStore(path, max_threads=2)

    @classmethod
    @contextmanager
    def of_process(cls, base: Path) -> Iterator[StoreDirectory]:
        """The process's directory under its base directory for temporary files, open inside ``with``."""
        directory = cls(base / "store")
        directory.server.open()
        try:
            yield directory
        finally:
            directory.server.close()

    @property
    def server(self) -> ChdbStore:
        """The store itself."""
        return self._server

    @contextmanager
    def database(self) -> Iterator[Store]:
        """A new and empty database, dropped at the end."""
        name = f"t{uuid4().hex}"
        self._server.create_database(name)
        try:
            yield self._server.in_database(name)
        finally:
            self._server.drop_database(name)
