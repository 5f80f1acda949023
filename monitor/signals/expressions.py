"""JMESPath with median(array), divide(a, b) and number(string): keys and indexes of the document only."""

from __future__ import annotations

import re
from functools import lru_cache
from statistics import median
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.parser import ParsedResult

from monitor.errors import ReadingError
from monitor.signals.document import shown

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def plain_number(text: str) -> float:
    """Read `-?digits[.digits]` of at most 15 + 15 digits: no grouping, exponent, space or foreign digit."""
    if not PLAIN_NUMBER.fullmatch(text):
        raise ReadingError(f'"{shown(text)}", not a plain number')
    return float(text)


class _Functions(Functions):
    """What a declaration may call besides JMESPath's own functions."""

    @signature({"types": ["array-number"]})
    def _func_median(self, values: list[float]) -> float | None:
        return median(values) if values else None

    @signature({"types": ["number", "null"]}, {"types": ["number", "null"]})
    def _func_divide(self, a: float | None, b: float | None) -> float | None:
        return None if a is None or b is None or b == 0 else a / b

    @signature({"types": ["string", "number", "null"]})
    def _func_number(self, value: str | float | None) -> float | None:
        return plain_number(value) if isinstance(value, str) else value

    _func_to_number = _func_number  # the library's own takes "1_000" and "nan"


OPTIONS = jmespath.Options(custom_functions=_Functions())


def problem(expression: str) -> str | None:
    """Why this is no expression, in one line; None where it is."""
    try:
        _compiled(expression)
    except JMESPathError as error:
        return _told(error)
    return None


def find(expression: str, document: Any) -> Any:
    """What the expression picks from the document; None where nothing is there."""
    try:
        return _compiled(expression).search(document, options=OPTIONS)
    except JMESPathError as error:
        raise ReadingError(f"{expression}: {_told(error)}") from None
    except (OverflowError, RecursionError) as error:
        raise ReadingError(f"{expression}: {type(error).__name__}") from None
    except ReadingError as error:
        raise ReadingError(f"{expression}: {error}") from None


@lru_cache(maxsize=256)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def _told(error: JMESPathError) -> str:
    return shown(str(error).splitlines()[0], 160)
