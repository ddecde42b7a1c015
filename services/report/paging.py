"""Long answers page by page: a page begins after the last entry of the page before, and knows what that one knew."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from services.report.failures import page_unreadable

T = TypeVar("T")
Key: TypeAlias = tuple[int | str, ...]
"""Where an entry stands among all of an answer."""

DEFAULT_ENTRIES = 1_000
"""On a page, when nobody says how many."""
MOST_ENTRIES = 5_000
"""On a page, whatever is asked for: some 3 MB of facts."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of an answer: at most ``size`` entries, those that stand after ``after``."""

    size: int
    after: Key = ()

    def cut(self, entries: Sequence[T], key: Callable[[T], Key]) -> tuple[Sequence[T], Key | None]:
        """The entries of the page, and where the next page begins; None where this is the last.

        Args:
            entries: all of the answer, by key.
            key: of an entry.

        Raises:
            Refused: ``report.page_unreadable`` when ``after`` is of other entries than these.
        """
        if self.after and entries and [*map(type, self.after)] != [*map(type, key(entries[0]))]:
            raise page_unreadable()
        start = bisect_right(entries, self.after, key=key)
        chosen = entries[start : start + self.size]
        return chosen, (key(chosen[-1]) if start + self.size < len(entries) else None)


@dataclass(frozen=True, slots=True)
class PageToken:
    """What the asker of the next page brings: for which question, as known when, and after which entry.

    ``state`` names the answer that the first page was cut from, where pages are cut from a whole one; else it is empty.
    """

    question: str
    as_of_ms: int
    after: Key
    state: str = ""

    def text(self) -> str:
        """The token as text."""
        said = json.dumps([self.question, self.as_of_ms, list(self.after), self.state], ensure_ascii=False)
        return base64.urlsafe_b64encode(said.encode()).decode("ascii")

    @classmethod
    def read(cls, text: str, question: str) -> PageToken:
        """The token of a text. Refused ``report.page_unreadable`` when it is none, or of another question."""
        try:
            said, as_of_ms, after, state = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
            token = cls(said, as_of_ms, tuple(after), state)
        except (binascii.Error, ValueError, TypeError) as error:
            raise page_unreadable() from error
        if said != question or not _is_token(token):
            raise page_unreadable()
        return token


def question_of(written: bytes) -> str:
    """What tells one question from another: of its bytes."""
    return hashlib.sha256(written).hexdigest()[:16]


def size_of(asked: int) -> int:
    """How many entries a page has when so many are asked for; 0 = as many as usual."""
    return min(asked or DEFAULT_ENTRIES, MOST_ENTRIES)


def _is_token(token: PageToken) -> bool:
    if type(token.as_of_ms) is not int or token.as_of_ms <= 0 or not isinstance(token.state, str):
        return False
    return all(type(part) in {int, str} for part in token.after)
