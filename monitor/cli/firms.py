"""`firms`: who is pivoting, by dated evidence."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from monitor.cli import context
from monitor.clock import to_text
from monitor.cycle.board import board
from monitor.export.jsonl import dumps
from monitor.model import Sides
from monitor.stories.firms import FirmRow
from monitor.stories.timeline import Event


def run(arguments: argparse.Namespace) -> int:
    """Every firm: status, contracts, balance of the week, last event, and the evidence of the status."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with context.reading(arguments) as connection:
        rows = board(connection, settings, now)
    if arguments.json:
        print(dumps([_row(row) for row in rows]))
        return 0
    for row in rows:
        print("\n".join(_lines(row)))
    return 0


def _lines(row: FirmRow) -> list[str]:
    contracted = (
        f"{row.contracted_mw:,.0f} MW, ${row.contracted_usd / 1e9:,.1f}bn" if row.contracts else "no contract known"
    )
    value = f"  ${row.usd_per_mw / 1e6:,.1f}m a MW" if row.usd_per_mw else ""
    head = f"{row.firm:<6} {row.name:<26} {row.status:<12} {contracted:<20} {_balance(row)}{value}"
    lines = [head.rstrip(), f"       {row.status_date}: {row.status_evidence}"]
    if row.last_event:
        lines.append(f"       {row.last_event.at:%Y-%m-%d} {row.last_event.kind}: {row.last_event.text}")
    return lines


def _balance(row: FirmRow) -> str:
    if not row.entries:
        return ""
    week, before = (f"C{s.critic} D{s.defender} N{s.neutral}" for s in (row.balance, row.balance_before))
    return f"week {week}, before {before}"


def _row(row: FirmRow) -> dict[str, Any]:
    return {
        "firm": row.firm,
        "name": row.name,
        "status": row.status,
        "status_date": row.status_date,
        "status_evidence": row.status_evidence,
        "status_url": row.status_url,
        "contracted_mw": row.contracted_mw,
        "contracted_usd": row.contracted_usd,
        "contracts": [{"mw": c.mw, "usd": c.usd, "entry_id": c.entry_id} for c in row.contracts],
        "balance": _sides(row.balance),
        "balance_before": _sides(row.balance_before),
        "last_event": None if row.last_event is None else _event(row.last_event),
        "newer": [_event(event) for event in row.newer],
        "filings": [_event(event) for event in row.filings],
        "entries": row.entries,
        "usd_per_mw": row.usd_per_mw,
    }


def _sides(sides: Sides) -> dict[str, int]:
    return asdict(sides)


def _event(event: Event) -> dict[str, str]:
    return {"date": to_text(event.at), "kind": event.kind, "text": event.text, "entry_id": event.entry_id}
