"""`tag`: entries as JSON lines in, tags as JSON lines out, one for one and in order."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from monitor import tagging
from monitor.cli import context
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.export.target import replacing

BATCH = 256
FIELDS = ("title", "summary", "outlet", "published")


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 if any line had an error; the rest are tagged all the same."""
    faults = rows = 0
    folder = tagging.folder_of(context.database_of(arguments))
    with ExitStack() as stack:
        lines = (
            chain.from_iterable(_open(stack, path) for path in arguments.files) if arguments.files else sys.stdin.buffer
        )
        out: TextIO = sys.stdout
        if arguments.output:
            out = stack.enter_context(replacing(arguments.output, force=arguments.force))
        for row in tagged(lines, folder):
            rows += 1
            faults += "error" in row
            out.write(dumps(row) + "\n")
    if rows > faults and (fault := tagging.loaded(folder).fault):
        context.talk(arguments, fault)
    return 1 if faults else 0


def tagged(lines: Iterable[bytes], folder: Path | None = None) -> Iterator[dict[str, Any]]:
    """One row for each line that is not blank: its tags, or the line's number and what is wrong with it."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, BATCH)):
        read = [_read(number, line) for number, line in batch]
        sound = [row for row in read if "error" not in row]
        texts = [(r["title"], r.get("summary") or "", r.get("outlet") or "") for r in sound]
        tags = iter(tagging.tag_texts(texts, folder))
        for row in read:
            yield row if "error" in row else tagging.as_json(row.get("id"), next(tags))


def _open(stack: ExitStack, path: Any) -> Iterable[bytes]:
    try:
        return stack.enter_context(path.open("rb"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def _read(number: int, line: bytes) -> dict[str, Any]:
    """The entry on a line, or `{"line", "error"}`."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"line": number, "error": f"not JSON: {error}"}
    if not isinstance(row, dict):
        return {"line": number, "error": "not an object"}
    if not isinstance(row.get("title"), str):
        return {"line": number, "error": "title is missing or no text"}
    for name in FIELDS:
        if not isinstance(row.get(name), str | None):
            return {"line": number, "error": f"{name} is no text"}
    return row
