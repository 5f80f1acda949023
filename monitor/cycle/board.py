"""The board of firms: what the shipped tables and the entries of the last months say of each."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from monitor.config import Settings
from monitor.cycle import extraction, margins, telling
from monitor.data import market, tables
from monitor.store import facts, told
from monitor.stories import firms
from monitor.stories.firms import FirmRow, Lease

SINCE = timedelta(days=90)  # entries looked at
QUOTE = "market_value_"  # begins the name of a signal in USD, such as market_value_CORZ


def board(connection: sqlite3.Connection, settings: Settings, now: datetime) -> tuple[FirmRow, ...]:
    """One row for each firm, those most told of first; a contract of the shipped table stands before what texts say."""
    entries = told.told_of(connection, now - SINCE, telling.roles_of(settings))
    shipped = [
        Lease(lease.firm, lease.it_mw * lease.owner_share, lease.value_usd * lease.owner_share)
        for lease in market.leases()
        if lease.counted and lease.kind == "colocation"
    ]
    computed = facts.with_arithmetic(connection)
    leasing = {t.entry.entry_id: t for held in entries.values() for t in held if t.entry.entry_id in computed}
    texts = [lease for t in leasing.values() if (lease := firms.lease_of(t, extraction.index())) is not None]
    quotes = margins.inputs_now(connection, settings, now)
    values = {name[len(QUOTE) :]: i.value for name, i in quotes.items() if name.startswith(QUOTE) and i.value}
    return firms.board(tables.firms(), entries, [*shipped, *texts], now, market_values=values)
