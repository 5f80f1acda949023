"""Bytes of one answer → a document that can be asked for a value. Everything odd is refused by name."""

from __future__ import annotations

import csv
import json
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.errors import ReadingError
from monitor.text import visible

MAX_BYTES = 1_000_000
MAX_DIGITS = 64  # of one number; what a float can tell apart takes 17

type_names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}


def text_of(body: bytes) -> str:
    """The answer as text; a byte-order mark is read."""
    if len(body) > MAX_BYTES:
        raise ReadingError(f"the answer has {len(body)} bytes; a signal may have {MAX_BYTES}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadingError(f"the answer is not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise ReadingError("the answer is empty")
    return text


def is_csv(text: str) -> bool:
    """Whether text of unknown format looks like a table: a first line with commas, and more lines."""
    first, _, rest = text.lstrip().partition("\n")
    return first[:1] not in "{[<" and "," in first and bool(rest.strip())


def read_json(text: str) -> Any:
    """The document; strict, so that one that two programs could read differently is refused."""
    if text.lstrip().startswith("<"):
        raise ReadingError(f"the answer is a web page, not JSON: {shown(text.strip())}")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise ReadingError(f"invalid JSON at {where}: {error.msg}: {shown(text.strip())}") from None
    except RecursionError:
        raise ReadingError("the JSON is nested too deeply") from None


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows of a table by the names of its first line; fields that a short row lacks are left out."""
    lines = csv.reader(text.splitlines(), strict=True)
    try:
        header, *rows = [row for row in lines if row]
    except csv.Error as error:
        raise ReadingError(f"invalid CSV at line {lines.line_num}: {visible(str(error))}") from None
    if len(set(header)) < len(header):
        raise ReadingError("the CSV names a column twice")
    return [dict(zip(header, row, strict=False)) for row in rows]


def last_row(text: str, columns: Sequence[str], where: Mapping[str, str]) -> dict[str, str]:
    """The last row that `where` keeps."""
    rows = read_csv(text)
    if not rows:
        raise ReadingError("the CSV has no rows")
    have = set().union(*rows)
    for column in (*columns, *where):
        if column not in have:
            raise ReadingError(f"the CSV has no column {column}; it has {shown(', '.join(sorted(have)))}")
    kept = [row for row in rows if all(row.get(name) == wanted for name, wanted in where.items())]
    if not kept:
        asked = " and ".join(f"{name} = {wanted}" for name, wanted in where.items())
        raise ReadingError(f"the CSV has no row where {asked}")
    return kept[-1]


def shown(value: object, limit: int = 60) -> str:
    """A foreign value for an error line: clean and short."""
    return visible(value if isinstance(value, str) else reprlib.repr(value), limit)


def kind(value: object) -> str:
    """What a value is, in words."""
    return type_names.get(type(value), "a number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ReadingError(f"the JSON has the key {shown(twice)} twice")
    return found


def _no_constant(name: str) -> None:
    raise ReadingError(f"the JSON holds {name}, which is no number")


def _integer(text: str) -> int:
    return int(_short(text))


def _float(text: str) -> float:
    return float(_short(text))


def _short(text: str) -> str:
    if len(text) > MAX_DIGITS:
        raise ReadingError(f"the JSON holds a number of {len(text)} characters: {shown(text, 20)}")
    return text
