"""Entries → the firms and figures that their text names."""

from __future__ import annotations

import sqlite3
from functools import cache

from monitor.data import tables
from monitor.data.tables import Firm
from monitor.store import facts
from monitor.store.database import transaction
from monitor.stories import figures
from monitor.stories.firms import Index

CHUNK = 500


def extract(connection: sqlite3.Connection, more: tuple[Firm, ...] = ()) -> None:
    """Search every new or edited entry once it is tagged; `more` are firms beside those of the shipped table."""
    while batch := facts.unread(connection, CHUNK):
        with transaction(connection):
            for n, entry, relevance in batch:
                named = index(more).find(f"{entry.title}\n{entry.summary}")
                found = figures.of(entry) if relevance else ()
                facts.save(connection, n, named, [figures.as_data(figure) for figure in found])


@cache
def index(more: tuple[Firm, ...] = ()) -> Index:
    """The names of the shipped firms and of `more`."""
    return Index((*tables.firms(), *more))
