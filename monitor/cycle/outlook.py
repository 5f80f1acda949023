"""The forecast of a rule's spread from the stored readings, computed once a day and kept.

Only a brief, the margin and the pane ask for it: `poll` and `check` never pay for one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from monitor.config import RuleConfig, Settings
from monitor.cycle import margins, past, sites
from monitor.errors import StoreError
from monitor.margin import outlook
from monitor.margin.compute import FORMULA, Margin
from monitor.margin.history import LEAST, History
from monitor.margin.outlook import Around
from monitor.margin.spread import hashprice_of
from monitor.model import Input, Status
from monitor.store import forecasts
from monitor.store.forecasts import Key

SPREAD = "spread.after_capex"
OLD = timedelta(days=7)  # a history that ended longer ago says nothing of the days ahead
WHAT_IF = "a what-if is not forecast; leave out --set"
WANTED = "`pivotwatch signals import` stores the history in a CSV file"

Told = dict[str, Any]  # JSON values; {"empty": reason} where nothing can be said


def around(
    connection: sqlite3.Connection,
    settings: Settings,
    margin: Margin,
    every: Sequence[Margin],
    now: datetime,
    *,
    what_if: bool = False,
) -> Around:
    """What is told beside a margin; `every` are those of all sites of its tier."""
    return Around(
        outlook.ai_wins(every),
        outlook.year_one(margin.inputs) if margin.tier == "colo" else None,
        outlook.halving(margin.inputs, margin.tier, now),
        margins.network_of(connection, settings, margin.inputs),
        {"empty": WHAT_IF} if what_if else of_site(connection, settings, margin.site, margin.tier, now),
    )


def of_site(connection: sqlite3.Connection, settings: Settings, site: str, tier: str, now: datetime) -> Told:
    """The forecast for the rule that watches this spread after capex."""
    rules = [rule for rule in _rules(settings) if (rule.site or sites.of(settings)[0].name, rule.tier) == (site, tier)]
    if not rules:
        return {"empty": f"no [[rule]] on {SPREAD} of {site}, {tier}: its enter is the level that is forecast"}
    return _of_rule(connection, settings, rules[0], site, now)


def headline(connection: sqlite3.Connection, settings: Settings, now: datetime) -> Told:
    """The forecast for the first rule on the spread after capex: what a brief shows."""
    rules = _rules(settings)
    if not rules:
        return {"empty": f"no [[rule]] on {SPREAD} in feeds.toml: its enter is the level that is forecast"}
    return _of_rule(connection, settings, rules[0], rules[0].site or sites.of(settings)[0].name, now)


def _rules(settings: Settings) -> list[RuleConfig]:
    return [rule for rule in settings.rules if rule.when == SPREAD]


def _of_rule(connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, site: str, now: datetime) -> Told:
    used = margins.margin_of(connection, settings, site, rule.tier, now).inputs
    key = Key(site, rule.tier, rule.enter, now.date(), _made_of(connection, used, now))
    told = forecasts.find(connection, key)
    if told is not None:
        return told
    history = _unbroken(past.history(connection, settings))
    reason = _too_little(history, now)
    if reason is not None:
        return {"empty": reason}
    told = {"site": site, "tier": rule.tier, "level": rule.enter, **_computed(history, used, rule)}
    told["text"] = _words(told)
    with suppress(StoreError):  # a database that cannot be written now: it is computed again
        forecasts.save(connection, key, told)
    return told


def _computed(history: History, used: Mapping[str, Input], rule: RuleConfig) -> Told:
    from monitor.margin import forecast  # brings numpy along

    scores = forecast.past_scores(history, used, rule.tier)
    return dict(forecast.to_json(forecast.forecast(history, used, rule.tier, rule.enter, scores)))


def _made_of(connection: sqlite3.Connection, used: Mapping[str, Input], now: datetime) -> str:
    """A fingerprint of the formula, of what was set, and of the readings before today."""
    fixed = {name: i.value for name, i in used.items() if i.status is Status.SET}
    grounds = repr((FORMULA, sorted(fixed.items()), forecasts.past_readings(connection, now.date())))
    return blake2b(grounds.encode(), digest_size=8).hexdigest()


def _unbroken(history: History) -> History:
    """The last run of days that all have a hashprice."""
    days = history.days
    while days and hashprice_of(days[-1].values) is None:
        days = days[:-1]
    start = next((n + 1 for n in range(len(days) - 1, -1, -1) if not hashprice_of(days[n].values)), 0)
    return replace(history, days=days[start:])


def _too_little(history: History, now: datetime) -> str | None:
    """Why nothing can be said, and what it would take; None where something can."""
    days = len(history.days)
    if days <= LEAST:
        return f"a forecast takes more than {LEAST} days of hashprice without a gap, there are {days}; {WANTED}"
    last = history.days[-1]
    if now - last.at > OLD:
        return f"the history of hashprice ends on {last.day.isoformat()}; poll, or {WANTED}"
    return None


def _words(told: Told) -> str:
    parts = [crossing["text"] for crossing in told["crossings"]]
    parts += [told["volatility"]["text"]] if told["volatility"] else []
    head = f"Spread after capex of {told['site']} ({told['tier']}), {told['spread']:+.1f} USD/MWh"
    return f"{head}: {'. '.join(parts)}."
