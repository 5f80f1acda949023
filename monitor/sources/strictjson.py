"""JSON as it should be: no NaN or Infinity, no key twice, bounded numbers; faults by line and column."""

from __future__ import annotations

import json
from typing import NoReturn

from monitor.errors import ParseError
from monitor.text import visible

_MAX_DIGITS = 1_000

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def loads(text: str) -> Json:
    """The value; ParseError with line and column where the text is not strict JSON."""
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_integer, parse_float=_number
        )
    except json.JSONDecodeError as error:
        raise ParseError(f"invalid JSON at line {error.lineno} column {error.colno}: {error.msg}") from None
    except RecursionError:  # the reader's own bound, about 1,000 levels
        raise ParseError("JSON is nested too deeply") from None
    return value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f'invalid JSON: the key "{visible(twice, 60)}" is there twice')
    return found


def _refuse(constant: str) -> NoReturn:
    raise ParseError(f"invalid JSON: {constant} is no number")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ParseError(f"invalid JSON: a number of {len(digits)} digits")
    return int(digits)


def _number(digits: str) -> float:
    if len(digits) > _MAX_DIGITS:
        raise ParseError(f"invalid JSON: a number of {len(digits)} digits")
    return float(digits)
