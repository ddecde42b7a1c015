"""What may be set from outside, read once at the start and passed on as an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATA_VARIABLE = "CCHC_DATA"
"""Environment variable that names the data directory of the embedded mode."""

CLICKHOUSE_VARIABLE = "CCHC_CLICKHOUSE_HOST"
"""Environment variable that names a ClickHouse server: then log and store are on servers."""

DEFAULT_DATA = "cchc-data"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the embedded mode: the data directory, with the log, the store and the lock."""

    data: Path

    @classmethod
    def of(cls, environment: Mapping[str, str], data: Path | None = None) -> Settings:
        """Settings from the command line, or else from the environment, or else the default beside the caller."""
        return cls(data if data is not None else Path(environment.get(DATA_VARIABLE, DEFAULT_DATA)))
