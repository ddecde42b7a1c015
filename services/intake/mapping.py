"""A mapping of another system's columns to the canonical ones, and what it makes of a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from cchc.calendar.vietnam_time import VIETNAM
from services.intake.cells.values import Cell, CellError, cell_error, not_accepted, plain
from services.intake.files.grid import Table
from services.intake.kinds import KINDS, Kind

ANY_OTHER = "*"
"""Among the words of a mapping: any that is not there."""
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""A column in the template of a derived target."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A target made of the values of source columns, as slugs, put into a template."""

    sources: tuple[str, ...]
    template: str


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one kind of file becomes canonical rows. Source columns are names of the file's header."""

    kind: Kind
    columns: Mapping[str, str]
    constants: Mapping[str, Cell]
    when_present: Mapping[str, Mapping[str, Cell]]
    derived: Mapping[str, Derived]
    values: Mapping[str, Mapping[str, Cell]]
    encoding: str | None = None
    delimiter: str | None = None
    zone: tzinfo = VIETNAM
    many_per_dossier: bool = False
    due_is_instant: bool | None = None
    is_canonical: bool = False
    register_missing: bool = False

    def required_columns(self) -> tuple[str, ...]:
        """Columns that the file's header must have: those that the mapping names, or the canonical required ones."""
        if self.is_canonical:
            return tuple(name for name in self.kind.columns if name in self.kind.required)
        sources = [*self.columns.values(), *(name for made in self.derived.values() for name in made.sources)]
        return tuple(dict.fromkeys(sources))

    def optional_columns(self) -> tuple[str, ...]:
        """Columns that are read when the file has them."""
        return (
            tuple(name for name in self.columns.values() if name not in self.kind.required) if self.is_canonical else ()
        )

    def source_of(self, target: str) -> str:
        """The file's column, or columns, that a canonical column comes from; the canonical name when none does."""
        if target in self.derived:
            return ", ".join(self.derived[target].sources)
        return self.columns.get(target, target)

    def over(self, table: Table) -> MappingOver:
        """The mapping with the places of its columns in this table."""
        return MappingOver(
            self,
            {target: table.column(name) for target, name in self.columns.items()},
            {target: {name: table.column(name) for name in made.sources} for target, made in self.derived.items()},
        )


@dataclass(frozen=True, slots=True)
class MappingOver:
    """A mapping over one table: target → place of its column, or its source columns with theirs; None = not there."""

    mapping: TableMapping
    places: Mapping[str, int | None]
    derived_places: Mapping[str, Mapping[str, int | None]]

    def canonical(self, row: Sequence[Cell]) -> tuple[dict[str, Cell], list[CellError]]:
        """The canonical cells of a row of the table, and an error for each word that the mapping gives no value for."""
        mapping = self.mapping
        cells = {target: None if place is None else row[place] for target, place in self.places.items()}
        for target, places in self.derived_places.items():
            cells[target] = _derive(mapping.derived[target].template, places, row)
        errors: list[CellError] = []
        for target, words in mapping.values.items():
            word = plain(cells.get(target))
            if word:
                cells[target] = words.get(comparable(word), words.get(ANY_OTHER))
                if cells[target] is None:
                    errors.append(cell_error(mapping.source_of(target), word, not_accepted(word, words)))
        cells.update(mapping.constants)
        for present, constants in mapping.when_present.items():
            if plain(cells.get(present)):
                cells.update(constants)
        return cells, errors


def canonical_mapping(kind: str) -> TableMapping:
    """The mapping of a file that has the canonical columns already; ``kind`` is a key of ``kinds.KINDS``."""
    empty: Mapping[str, Any] = MappingProxyType({})
    columns = MappingProxyType({name: name for name in KINDS[kind].columns})
    return TableMapping(KINDS[kind], columns, empty, empty, empty, empty, is_canonical=True)


def comparable(cell: Cell) -> str:
    """A word as it is compared: in any case, and with any run of spaces as one."""
    return " ".join(plain(cell).casefold().split())


def _derive(template: str, places: Mapping[str, int | None], row: Sequence[Cell]) -> str | None:
    slugs = {name: "" if place is None else slug(plain(row[place])) for name, place in places.items()}
    if not all(slugs.values()):
        return None
    return PLACEHOLDER.sub(lambda found: slugs[found[1]], template)


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """Lower case ASCII letters and digits joined by hyphens: ``Sở Tư pháp`` → ``so-tu-phap``."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(
        char if char.isascii() and char.isalnum() else "-" for char in letters if not unicodedata.combining(char)
    )
    return "-".join(part for part in kept.split("-") if part)
