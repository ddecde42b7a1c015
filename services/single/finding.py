"""Where the verbs of ``cchc`` find log and store: in a data directory, or on servers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from cchc.clock import SystemClock
from cchc.settings import CLICKHOUSE_VARIABLE, Settings
from services.single.contents import Contents, contents_of
from services.single.data_directory import DataDirectory
from services.single.log_and_store import LogAndStore


def found(environment: Mapping[str, str], data: Path | None, *, make: bool = False, trial: bool = False) -> LogAndStore:
    """Log and store, not yet open: of the directory that was asked for, or else as the environment says.

    Args:
        environment: names servers (``CCHC_CLICKHOUSE_HOST``), or else a data directory.
        data: the directory that was asked for, whatever the environment says.
        make: set up a directory that is not there or empty. To read from, one without a log is a slip of the pen, and
            would answer nothing but zeros.
        trial: for a dry run; where there is no directory yet, an empty one elsewhere, which goes when it is closed.

    Raises:
        Refused: as ``Servers.of``.
    """
    if data is None and environment.get(CLICKHOUSE_VARIABLE):
        # Clients of servers take half a second to load.
        from services.single.servers import Servers  # noqa: PLC0415 — as said

        return Servers.of(environment, SystemClock())
    path = Settings.of(environment, data).data
    if trial and contents_of(path) is Contents.NOTHING:
        return _Trial()
    return DataDirectory(path, SystemClock(), may_set_up=make)


class _Trial(DataDirectory):
    """An empty data directory that goes when it is closed."""

    def __init__(self) -> None:
        self._place = TemporaryDirectory(prefix="cchc-")
        super().__init__(Path(self._place.name), SystemClock())

    def close(self) -> None:
        super().close()
        self._place.cleanup()
