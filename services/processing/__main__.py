"""Processing as a process of its own: ``python -m services.processing``; settings as in ``writing_process``."""

from __future__ import annotations

import sys

from cchc.rpc.writing_process import run
from services.processing.facts_taken import CONTEXT
from services.processing.servicer import servicer

if __name__ == "__main__":
    sys.exit(run(CONTEXT.name, servicer))
