"""The tree of a query, and whether an entry or story is what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from monitor import clock, text

Record = Mapping[str, Any]  # an entry or story by the names of the export, with `role` and `tags` beside them


class Pattern(Protocol):
    """A compiled pattern, of `re` or of RE2."""

    def search(self, string: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds; without parts, always."""

    parts: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Tree


@dataclass(frozen=True, slots=True)
class Text:
    """The pattern is found in one of the fields; `folded`: under look-alike spellings too."""

    fields: tuple[str, ...]
    pattern: Pattern
    folded: bool


@dataclass(frozen=True, slots=True)
class Equal:
    """The field is, or holds, the value."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """The field compares with a number."""

    field: str
    op: str
    value: float


@dataclass(frozen=True, slots=True)
class Time:
    """The field lies before (<) or not before (>=) a moment, or `ago` before now."""

    field: str
    op: str
    moment: datetime | None = None
    ago: timedelta = timedelta(0)

    def bound(self, now: datetime) -> datetime:
        """The moment it compares with."""
        return now - self.ago if self.moment is None else self.moment


Tree = And | Or | Not | Text | Equal | Number | Time


def matches(tree: Tree, record: Record, now: datetime) -> bool:
    """Whether an entry, or a story with its `entries`, is what the query asks for.

    A story's stance and noise are its own; anything else holds where it holds of any entry.
    """
    match tree:
        case And(parts):
            return all(matches(part, record, now) for part in parts)
        case Or(parts):
            return any(matches(part, record, now) for part in parts)
        case Not(part):
            return not matches(part, record, now)
        case Equal(field="stance") | Number(field="noise"):
            return _holds(tree, record, now)
    return any(_holds(tree, one, now) for one in (record, *record.get("entries", ())))


def seen_since(tree: Tree, now: datetime) -> datetime | None:
    """A moment before which nothing that matches was first seen, so that less need be read; None: any."""
    match tree:
        case Time(field="first_seen_at", op=">="):
            return tree.bound(now)
        case And(parts):
            return max(filter(None, (seen_since(part, now) for part in parts)), default=None)
    return None


def _holds(test: Text | Equal | Number | Time, record: Record, now: datetime) -> bool:
    match test:
        case Text():
            # One text, so that a phrase is not found across a title and a summary.
            whole = "\n".join(str(record.get(field) or "") for field in test.fields)
            return test.pattern.search(_folded(whole) if test.folded else whole) is not None
        case Equal():
            return test.value in _values(record, test.field)
        case Number():
            value = record.get(test.field)
            return value is not None and _COMPARE[test.op](float(value), test.value)
        case Time():
            value = record.get(test.field)
            seen = clock.to_text(value) if isinstance(value, datetime) else str(value or "")
            return bool(seen) and _COMPARE[test.op](seen, clock.to_text(test.bound(now)))


@lru_cache(maxsize=1_024)
def _folded(whole: str) -> str:
    return "\n".join(map(text.match_key, whole.split("\n")))


def _values(record: Record, field: str) -> Collection[str]:
    match field:
        case "unsure":
            known = record.get("unsure") is not None  # a story's own record says nothing of it
            found: Iterable[object] = ("true" if record["unsure"] else "false",) if known else ()
        case "id":
            found = (record.get("entry_id"), record.get("story_id"))
        case "firm":
            found = record.get("firms") or ()
        case "tag":
            found = record.get("tags") or ()
        case "label":
            found = _labels(record)
        case _:
            found = (record.get(field),)
    return {str(value).casefold() for value in found if value is not None}


def _labels(record: Record) -> Iterable[object]:
    if record.get("labelled") is None:
        return ()
    by_user = [key for key, who in record["labelled"].items() if who == "user"]
    stance = [record.get("stance")] if "stance" in by_user else []
    return [*by_user, *stance, "any"] if by_user else ["none"]


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ":": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
