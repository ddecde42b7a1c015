"""Numbers of a worksheet that have lost digits: Excel keeps fifteen, and makes zeros of the others.

A code of sixteen digits or more that was typed into a cell that is not formatted as text is another code by then, and
several codes become one. What reads cells as text cannot tell such a number from the same digits kept as text, so the
sheet's own XML is asked, but only where a cell of so many digits turned up.

Nor can it tell a blank cell from a formula that was never computed, as other software than Excel writes them: of a
sheet with formulas the XML is asked for those, too.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

SUSPECT = re.compile(r"-?\d{16,}", re.ASCII)
"""What such a number looks like when it is read as text."""

DIGITS_KEPT = 15
"""Digits of a number that Excel keeps."""

_TOO_LARGE = 1_000_000_000_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def column_number(letters: str) -> int:
    """The column of its letters, from 0: ``A`` → 0, ``AA`` → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def numbers_without_their_digits(path: Path, part: str) -> frozenset[tuple[int, int]]:
    """Line (from 1) and column (from 0) of each cell of a sheet that holds a number too large for its digits.

    One row is held at a time. ``part`` is the sheet's place in the package, as ``xl/worksheets/sheet1.xml``.
    """
    return _places_in(path, part, _is_too_large)


def formulas_without_a_value(path: Path, part: str) -> frozenset[tuple[int, int]]:
    """Line (from 1) and column (from 0) of each cell of a sheet that has a formula and no value of it."""
    return _places_in(path, part, _is_uncomputed)


def _places_in(path: Path, part: str, is_meant: Callable[[ET.Element], bool]) -> frozenset[tuple[int, int]]:
    with zipfile.ZipFile(path) as package, package.open(part) as stream:
        # expat from 2.4 on bounds the expansion of entities itself, and the size of the sheet was checked.
        found = ET.iterparse(stream, events=("start", "end"))  # noqa: S314 — bounded, see above
        return frozenset(_places(found, is_meant))


def _places(
    found: Iterator[tuple[str, ET.Element]], is_meant: Callable[[ET.Element], bool]
) -> Iterator[tuple[int, int]]:
    rows, line, column = None, 0, -1
    for event, element in found:
        name = element.tag.rpartition("}")[2]
        if event == "start":
            rows = element if name == "sheetData" else rows
            if name == "row":
                line, column = int(element.get("r", line + 1)), -1
        elif name == "c":
            reference = _REFERENCE.fullmatch(element.get("r", ""))
            column = column_number(reference[1]) if reference else column + 1
            if is_meant(element):
                yield line, column
        elif name == "row" and rows is not None:
            rows.clear()


def _is_too_large(cell: ET.Element) -> bool:
    if cell.get("t", "n") != "n":
        return False
    value = next((child.text for child in cell if child.tag.rpartition("}")[2] == "v"), None)
    try:
        return abs(float(value or 0)) >= _TOO_LARGE
    except ValueError:
        return False


def _is_uncomputed(cell: ET.Element) -> bool:
    parts = {child.tag.rpartition("}")[2]: child for child in cell}
    # A formula whose value is an empty text has the type of a text, and that value.
    return "f" in parts and cell.get("t") not in ("str", "e") and not (parts["v"].text if "v" in parts else None)
