"""Tagged stories out: FORMATS lists every format; one file each: write(rows, columns, stream).

A row is a plain dict in the shape of the contract (docs/cli.md); formats only write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from monitor.export import csv, jsonl

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """How rows are written as text."""

    write: Callable[[Iterable[Row], Sequence[str], TextIO], None]
    newline: str = "\n"  # what the stream makes of \n; CSV brings its own line ends


FORMATS: Mapping[str, Format] = {
    "jsonl": Format(jsonl.write),
    "csv": Format(csv.write, newline=""),
}
RAW_CSV = Format(csv.write_raw, newline="")  # --raw-csv: cells as they are, formulas included
