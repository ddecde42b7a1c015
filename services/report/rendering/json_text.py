"""An answer as JSON: the shape of the contract, keys in its order, so that the same answer is the same text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def json_text(answer: Mapping[str, Any]) -> str:
    """UTF-8 text with an indent of two spaces, Vietnamese letters as they are, and a newline at the end."""
    return f"{json.dumps(answer, ensure_ascii=False, indent=2)}\n"
