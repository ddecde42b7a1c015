"""The reports as a process of their own: ``python -m services.report``; settings as in ``process``."""

from __future__ import annotations

import os
import sys

from cchc.clock import SystemClock
from cchc.rpc.process import run_process
from services.report.process import serve

if __name__ == "__main__":
    sys.exit(run_process(lambda wait: serve(os.environ, SystemClock(), wait)))
