"""One field and its value → one condition of the tree."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast

from monitor import clock, text
from monitor.errors import UsageError
from monitor.query.tree import And, Equal, Number, Pattern, Text, Time, Tree

# An RE2 program of this size takes less than 100 ms on the longest stored text, whatever the text.
PATTERN_SIZE = 150


class Value(NamedTuple):
    """What stands behind a field's colon."""

    text: str
    kind: str  # word, phrase or pattern
    column: int
    op: str  # : < <= > >=


def bad(column: int, why: str) -> UsageError:
    """The error that points at a column, counted from 1."""
    return UsageError(f"query column {column}: {why}")


def words(fields: tuple[str, ...], value: Value) -> Tree:
    """Text to be found in one of the fields: a word, a phrase or a pattern."""
    if value.op != ":":
        raise bad(value.column, f"{fields[0]} is a text and has no {value.op}")
    if value.kind == "pattern":
        return Text(fields, _regular_expression(value), folded=False)
    content = re.sub(r"\\(.)", r"\1", value.text) if value.kind == "phrase" else value.text
    prefix = value.kind == "word" and content.endswith("*")
    key = text.match_key(content.removesuffix("*") if prefix else content)
    if not key:
        raise bad(value.column, "an empty text would match everything")
    # Scripts that are written without spaces have no word ends to look for.
    edge = "" if max(key) >= "\u2e80" else r"(?<!\w)", "" if prefix or max(key) >= "\u2e80" else r"(?!\w)"
    return Text(fields, re.compile(edge[0] + re.escape(key) + edge[1]), folded=True)


def _regular_expression(value: Value) -> Pattern:
    """RE2's matching time is linear in the text, so that no pattern can hold up a poll or the pane."""
    import re2

    if not value.text:
        raise bad(value.column, "an empty pattern would match everything")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        pattern = re2.compile(value.text, options)
    except re2.error as error:
        why = text.visible(error.args[0].decode("utf-8", "replace"), 100)
        raise bad(value.column + _place_of_fault(value.text), f"regular expression: {why}") from None
    if pattern.programsize > PATTERN_SIZE:
        raise bad(value.column, "regular expression: too large; use smaller counts and fewer choices")
    return cast(Pattern, pattern)


def _place_of_fault(pattern: str) -> int:
    """How far behind the first / a pattern is wrong; 0 where only RE2, which does not tell, thinks so."""
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(pattern)
    except re.error as error:
        return 1 + (error.pos or 0)
    return 0


def _one_of(*known: str) -> Callable[[str, Value], Tree]:
    """A field with few values."""

    def build(name: str, value: Value) -> Tree:
        chosen = _equal(name, value)
        if chosen.value not in known:
            raise bad(value.column, f"{name} is one of {', '.join(known)}")
        return chosen

    return build


def _equal(name: str, value: Value) -> Equal:
    if value.op != ":" or value.kind == "pattern":
        raise bad(value.column, f"{name} is compared as a whole: write {name}:VALUE")
    content = value.text.strip().casefold()
    if not content:
        raise bad(value.column, "an empty text would match everything")
    return Equal({"story": "story_id"}.get(name, name), content)


def _stance(name: str, value: Value) -> Tree:
    chosen = _one_of("critic", "defender", "neutral", "mixed", "unsure")(name, value)
    return Equal("unsure", "true") if chosen == Equal("stance", "unsure") else chosen


def _unsure(name: str, value: Value) -> Tree:
    chosen = _one_of("true", "false", "yes", "no")(name, value)
    return Equal("unsure", "true" if chosen in (Equal(name, "true"), Equal(name, "yes")) else "false")


def _number(name: str, value: Value) -> Tree:
    if value.kind != "word" or not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", value.text):
        raise bad(value.column, f"{name} is compared with a number, such as {name}:>=1")
    return Number(name, value.op, float(value.text))


# ------------------------------------------------------------------ times


def _since(_: str, value: Value) -> Tree:
    return _bound("first_seen_at", ">=", value)


def _before(_: str, value: Value) -> Tree:
    return _bound("first_seen_at", "<", value)


def _bound(field: str, op: str, value: Value) -> Tree:
    if value.op != ":":
        raise bad(value.column, f"write a date or an age here, such as 7d or 2026-06-01, without {value.op}")
    ago, start, _ = _period(value)
    return Time(field, op, start, ago)


def _published(name: str, value: Value) -> Tree:
    """A date without a time of day is the whole day, month or year."""
    ago, start, end = _period(value)
    field = "published_at"
    match value.op:
        case ">=" | "<":
            return Time(field, value.op, start, ago)
        case ">":
            return Time(field, ">=", end, ago)
        case "<=":
            return Time(field, "<", end, ago)
    if start is None:
        raise bad(value.column, f"an age is no date; write {name}:>{value.text}")
    return And((Time(field, ">=", start), Time(field, "<", end)))


def _period(value: Value) -> tuple[timedelta, datetime | None, datetime | None]:
    """An age, or the first moment of a date and the first one after it."""
    try:
        if re.fullmatch(r"[0-9]{1,5}[smhd]", value.text):
            return clock.duration(value.text), None, None
        if found := re.fullmatch(r"((?:19|20)[0-9]{2})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", value.text):
            year, month, day = (int(part) if part else None for part in found.groups())
            start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
            if day:
                return timedelta(0), start, start + timedelta(days=1)
            months = start.month if month else 12
            return timedelta(0), start, datetime(start.year + months // 12, months % 12 + 1, 1, tzinfo=UTC)
        start = clock.from_text(value.text.upper())
        if start.year < 1900 or start.year > 2100:
            raise ValueError
    except (ValueError, OverflowError):
        shown = text.visible(value.text, 40)
        raise bad(value.column, f"{shown} is no date or age; write 7d, 2026-06-01 or 2026-06-01T12:00:00Z") from None
    return timedelta(0), start, start + timedelta(seconds=1)


CONDITIONS: Mapping[str, Callable[[str, Value], Tree]] = {
    "stance": _stance,
    "relevance": _number,
    "noise": _number,
    "firm": _equal,
    "feed": _equal,
    "role": _one_of("primary", "news", "analysis", "social"),
    "tag": _equal,
    "title": lambda name, value: words((name,), value),
    "summary": lambda name, value: words((name,), value),
    "unsure": _unsure,
    "since": _since,
    "before": _before,
    "published": _published,
    "label": _one_of("any", "none", "stance", "relevance", "noise", "critic", "defender", "neutral"),
    "story": _equal,
    "id": _equal,
}
