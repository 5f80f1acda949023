"""`export`: tagged stories or entries out, from one snapshot of the database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from monitor.cli import context
from monitor.cycle.selection import Selection
from monitor.export import FORMATS, RAW_CSV, Row
from monitor.export.rows import ENTRY_COLUMNS, STORY_COLUMNS
from monitor.export.target import replacing
from monitor.store import stories
from monitor.store.database import snapshot


def run(arguments: argparse.Namespace) -> int:
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    form = RAW_CSV if arguments.format == "csv" and arguments.raw_csv else FORMATS[arguments.format]
    with context.reading(arguments) as connection, snapshot(connection):
        chosen = Selection(connection, settings, arguments.query, now)
        rows: Iterable[Row] = chosen.entries()
        columns: Sequence[str] = ENTRY_COLUMNS
        if arguments.rows == "stories":
            rows, columns = (row for _, row in chosen.stories(stories.every(connection))), STORY_COLUMNS
        if arguments.output:
            with replacing(arguments.output, force=arguments.force, newline=form.newline) as stream:
                form.write(rows, columns, stream)
        else:
            sys.stdout.reconfigure(newline=form.newline)  # type: ignore[union-attr]  # a TextIOWrapper at run time
            form.write(rows, columns, sys.stdout)
    return 0
