"""One answer and one declaration → one reading. Pure; what cannot be believed is refused by name."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from monitor.config import SignalConfig
from monitor.errors import ReadingError
from monitor.model import Reading
from monitor.signals.document import is_csv, kind, last_row, read_json, shown, text_of
from monitor.signals.expressions import find, plain_number

TOLERANCE = 1e-9  # relative: a value this near a limit is on it, as 0.1 + 0.2 is on 0.3
MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138


def evaluate(body: bytes, signal: SignalConfig, fetched_at: datetime) -> Reading:
    """The reading in `body`; ReadingError names the path and what was found there.

    The value is scaled before its range is checked. A time that is asked for and cannot be read counts from
    the fetch, with a warning.
    """
    found, time = _pick(text_of(body), signal)
    path = signal.value or "@"
    value = _number(found, path) * signal.scale
    if not math.isfinite(value):
        raise ReadingError(f"{path} is {shown(found)}, beyond what a number can hold")
    _check_range(value, signal)
    observed_at, warning = _time(time, signal, fetched_at)
    return Reading(signal.name, signal.source, value, signal.unit, observed_at, fetched_at, warning)


def exceeds(value: float, limit: float) -> bool:
    """Whether `value` is above `limit` by more than rounding."""
    return value > limit and not math.isclose(value, limit, rel_tol=TOLERANCE)


def parse_time(value: Any) -> datetime | None:
    """ISO 8601 text (a day or a month is its start, no zone is UTC), or s or ms since 1970."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, str) and not value.isascii():
            return None
        if isinstance(value, str) and not value.isdigit():
            return _iso(value)
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1_000 if abs(seconds) >= MILLISECONDS_FROM else seconds, UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _iso(text: str) -> datetime:
    if len(text) == len("2026-03"):
        text += "-01"
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _pick(text: str, signal: SignalConfig) -> tuple[Any, Any]:
    """The raw value and the raw time (None where none is asked for)."""
    if signal.format == "csv" or (signal.format == "auto" and is_csv(text)):
        columns = [signal.value] if signal.observed_at is None else [signal.value, signal.observed_at]
        row = last_row(text, columns, signal.where)
        return row.get(signal.value), row.get(signal.observed_at or "")
    document = read_json(text)
    found = find(signal.value or "@", document)
    if found is None and (told := _error_in(document)):
        raise ReadingError(f"{signal.value} is null; the answer says: {told}")
    return found, None if signal.observed_at is None else _find_time(signal.observed_at, document)


def _find_time(expression: str, document: Any) -> Any:
    try:
        return find(expression, document)
    except ReadingError:
        return None  # the value may still be good; `_time` warns


def _error_in(document: Any) -> str:
    """What an error object says, "" where the document is none."""
    if not isinstance(document, dict):
        return ""
    said = next((document[key] for key in ("error", "errors", "message", "detail") if document.get(key)), "")
    return shown(said, 120) if said else ""


def _number(found: Any, path: str) -> float:
    if isinstance(found, str):
        try:
            return plain_number(found)
        except ReadingError as error:
            raise ReadingError(f"{path} is {error}") from None
    if isinstance(found, bool) or not isinstance(found, int | float):
        extra = f": {shown(found)}" if isinstance(found, list | dict | bool) else ""
        raise ReadingError(f"{path} is {kind(found)}{extra}, not a number")
    return float(found)


def _check_range(value: float, signal: SignalConfig) -> None:
    low, high = signal.min, signal.max
    if low is not None and exceeds(low, value):
        raise ReadingError(f"{signal.value or '@'} is {value:.10g} {signal.unit}, below the least of {low:g}")
    if high is not None and exceeds(value, high):
        raise ReadingError(f"{signal.value or '@'} is {value:.10g} {signal.unit}, above the most of {high:g}")


def _time(raw: Any, signal: SignalConfig, fetched_at: datetime) -> tuple[datetime, str | None]:
    if signal.observed_at is None:
        return fetched_at, None
    observed_at = parse_time(raw)
    if observed_at is not None:
        return observed_at, None
    return fetched_at, f"{signal.observed_at} is {shown(raw, 40)}, not a time: counted from the fetch"
