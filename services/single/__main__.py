"""The command line ``cchc``: every error says what to do next, and only success ends with 0."""

from __future__ import annotations

import sys
from typing import NoReturn

from cchc.errors import CchcError
from services.single.command_line import app
from services.single.failures import system_failed


def main() -> None:
    """Run the command line and exit: 0 success, 1 an error, 2 wrong usage or an import with rejected rows."""
    try:
        app()
    except CchcError as error:
        _fail(error)
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _fail(system_failed(error))


def _fail(error: CchcError) -> NoReturn:
    sys.stderr.write(f"LỖI [{error.code}] {error.vi}\n  → {error.next_vi}\n")
    sys.stderr.write(f"ERROR [{error.code}] {error.en}\n  → {error.next_en}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
