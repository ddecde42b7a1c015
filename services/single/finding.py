"""Where the verbs of ``cchc`` find log and store: in a data directory, or on servers."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from cchc.clock import SystemClock
from cchc.settings import CLICKHOUSE_VARIABLE, Settings
from services.single.contents import Contents, contents_of
from services.single.failures import no_embedded_store
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
        Refused: as ``Servers.of``; ``data.no_embedded_store`` where this program was installed for servers alone.
    """
    if data is None and environment.get(CLICKHOUSE_VARIABLE):
        # Clients of servers take half a second to load.
        from cchc.telemetry import log_to, tell_retries  # noqa: PLC0415 — as said
        from services.single.servers import Servers  # noqa: PLC0415 — as said

        tell_retries(log_to())
        return Servers.of(environment, SystemClock())
    path = Settings.of(environment, data).data
    if importlib.util.find_spec("chdb") is None:
        raise no_embedded_store(path)
    # What runs beside servers is installed without it.
    from services.single.data_directory import DataDirectory  # noqa: PLC0415 — as said
    from services.single.trial_directory import TrialDirectory  # noqa: PLC0415 — as said

    if trial and contents_of(path) is Contents.NOTHING:
        return TrialDirectory()
    return DataDirectory(path, SystemClock(), may_set_up=make)
