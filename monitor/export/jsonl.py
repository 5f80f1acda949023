"""JSON Lines: one strict JSON object a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO


def write(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], stream: TextIO) -> None:
    """Write each row on a line of its own; NaN and Infinity are refused by ValueError."""
    for row in rows:
        stream.write(dumps(row) + "\n")


def dumps(value: object) -> str:
    """Strict one-line JSON; line separators are escaped, because some readers split lines at them."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")
