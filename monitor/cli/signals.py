"""`signals list|set|import|accept`: readings, by hand, from files and from texts."""

from __future__ import annotations

import argparse
import csv
import math
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor import clock
from monitor.cli import context
from monitor.config import Settings
from monitor.cycle import acceptance, margins
from monitor.cycle.gather import key_of
from monitor.errors import UnfinishedError, UsageError
from monitor.export.jsonl import dumps
from monitor.margin import inputs
from monitor.model import Reading
from monitor.store import fetching, readings
from monitor.store.database import open_database, transaction

MANUAL = "manual"
NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
MILLISECONDS = 100_000_000_000  # a larger number of seconds lies beyond the year 5000


def list_signals(arguments: argparse.Namespace) -> int:
    """Every source of every signal: its last reading, its age, and whether it is the one in use."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with context.reading(arguments) as connection:
        rows = list(_rows(connection, settings, now))
    if arguments.json:
        print(dumps(rows))
        return 0
    for row in rows:
        value = "no reading" if row["value"] is None else f"{row['value']:,.6g} {row['unit']}"
        seen = clock.age(clock.from_text(row["observed_at"]), now) if row["observed_at"] else ""
        marks = " ".join(filter(None, ["*" if row["used"] else " ", (row["status"] or "").upper() or "-", seen]))
        print(f"{row['name']:<16} {row['source']:<22} {value:<28} {marks:<12} {row['reason'] or ''}".rstrip())
    return 0


def set_signal(arguments: argparse.Namespace) -> int:
    """Store one reading by hand."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    value = _number(arguments.value, "VALUE")
    _refuse_impossible(arguments.name, value)
    at = now if arguments.at is None else _time(arguments.at)
    if at > now:
        raise UsageError(f"--at {arguments.at}: is still to come")
    source = arguments.source or MANUAL
    reading = Reading(arguments.name, source, value, _unit(settings, arguments.name), at, now)
    _store(arguments, [reading])
    context.talk(arguments, f"{reading.name} from {source} is {value:g} {reading.unit} at {clock.to_text(at)}")
    return 0


def import_signal(arguments: argparse.Namespace) -> int:
    """Store the history in a CSV file; exit 1 where lines had errors, the rest is stored all the same."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    if not 0 < arguments.scale < math.inf:
        raise UsageError(f"--scale {arguments.scale:g}: must be a number above 0")
    unit = _unit(settings, arguments.name)
    blank = Reading(arguments.name, arguments.source or arguments.file.name, 0.0, unit, now, now)
    found: list[Reading] = []
    faults: list[str] = []
    for number, row in _csv_rows(arguments.file, arguments.time, arguments.value):
        try:
            value, at = _number(row[1], arguments.value) * arguments.scale, _time(row[0])
            _refuse_impossible(arguments.name, value)
            found.append(replace(blank, value=value, observed_at=at))
        except UsageError as error:
            faults.append(f"{arguments.file}:{number}: {error}")
    _store(arguments, sorted(found, key=lambda reading: reading.observed_at))
    told = f"{len(found)} readings of {arguments.name}{f' ({unit})' if unit else ''} stored"
    context.talk(arguments, f"{told}, {len(faults)} lines refused")
    if faults:
        raise UnfinishedError("\n".join(faults[:20]))
    return 0


def accept_figure(arguments: argparse.Namespace) -> int:
    """Make a reading of a figure that an entry tells; it counts as `story` and stands behind every live source."""
    now = context.now_of(arguments)
    with closing(open_database(context.database_of(arguments))) as connection:
        reading, possible = acceptance.accept(connection, arguments.figure, now)
    context.talk(arguments, f"{reading.name} from {reading.source} is {reading.value:g} {reading.unit}")
    if possible:
        context.talk(arguments, f"the text says it as possible only ({possible})")
    return 0


def _rows(connection: sqlite3.Connection, settings: Settings, now: datetime) -> Iterator[dict[str, Any]]:
    latest, held, states = readings.latest(connection), readings.held(connection), fetching.states(connection)
    chosen = margins.choices(connection, settings, now)
    configured = {(signal.name, signal.source): signal for signal in settings.signals}
    for key in dict.fromkeys([*configured, *latest]):
        name, source = key
        reading, signal = latest.get(key), configured.get(key)
        state = states.get(key_of(signal)) if signal else None
        suspect = held[key].warning if key in held else None
        choice = chosen.get(name)
        used = choice is not None and reading is not None and choice.reading == reading
        yield {
            "name": name,
            "source": source,
            "value": reading.value if reading else None,
            "unit": reading.unit if reading else (signal.unit if signal else None),
            "status": margins.standing(settings, reading, now).value if reading else None,
            "observed_at": clock.optional_text(reading.observed_at) if reading else None,
            "fetched_at": clock.optional_text(reading.fetched_at) if reading else None,
            "used": used,
            "reason": suspect or (state.last_error if state else None) or (choice.note if used and choice else None),
        }


def _store(arguments: argparse.Namespace, found: list[Reading]) -> None:
    connection = open_database(context.database_of(arguments))
    with transaction(connection):
        for reading in found:
            readings.save(connection, reading, kept=True)
    connection.close()


def _csv_rows(path: Path, time: str, value: str) -> Iterator[tuple[int, tuple[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in (time, value) if name not in (reader.fieldnames or [])]
            if missing:
                columns = ", ".join(reader.fieldnames or [])
                raise UsageError(f"{path}: no column {missing[0]}; its columns: {columns}")
            for row in reader:
                yield reader.line_num, (row[time] or "", row[value] or "")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}") from error


def _unit(settings: Settings, name: str) -> str:
    if name in inputs.PARAMETERS:
        return inputs.PARAMETERS[name].unit
    return next((signal.unit for signal in settings.signals if signal.name == name), "")


def _refuse_impossible(name: str, value: float) -> None:
    fault = inputs.problem(name, value) if name in inputs.PARAMETERS else None
    if fault:
        raise UsageError(fault)


def _number(text: str, what: str) -> float:
    if not NUMBER.fullmatch(text.strip()):
        raise UsageError(f"{what} is {text!r}, not a plain number")
    return float(text)


def _time(text: str) -> datetime:
    """RFC 3339, a plain date (midnight UTC), or seconds or milliseconds since 1970."""
    try:
        if text.strip().isdigit():
            seconds = int(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds >= MILLISECONDS else seconds, UTC)
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{text!r} is no time; write 2026-06-26 or 2026-06-26T10:00:00Z") from error
