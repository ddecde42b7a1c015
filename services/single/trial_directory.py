"""A data directory for a dry run where there is none yet."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from cchc.clock import SystemClock
from services.single.data_directory import DataDirectory


class TrialDirectory(DataDirectory):
    """An empty data directory that goes when it is closed."""

    def __init__(self) -> None:
        self._place = TemporaryDirectory(prefix="cchc-")
        super().__init__(Path(self._place.name), SystemClock())

    def close(self) -> None:
        """See ``DataDirectory.close``; nothing of it is left."""
        super().close()
        self._place.cleanup()
