"""What stands in quarantine, for the operator."""

from __future__ import annotations

import json
from collections.abc import Sequence

from services.aggregator.quarantine import Entry


def show(entries: Sequence[Entry], mended: int | None, *, as_json: bool) -> str:
    """The entries as a text or as JSON; ``mended``: how many a redrive folded, None without one."""
    if as_json:
        listed = [
            {
                "partition": entry.position.partition,
                "offset": entry.position.offset,
                "row": entry.row,
                "reason": entry.reason,
                "detail": entry.detail,
                "bytes": entry.size,
            }
            for entry in entries
        ]
        return json.dumps({"entries": listed, "mended": mended}, ensure_ascii=False, indent=2)
    lines = [] if mended is None else [f"Đã đọc lại; gấp được thêm {mended} mục."]
    lines.append(f"Đang cách ly: {len(entries)}.")
    for entry in entries:
        row = "cả lô" if entry.row < 0 else f"dòng {entry.row}"
        where = f"{entry.position.partition}/{entry.position.offset}, {row}"
        lines.append(f"  {where}: [{entry.reason}] {entry.detail}; {entry.size} byte")
    return "\n".join(lines)
