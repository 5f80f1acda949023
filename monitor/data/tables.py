"""Readers of the shipped tables, each read once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the glossary, explained for a newcomer."""

    term: str
    aliases: tuple[str, ...]  # spellings that count as the term, lower case
    plain: str
    picture: str  # one image in words


@dataclass(frozen=True, slots=True)
class Firm:
    """One miner or AI host: its names and what is known of its pivot, with the evidence."""

    firm: str  # ticker where it has one, else its name; the id used in exports and queries
    name: str
    tickers: tuple[str, ...]
    aliases: tuple[str, ...]  # other names that mean nothing else
    short: tuple[str, ...]  # names that are also words
    false_friends: tuple[str, ...]  # phrases, lower case, in which the name is no name of this firm
    cik: str | None
    hq: str
    status: str  # mining-only, dual, ai-first, exited
    verified: bool
    evidence_date: str  # as precise as the source: 2026-02-26, 2026-H1, 2026
    evidence: str
    evidence_url: str | None


@cache
def glossary() -> tuple[Term, ...]:
    return tuple(
        Term(row["term"], tuple(row["aliases"].casefold().split(";")), row["plain"], row["picture"])
        for row in rows("glossary.csv")
    )


@cache
def firms() -> tuple[Firm, ...]:
    return firms_of(rows("firms.csv"))


def firms_of(table: Iterable[Mapping[str, str]]) -> tuple[Firm, ...]:
    """The firms in the rows of such a table."""
    return tuple(
        Firm(
            firm=row["firm"],
            name=row["name"],
            tickers=_several(row["tickers"]),
            aliases=_several(row["aliases"]),
            short=_several(row["short"]),
            false_friends=_several(row["false_friends"]),
            cik=row["cik"] or None,
            hq=row["hq"],
            status=row["status"],
            verified=row["verified"] == "yes",
            evidence_date=row["evidence_date"],
            evidence=row["evidence"],
            evidence_url=row["evidence_url"] or None,
        )
        for row in table
    )


@cache
def word_shares() -> dict[str, float]:
    """The share of entries about the subject that hold a word (stemmed), for common words only."""
    return {row["word"]: float(row["share"]) for row in rows("words.csv")}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO((files("monitor.data") / name).read_text("utf-8"), newline="")))


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
