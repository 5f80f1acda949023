"""Run the pane on a database, as a process of its own: `python -m support.pane DATABASE [demo]`."""

from __future__ import annotations

import sys
from pathlib import Path

from support import filled

from monitor.errors import PivotwatchError
from monitor.tui.app import run_pane


def main() -> int:
    database = Path(sys.argv[1])
    try:
        return run_pane(
            filled.settings(database.parent),
            database,
            clock=lambda: filled.NOW,
            demo="demo" in sys.argv,
            poll=False,
        )
    except PivotwatchError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
