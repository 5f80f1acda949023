"""The entries that name each firm."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from monitor.clock import to_text
from monitor.model import Role, TaggedEntry
from monitor.store import tags


def told_of(
    connection: sqlite3.Connection, since: datetime, roles: Mapping[str, Role] | None = None
) -> dict[str, tuple[TaggedEntry, ...]]:
    """The entries first seen from `since` on that name each firm, oldest first."""
    told: dict[str, list[TaggedEntry]] = {}
    for stored in tags.stored(
        connection,
        "e.first_seen_at >= ? AND t.entry IS NOT NULL AND e.n IN (SELECT entry FROM entry_firms)",
        [to_text(since)],
        order="e.first_seen_at, e.n",
    ):
        if stored.tag is None:
            continue
        role = (roles or {}).get(stored.entry.feed, Role.NEWS)
        tagged = TaggedEntry(stored.entry, stored.tag, role, stored.labelled)
        for firm in stored.firms or ():
            told.setdefault(firm, []).append(tagged)
    return {firm: tuple(held) for firm, held in told.items()}
