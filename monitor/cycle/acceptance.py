"""A figure of an entry → the reading that a person makes of it; nothing is used unasked."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.errors import UsageError
from monitor.margin import inputs
from monitor.model import Reading
from monitor.signals.judge import STORY
from monitor.store import facts, readings
from monitor.store.database import transaction
from monitor.stories import figures

OF_A_LEASE = ("money", "power", "term")  # kinds that make a rent together


def accept(connection: sqlite3.Connection, figure_id: str, now: datetime) -> tuple[Reading, str | None]:
    """Store the figure as a reading of its signal; the reading, and why the figure is only possible (None: it is not).

    A lease's value, power or term stands for the rent that they come to. UsageError where there is no such
    figure, where it feeds no signal, or where it is out of range.
    """
    found = facts.figure(connection, figure_id)
    if found is None:
        raise UsageError(f"no figure {figure_id}; `pivotwatch export --rows entries` shows their ids under figures")
    figure, entry = found
    rent = figures.lease_rent(entry) if figure["kind"] in OF_A_LEASE else None
    if rent is not None:
        figure = figures.as_data(rent)
    name = figures.SIGNALS.get(str(figure["kind"]))
    if name is None:
        known = ", ".join(figures.SIGNALS)
        raise UsageError(f"{figure_id}: {figure['kind']} feeds no signal; {known} do, and the parts of a whole lease")
    value = float(str(figure["value"]))
    if fault := inputs.problem(name, value):
        raise UsageError(f"{figure_id}: {fault}")
    reading = Reading(name, f"{STORY}{entry.feed}", value, str(figure["unit"]), min(entry.published_at, now), now)
    with transaction(connection):
        readings.save(connection, reading, kept=True)
    qualifier = figure["qualifier"]
    return reading, None if qualifier is None else str(qualifier)
