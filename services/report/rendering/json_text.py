"""A form as JSON: the shape of the contract, keys in its order, so that the same form is the same text."""

from __future__ import annotations

import json

from services.report.form_ii06a import FormII06a


def form_json(form: FormII06a) -> str:
    """UTF-8 text with an indent of two spaces, Vietnamese letters as they are, and a newline at the end."""
    return f"{json.dumps(form.as_json(), ensure_ascii=False, indent=2)}\n"
