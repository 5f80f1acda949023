"""Stored readings → the daily history that forecasts and back-tests read."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from monitor.config import Settings
from monitor.margin.history import History, history_of
from monitor.margin.inputs import SIGNALS
from monitor.model import Reading
from monitor.signals.judge import STORY
from monitor.store import readings

HASH_RATE = "hash_rate"
TERAHASHES = {"H/s": 1e-12, "GH/s": 1e-3, "TH/s": 1.0, "PH/s": 1e3, "EH/s": 1e6, "ZH/s": 1e9}

Series = list[tuple[datetime, float]]


def history(connection: sqlite3.Connection, settings: Settings) -> History:
    """Every day that has a reading of a signal of the margin or of the hash rate (TH/s)."""
    series = {name: daily(connection, settings, name) for name in (*SIGNALS, HASH_RATE)}
    return history_of({name: found for name, found in series.items() if found})


def daily(connection: sqlite3.Connection, settings: Settings, name: str) -> Series:
    """One value a day of one signal, oldest first: from the first source in file order that has one.

    A source that feeds.toml does not have, such as an imported file, comes after those that it has.
    """
    order = [signal.source for signal in settings.signals if signal.name == name]
    by_day: dict[date, Reading] = {}

    def rank(reading: Reading) -> int:
        return order.index(reading.source) if reading.source in order else len(order)

    for reading in readings.daily(connection, name):
        if reading.source.startswith(STORY):  # a figure from a text is no measured day
            continue
        held = by_day.get(reading.observed_at.date())
        if held is None or rank(reading) <= rank(held):
            by_day[reading.observed_at.date()] = reading
    return [(by_day[day].observed_at, _value(by_day[day])) for day in sorted(by_day)]


def _value(reading: Reading) -> float:
    """The sources of a hash rate differ in its unit; a unit that is not known counts as TH/s."""
    return reading.value * TERAHASHES.get(reading.unit, 1.0) if reading.name == HASH_RATE else reading.value
