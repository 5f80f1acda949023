"""`margin`: the calculator on the latest readings; never uses the network."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from monitor import clock
from monitor.cli import context, margin_page
from monitor.config import Settings
from monitor.cycle import margins, outlook, sites
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.margin import compute, inputs
from monitor.margin.attribution import attribution
from monitor.margin.compute import Margin
from monitor.margin.explain import explain
from monitor.margin.outlook import Around
from monitor.margin.sensitivity import Bar, Table, as_json, numbers, tornado, usual_table
from monitor.model import Input
from monitor.store import readings


@dataclass(frozen=True, slots=True)
class Change:
    """Why the spread is not what it was."""

    since: datetime | None  # of the stored point that it is compared with; None where there is none
    parts: Mapping[str, float | None]  # USD per grid MWh by input, and `total`
    moved: Mapping[str, float | None]  # by how much each input changed, in its unit


@dataclass(frozen=True, slots=True)
class Told:
    """One margin and what stands around it."""

    margin: Margin
    around: Around
    change: Change | None  # where asked for


def run(arguments: argparse.Namespace) -> int:
    settings = context.settings_of(arguments)
    values = inputs.parse_settings(arguments.set)
    names = _sites(settings, arguments)
    since = None if arguments.since is None else _duration(arguments.since)
    now = context.now_of(arguments)
    with context.reading(arguments) as connection:
        every = [
            margins.margin_of(connection, settings, site.name, arguments.tier, now, values)
            for site in sites.of(settings)
        ]
        found = [
            Told(
                margin,
                outlook.around(connection, settings, margin, every, now, what_if=bool(values)),
                None if since is None else _change(connection, margin, now - since),
            )
            for margin in every
            if margin.site in names
        ]
    if arguments.json:
        rows = [_as_json(told, arguments, now) for told in found]
        print(dumps(rows if arguments.all_sites else rows[0]))
    else:
        print("\n\n".join("\n".join(_lines(told, arguments, now)) for told in found))
    return 0


def _change(connection: sqlite3.Connection, margin: Margin, at: datetime) -> Change:
    before = readings.point_at(connection, margin.site, margin.tier, at)
    if before is None:
        return Change(None, {"total": None}, {})
    parts = attribution(before.inputs, margin.inputs, margin.tier)
    old, new = numbers(before.inputs), numbers(margin.inputs)
    moved = {name: new[name] - old[name] if name in new and name in old else None for name in parts}
    return Change(before.at, parts, moved)


def _as_json(told: Told, arguments: argparse.Namespace, now: datetime) -> dict[str, object]:
    found = compute.as_json(told.margin)
    around = told.around
    found["network"] = dict(around.network)
    found["outlook"] = {
        "ai_wins": asdict(around.wins),
        "year_one": around.year_one and asdict(around.year_one),
        "halving": around.halving and {**asdict(around.halving), "expected": clock.to_text(around.halving.expected)},
    }
    found["forecast"] = dict(around.forecast)
    if told.change is not None:
        found["attribution"] = dict(told.change.parts)
        found["attribution_since"] = clock.optional_text(told.change.since)
    if arguments.sensitivity:
        found |= as_json(*_sensitivity(told.margin.inputs, told.margin.tier))
    if arguments.explain:
        found["explain"] = explain(told.margin, now)
    return found


def _lines(told: Told, arguments: argparse.Namespace, now: datetime) -> list[str]:
    margin = told.margin
    if arguments.explain:
        lines = explain(margin, now)
    else:
        lines = [*margin_page.head(margin, now), *margin_page.around(told.around, margin.tier)]
    if told.change is not None:
        lines.append(margin_page.attribution(told.change.parts, told.change.moved, told.change.since))
    if arguments.sensitivity:
        lines += margin_page.sensitivity(*_sensitivity(margin.inputs, margin.tier))
    return lines if arguments.explain else [*lines, *margin_page.used_inputs(margin, now)]


def _sensitivity(used: Mapping[str, Input], tier: str) -> tuple[Sequence[Bar], Table | None]:
    return tornado(used, tier), usual_table(used, tier)


def _duration(text: str) -> timedelta:
    try:
        return clock.duration(text)
    except ValueError as error:
        raise UsageError(f"--since {error}") from error


def _sites(settings: Settings, arguments: argparse.Namespace) -> list[str]:
    names = [site.name for site in sites.of(settings)]
    if arguments.all_sites:
        return names
    if arguments.site is None:
        return names[:1]
    if arguments.site not in names:
        near = get_close_matches(arguments.site, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; sites: {', '.join(names)}"
        raise UsageError(f"--site {arguments.site}: no such site{hint}")
    return [arguments.site]
