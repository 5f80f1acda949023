"""For terminals that show ASCII only: every other letter is folded to what comes nearest, cell for cell."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

NEAREST = str.maketrans("\u2026\u25b2\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2212", "~^---''\"\"*-")


def ascii_only(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the locale, as its variables say in their order, has no UTF-8; where none is set it has."""
    names = (environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "UTF-8")
    return "utf" not in locale.lower()


class AsciiOnly(LineFilter):
    """Folds the drawn segments; nothing that is stored or copied changes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(folded(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def folded(text: str) -> str:
    """ASCII of the same width: accents go, drawing characters become `|`, other letters `?`."""
    return "".join(map(_letter, text.translate(NEAREST)))


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter
    width = cell_len(letter)
    base = unicodedata.normalize("NFKD", letter)[0]
    if base.isascii() and base.isprintable():
        return base.ljust(width)[:width]
    return ("|" if "\u2500" <= letter <= "\u25ff" else "?") * width
