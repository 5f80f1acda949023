"""CSV by RFC 4180, with text cells that a spreadsheet cannot take for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from monitor.export.jsonl import dumps

# A cell that begins so is run as a formula by spreadsheets; full-width forms are folded to them on import.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NESTED = "entries"  # rows within rows have no place in a table


def write(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], stream: TextIO) -> None:
    """Write rows with a header; a text cell that begins like a formula gets a leading apostrophe."""
    _write(rows, columns, stream, safe=True)


def write_raw(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], stream: TextIO) -> None:
    """Write rows with a header and every cell as it is."""
    _write(rows, columns, stream, safe=False)


def _write(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], stream: TextIO, *, safe: bool) -> None:
    writer = csv.writer(stream, lineterminator="\r\n")
    header = [name for name in columns if name != NESTED]
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(row[name], safe=safe) for name in header])


def _cell(value: object, *, safe: bool) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else dumps(value)
    return f"'{text}" if safe and text.startswith(FORMULA_STARTS) else text
