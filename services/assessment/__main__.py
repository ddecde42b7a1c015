"""Assessment as a process of its own: ``python -m services.assessment``; settings as in ``writing_process``."""

from __future__ import annotations

import sys

from cchc.rpc.writing_process import run
from services.assessment.facts_taken import CONTEXT
from services.assessment.servicer import servicer

if __name__ == "__main__":
    sys.exit(run(CONTEXT.name, servicer))
