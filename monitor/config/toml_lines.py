"""Key path → line of a TOML document, for error messages.

No TOML library tells where a key stands. This index is built only when there is something to complain
about, and only from text that tomllib has read without fault, so it need not check anything.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''(?P<text>"""(?:\\[\s\S]|[^\\])*?"{3,5}|\'\'\'[\s\S]*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*')'''
    r"|#[^\n]*|(?P<mark>[\[\]{}=,.\n])|(?P<bare>[^\s\[\]{}=,.#\"']+)"
)


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a key, or of the nearest thing it is in."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def index(document: str) -> dict[Path, int]:
    """The 1-based line of every key, table and list item of a valid document."""
    return _Scanner(document).lines


class _Scanner:
    def __init__(self, document: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()  # of [[…]]: how many there are so far
        self._line = 1
        self._tokens = [(found.lastgroup, found[0]) for found in _TOKEN.finditer(document)]
        self._at = 0
        prefix: Path = ()
        while self._skip_breaks():
            if self._peek() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _peek(self) -> str:
        group, token = self._tokens[self._at] if self._at < len(self._tokens) else ("mark", "")
        return token if group == "mark" else "text"

    def _take(self) -> str:
        token = self._tokens[self._at][1]
        self._at += 1
        self._line += token.count("\n")
        return token

    def _skip_breaks(self) -> bool:
        """Pass line ends and comments; whether anything follows."""
        while self._at < len(self._tokens):
            if self._peek() != "\n" and self._tokens[self._at][0]:
                return True
            self._take()
        return False

    def _header(self) -> Path:
        line = self._line
        self._take()
        is_list = self._peek() == "["
        if is_list:
            self._take()
        path = self._settle(self._key())
        for _ in range(1 + is_list):
            self._take()
        if is_list:
            self.lines.setdefault(path, line)
            path = (*path, self._tables[path])
            self._tables[path[:-1]] += 1
        self.lines.setdefault(path, line)
        return path

    def _settle(self, key: Path) -> Path:
        """`feed.headers` under the third [[feed]] → ("feed", 2, "headers")."""
        path: Path = ()
        for part in key[:-1]:
            path = (*path, part)
            if self._tables[path]:
                path = (*path, self._tables[path] - 1)
        return (*path, *key[-1:])

    def _key(self) -> Path:
        parts: list[str | int] = [self._part()]
        while self._peek() == ".":
            self._take()
            parts.append(self._part())
        return tuple(parts)

    def _part(self) -> str:
        token = self._take()
        return next(iter(tomllib.loads(f"{token} = 0"))) if token[0] in "\"'" else token

    def _pair(self, prefix: Path) -> None:
        line = self._line
        key = self._key()
        for end in range(1, len(key) + 1):
            self.lines.setdefault((*prefix, *key[:end]), line)
        self._take()  # =
        self._value((*prefix, *key))

    def _value(self, path: Path) -> None:
        if self._peek() == "[":
            self._list(path)
        elif self._peek() == "{":
            self._take()
            while self._skip_breaks() and self._peek() != "}":
                self._pair(path)
                self._comma()
            self._take()
        else:
            while self._peek() in ("text", "."):  # 1.5 is three tokens, a date with a time two
                self._take()

    def _list(self, path: Path) -> None:
        self._take()
        place = 0
        while self._skip_breaks() and self._peek() != "]":
            self.lines.setdefault((*path, place), self._line)
            self._value((*path, place))
            place += 1
            self._comma()
        self._take()

    def _comma(self) -> None:
        self._skip_breaks()
        if self._peek() == ",":
            self._take()
