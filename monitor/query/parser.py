"""Text → tree. A query that cannot be read changes nothing and points at its column."""

from __future__ import annotations

import re
from difflib import get_close_matches

from monitor import text
from monitor.errors import UsageError
from monitor.query.conditions import CONDITIONS, Value, bad, words
from monitor.query.tree import And, Not, Or, Tree

LONGEST = 1_000  # characters
DEEPEST = 40  # brackets and minus signs inside each other

_BLANK = re.compile(r"\s*")
_JOIN = re.compile(r"(AND|OR)(?=[\s()]|$)")
_FIELD = re.compile(r"([A-Za-z_]+):(>=|<=|>|<|)")
_VALUES = (
    ("phrase", re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)),
    ("pattern", re.compile(r"/((?:\\.|[^/\\])*)/", re.DOTALL)),
    ("word", re.compile(r'([^\s()"]+)')),
)


def parse(query: str) -> Tree:
    """The tree of a query; an empty one matches everything. UsageError points at the column."""
    if len(query) > LONGEST:
        raise bad(LONGEST, f"a query has at most {LONGEST:,} characters")
    if not query.isascii() and (broken := re.search("[\ud800-\udfff]", query)):
        raise bad(broken.start() + 1, "this is no valid character")
    return _Parser(query).tree()


def problem(query: str) -> str | None:
    """Why the query cannot be read, in one line; None where it can."""
    try:
        parse(query)
    except UsageError as error:
        return str(error)
    return None


class _Parser:
    """Reads one query from left to right; columns count from 1."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0
        self._depth = 0

    def tree(self) -> Tree:
        if not self._query.strip():
            return And()
        tree = self._either()
        if self._next() == ")":
            raise self._fault("this ) closes nothing")
        return tree

    def _fault(self, why: str) -> UsageError:
        return bad(self._at + 1, why)

    def _next(self) -> str:
        """The character at which the next part begins; empty at the end."""
        if blank := _BLANK.match(self._query, self._at):
            self._at = blank.end()
        return self._query[self._at : self._at + 1]

    def _join(self, word: str) -> bool:
        """Pass the word OR or AND, where it comes next."""
        self._next()
        found = _JOIN.match(self._query, self._at)
        if found is None or found[1] != word:
            return False
        self._at = found.end()
        return True

    def _either(self) -> Tree:
        parts = [self._all()]
        while self._join("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Tree:
        parts: list[Tree] = []
        while self._next() not in ("", ")") and not _JOIN.match(self._query, self._at):
            parts.append(self._one())
            if self._join("AND") and self._next() in ("", ")"):
                raise self._fault("something is missing here")
        if not parts:
            raise self._fault("something is missing here")
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Tree:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._fault(f"more than {DEEPEST} brackets and minus signs inside each other")
        first = self._next()
        if first == "-":
            self._at += 1
            if self._query[self._at : self._at + 1].strip() in ("", ")"):
                raise self._fault("- stands right before what must not be there")
            part: Tree = Not(self._one())
        elif first == "(":
            part = self._bracket()
        else:
            part = self._test()
        self._depth -= 1
        return part

    def _bracket(self) -> Tree:
        start = self._at
        self._at += 1
        part = self._either()
        if self._next() != ")":
            raise bad(start + 1, "this ( is not closed")
        self._at += 1
        return part

    def _test(self) -> Tree:
        field = _FIELD.match(self._query, self._at)
        if field is None:
            return words(("title", "summary"), self._value(""))
        name = field[1].casefold()
        if name not in CONDITIONS:
            near = get_close_matches(name, CONDITIONS, n=1)
            known = f"there are {', '.join(CONDITIONS)}; text goes in quotes"
            hint = f"did you mean {near[0]}?" if near else known
            raise self._fault(f"unknown field {text.visible(field[1], 40)}; {hint}")
        self._at = field.end()
        return CONDITIONS[name](name, self._value(field[2]))

    def _value(self, op: str) -> Value:
        for kind, pattern in _VALUES:
            if found := pattern.match(self._query, self._at):
                if kind == "word" and found[1].startswith("/"):
                    raise self._fault("this / is not closed; a text that begins with / goes in quotes")
                value = Value(found[1], kind, self._at + 1, op or ":")
                self._at = found.end()
                return value
        quote = self._query.startswith('"', self._at)
        raise self._fault('this " is not closed' if quote else "a value is missing here")
