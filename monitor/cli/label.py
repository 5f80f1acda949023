"""`label`: correct what the classifiers read; a person's word stands above every tag and can be undone."""

from __future__ import annotations

import argparse
import re
import sqlite3
from contextlib import closing
from itertools import islice
from typing import Any

from monitor import tagging
from monitor.cli import context
from monitor.cycle import telling
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.model import Stance, StoredEntry, Tag
from monitor.store import labels, tags
from monitor.store.database import open_database, transaction

VALUES = re.compile(r"(?:relevance=(?P<relevance>[012])|noise=(?P<noise>[1-5])|(?P<stance>critic|defender|neutral))")
CHOOSE_FROM = 2_000  # newest entries among which those worth labelling are looked for


def run(arguments: argparse.Namespace) -> int:
    """Set a label, take the newest back, or name the entries worth labelling."""
    _check(arguments)
    if arguments.next is not None:
        return _next(arguments, arguments.next)
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with closing(open_database(context.database_of(arguments))) as connection:
        if arguments.undo:
            _undo(arguments, connection)
        else:
            field, value = parsed(arguments.entry, arguments.value)
            with transaction(connection):
                labels.set_label(connection, arguments.entry, field, value, now)
            context.talk(arguments, f"{arguments.entry}: {field} is {value}; `pivotwatch label --undo` takes it back")
        # The story shows it at once, not at the next poll.
        telling.measure_touched(connection, settings, now)
    return 0


def parsed(entry_id: str, text: str) -> tuple[str, str]:
    """Field and value of a label as it is typed; UsageError where it is none."""
    found = VALUES.fullmatch(text)
    if found is None:
        wanted = f"{', '.join(stance.value for stance in Stance)}, relevance=0 to 2 or noise=1 to 5"
        raise UsageError(f"label {entry_id}: {text!r} is no label; wanted: {wanted}")
    ((field, value),) = ((name, given) for name, given in found.groupdict().items() if given is not None)
    return field, value


def _check(arguments: argparse.Namespace) -> None:
    label = arguments.entry is not None and arguments.value is not None
    asked = [label or arguments.entry is not None, arguments.undo, arguments.next is not None]
    if sum(asked) != 1 or (asked[0] and not label):
        raise UsageError("label: wanted is one of: ENTRY LABEL, --undo, --next [N]; see pivotwatch label --help")
    if arguments.next is not None and arguments.next < 1:
        raise UsageError(f"--next {arguments.next}: wanted is 1 or more")
    if label:
        parsed(arguments.entry, arguments.value)


def _undo(arguments: argparse.Namespace, connection: sqlite3.Connection) -> None:
    with transaction(connection):
        undone = labels.undo(connection)
    if undone is None:
        raise UsageError("there is no label to take back")
    context.talk(arguments, f"took back {undone.field} {undone.value} of {undone.entry_id}: {undone.title}")


def _next(arguments: argparse.Namespace, count: int) -> int:
    """The entries from which the classifiers would learn most, a line each."""
    with context.reading(arguments) as connection:
        newest = tags.stored(connection, "t.entry IS NOT NULL", order="e.n DESC")
        unlabelled = ((stored, stored.tag) for stored in islice(newest, CHOOSE_FROM) if not stored.labelled)
        open_ones = [(stored, tag) for stored, tag in unlabelled if tag is not None]
    for place in tagging.worth_labelling([tag for _, tag in open_ones], count):
        stored, tag = open_ones[place]
        print(dumps(_row(stored, tag)) if arguments.json else _line(stored, tag))
    return 0


def _row(stored: StoredEntry, tag: Tag) -> dict[str, Any]:
    entry = stored.entry
    told = tagging.as_json(entry.entry_id, tag)
    del told["id"]
    return {
        "entry_id": entry.entry_id,
        "title": entry.title,
        "summary": entry.summary,
        "feed": entry.feed,
        **told,
    }


def _line(stored: StoredEntry, tag: Tag) -> str:
    likely = tag.stance_p[tag.stance.value]
    return f"{stored.entry.entry_id}  {tag.stance.value} {likely:.2f}  {stored.entry.feed}: {stored.entry.title}"
