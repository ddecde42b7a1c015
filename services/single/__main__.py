"""The command line ``cchc``: every error says what to do next, and only success ends with 0."""

from __future__ import annotations

import sys
from typing import NoReturn

from typer._click.exceptions import ClickException, NoArgsIsHelpError

from cchc.errors import CchcError
from services.report.rendering.terminal import plain
from services.single.command_line import app
from services.single.failures import system_failed
from services.single.usage import wrong_usage


def main() -> None:
    """Run the command line and exit: 0 success, 1 an error, 2 wrong usage or an import with rejected rows."""
    try:
        sys.exit(app(prog_name="cchc", standalone_mode=False))
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except ClickException as error:
        _fail(wrong_usage(error), code=2)
    except CchcError as error:
        _fail(error)
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _fail(system_failed(error))


def _fail(error: CchcError, *, code: int = 1) -> NoReturn:
    # What a file or an argument holds is repeated here.
    sys.stderr.write(plain(f"LỖI [{error.code}] {error.vi}\n  → {error.next_vi}\n").plain)
    sys.stderr.write(plain(f"ERROR [{error.code}] {error.en}\n  → {error.next_en}\n").plain)
    sys.exit(code)


if __name__ == "__main__":
    main()
