"""Definitions of codes through time: several of one code, each in force from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Generic, Protocol, TypeVar


class Version(Protocol):
    """A definition of a code as one decision makes it."""

    @property
    def code(self) -> str:
        """What it defines."""
        ...

    @property
    def valid_from(self) -> int:
        """First day in force, in days since 1970-01-01 in Asia/Ho_Chi_Minh."""
        ...

    @property
    def valid_to(self) -> int:
        """First day no more in force, counted alike; 0 = still in force."""
        ...


V = TypeVar("V", bound=Version)


class Versions(Generic[V]):
    """Every definition of every code, by code and by its first day."""

    def __init__(self, definitions: Iterable[V]) -> None:
        ordered = sorted(definitions, key=lambda version: (version.code, version.valid_from))
        self._by_code = {code: tuple(found) for code, found in groupby(ordered, key=lambda version: version.code)}

    def on(self, code: str, day: int) -> V | None:
        """The definition of a code that is in force on a day; of several, the one that began last."""
        return next((version for version in reversed(self.of(code)) if in_force(version, day)), None)

    def valid_on(self, day: int) -> list[V]:
        """Every definition that is in force on a day, one a code, by code."""
        return [version for code in self._by_code if (version := self.on(code, day)) is not None]

    def knows(self, code: str) -> bool:
        """Whether any definition has this code."""
        return code in self._by_code

    def of(self, code: str) -> tuple[V, ...]:
        """Every definition of a code, by its first day; none of an unknown one."""
        return self._by_code.get(code, ())

    def by_code(self) -> Mapping[str, tuple[V, ...]]:
        """Every definition of every code, by code and then by its first day."""
        return self._by_code


def in_force(version: Version, day: int) -> bool:
    """Whether a definition is in force on a day."""
    return version.valid_from <= day and (version.valid_to == 0 or day < version.valid_to)
