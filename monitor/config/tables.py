"""The tables of feeds.toml: which keys each one has, and what must hold between them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor import text
from monitor.config import keys, values
from monitor.config.keys import Names
from monitor.config.secrets import safe_url
from monitor.config.settings import (
    STALE_AFTER,
    FeedConfig,
    MonitorConfig,
    NetworkConfig,
    RuleConfig,
    Settings,
    SignalConfig,
    SinkConfig,
    SiteConfig,
)
from monitor.config.values import Read, Refused

VERSION = 1  # of the file's format; a file without a version is of the first
SPREADS = ("spread.gross", "spread.operating", "spread.after_capex")
BLIND = "feeds.blind"
STDOUT = "stdout"  # the sink that is always there
BUILT_IN_SITE = "default"  # the site there is where none is declared

Row = Mapping[str, Any]
At = tuple[str | int, ...]  # key path, such as ("feed", 2, "every")

_STORIES = re.compile(r"""stories\(\s*(["'])(.*)\1\s*\)""", re.DOTALL)
_SINGLE = ("monitor", "network")
_LISTS = ("feed", "signal", "site", "rule", "sink")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a key path."""

    at: At
    why: str
    other: At | None = None  # the earlier place that this one contradicts


def story_query(when: str) -> str | None:
    """The query of a rule whose `when` is stories("…"), where \\" stands for a quote; else None."""
    found = _STORIES.fullmatch(when)
    return found[2].replace('\\"', '"') if found else None


class Tables:
    """Reads the tables of one document; `faults` holds what is wrong with them."""

    def __init__(self, names: Names, *, trusted: bool) -> None:
        self.faults: list[Fault] = []
        self._names = names
        self._trusted = trusted
        self._template = partial(values.template, commands=trusted)
        self._address = partial(values.address, commands=trusted)
        fetched: dict[str, Read] = {
            "url": self._address,
            "headers": partial(values.headers, commands=trusted),
        }
        self._feed = keys.FEED | fetched | {"kind": values.choice(names.kinds)}
        self._signal = keys.SIGNAL | fetched

    def settings(self, path: Path, tables: Row) -> Settings:
        """The settings, to be used only where `faults` stays empty."""
        settings = Settings(path=path, trusted=self._trusted)
        if not self._version(tables.get("version", VERSION)):
            return settings  # nothing else of a newer file can be judged
        self._unknown(tables, ("version", *_SINGLE, *_LISTS), ())
        rows = {key: self._rows(tables, key) for key in _LISTS}
        self._unique(rows)
        monitor = MonitorConfig(**self._fields(keys.MONITOR, self._single(tables, "monitor"), ("monitor",)))
        network = NetworkConfig(**self._fields(keys.NETWORK, self._single(tables, "network"), ("network",)))
        return Settings(
            path=path,
            trusted=self._trusted,
            monitor=monitor,
            network=network,
            feeds=_each(rows, "feed", partial(self._read_feed, every=monitor.poll)),
            signals=_each(rows, "signal", partial(self._read_signal, every=monitor.poll)),
            sites=_each(rows, "site", self._read_site),
            rules=_each(rows, "rule", partial(self._read_rule, known=_known(rows, self._names))),
            sinks=_each(rows, "sink", self._read_sink),
        )

    # -------------------------------------------------------------- shapes

    def _fault(self, at: At, why: str, other: At | None = None) -> None:
        self.faults.append(Fault(at, why, other))

    def _version(self, version: object) -> bool:
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            self._fault(("version",), f"version: wanted a whole number from 1, got {values.given(version)}")
        elif version > VERSION:
            newer = f"made for a newer pivotwatch (format {version}, this one reads {VERSION})"
            self._fault(("version",), f"version: {newer}; upgrade pivotwatch")
            return False
        return True

    def _unknown(self, table: Row, known: Collection[str], at: At) -> None:
        for key in table:
            if key not in known:
                near = values.nearest(key, tuple(known))
                self._fault((*at, key), f"unknown key {text.visible(key, 60)}{near}")

    def _single(self, tables: Row, key: str) -> Row:
        table = tables.get(key, {})
        if isinstance(table, dict):
            return table
        self._fault((key,), f"{key}: write [{key}] once, with its keys below it")
        return {}

    def _rows(self, tables: Row, key: str) -> list[Row]:
        rows = tables.get(key, [])
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
        self._fault((key,), f"{key}: write [[{key}]], in two brackets, once for each {key}")
        return []

    def _fields(self, known: Mapping[str, Read], table: Row, at: At, *needs: str) -> dict[str, Any]:
        """The values of the known keys; a key that is missing or wrong is left out and is a fault."""
        self._unknown(table, known, at)
        for key in needs:
            if key not in table:
                self._fault(at, f"[[{at[0]}]] needs {key}")
        found = {}
        for key, value in table.items():
            if read := known.get(key):
                try:
                    found[key] = read(value)
                except Refused as refused:
                    self._fault((*at, key, *refused.below), f"{key}: {refused}")
        return found

    def _unique(self, rows: Mapping[str, list[Row]]) -> None:
        for key in ("feed", "site", "rule", "sink"):
            self._differ(rows[key], key, "name")
        self._differ(rows["feed"], "feed", "url")
        self._differ(rows["signal"], "signal", "name", "source")

    def _differ(self, rows: list[Row], key: str, *parts: str) -> None:
        first: dict[tuple[str, ...], int] = {}
        for place, row in enumerate(rows):
            value = tuple(row[part] for part in parts if isinstance(row.get(part), str))
            if len(value) == len(parts) and first.setdefault(value, place) != place:
                shown = " from ".join(text.visible(safe_url(part), 100) for part in value)
                other = (key, first[value], parts[-1])
                self._fault((key, place, parts[-1]), f"{parts[-1]}: there already is a {key} {shown}", other)

    # -------------------------------------------------------------- one table each

    def _read_feed(self, row: Row, at: At, every: timedelta) -> FeedConfig | None:
        own = _own_keys(self._names.kinds, row.get("kind", "auto"))
        found = self._fields(self._feed | dict.fromkeys(own, values.words), row, at, "name", "url")
        options = {key: found.pop(key) for key in own if key in found}
        if not found.keys() >= {"name", "url"}:
            return None
        found.setdefault("every", every)
        return FeedConfig(**found, options=options)

    def _read_signal(self, row: Row, at: At, every: timedelta) -> SignalConfig | None:
        needs = ("name", "source", "url", "value")
        found = self._fields(self._signal, row, at, *needs)
        found.setdefault("every", every)
        # Three fetches may fail before a value that is fetched rarely counts as stale.
        found.setdefault("stale_after", max(STALE_AFTER, 3 * found["every"]))
        if found.get("min", -math.inf) >= found.get("max", math.inf):
            self._fault((*at, "min"), "min: must be below max")
        if found.get("format") == "json":  # where the format is found out, the text may be a column's name
            for key in ("value", "observed_at"):
                if key in found and (problem := self._names.expression_problem(found[key])):
                    self._fault((*at, key), f"{key}: {problem}")
        if "where" in found and found.get("format") == "json":
            self._fault((*at, "where"), "where: chooses rows of a CSV, but format is json")
        return SignalConfig(**found) if found.keys() >= set(needs) else None

    def _read_site(self, row: Row, at: At) -> SiteConfig | None:
        found = self._fields({"name": values.name} | dict.fromkeys(self._names.site, values.number), row, at, "name")
        name = found.pop("name", None)
        for key, value in found.items():
            if problem := self._names.site_problem(key, value):
                self._fault((*at, key), problem)
        return SiteConfig(name=name, values=found) if name else None

    def _read_sink(self, row: Row, at: At) -> SinkConfig | None:
        reads: dict[str, Read] = {"name": values.name, "secret": self._template, "command": values.arguments}
        reads |= {"apprise": self._template, "webhook": self._address}
        ways = self._names.sinks
        known = {key: read for key, read in reads.items() if key in ("name", "secret", *ways)}
        found = self._fields(known, row, at, "name")
        given = [way for way in ways if way in row]
        if len(given) != 1:
            told = " and ".join(given) or "none of them"
            wanted = f"needs exactly one of {', '.join(ways)}; it has {told}"
            self._fault(at, f"[[sink]] {wanted if ways else 'is not known here: stdout is the only sink'}")
        if "command" in given and not self._trusted:
            self._fault((*at, "command"), f"command: {values.NO_COMMANDS}")
        if "secret" in row and "webhook" not in row:
            self._fault((*at, "secret"), "secret: signs a webhook, and this sink has none")
        if found.get("name") == STDOUT:
            self._fault((*at, "name"), f"name: {STDOUT} is built in; choose another name")
        return SinkConfig(**found) if "name" in found else None

    def _read_rule(self, row: Row, at: At, known: Mapping[str, frozenset[str]]) -> RuleConfig | None:
        needs = ("name", "when", "enter", "exit")
        found = self._fields(keys.RULE, row, at, *needs)
        if "for" in found:
            found["pending_for"] = found.pop("for")
        if "enter" in found and found["enter"] == found.get("exit"):
            self._fault((*at, "exit"), "exit: must differ from enter, or the rule would change with every value")
        if "when" in found and (problem := self._when_problem(found["when"], known["when"])):
            self._fault((*at, "when"), f"when: {problem}")
        if "site" in found:
            self._name_known(found["site"], known["site"], (*at, "site"), "site")
        for place, sink in enumerate(found.get("sinks", ())):
            self._name_known(sink, known["sink"], (*at, "sinks", place), "sink")
        if story_query(found.get("when", "")) is None:
            found.pop("by", None)  # only stories have firms
        if found.get("mean") and found.get("when") == BLIND:
            self._fault((*at, "mean"), f"mean: what {BLIND} was before is not kept")
        return RuleConfig(**found) if found.keys() >= set(needs) else None

    def _name_known(self, name: str, known: frozenset[str], at: At, what: str) -> None:
        if name not in known:
            near = values.nearest(name, tuple(sorted(known)))
            self._fault(at, f"{what}: there is no [[{what}]] {text.visible(name, 60)}{near}")

    def _when_problem(self, when: str, known: frozenset[str]) -> str | None:
        query = story_query(when)
        if query is not None:
            return self._names.query_problem(query) if query.strip() else 'stories("") would match every story'
        if when in known:
            return None
        if when.startswith("stories"):
            return 'write stories("…") with a query in the quotes, such as stories("stance:critic since:24h")'
        return f"unknown {text.visible(when, 60)}{values.nearest(when, tuple(sorted(known)))}"


def _each(rows: Mapping[str, list[Row]], key: str, read: Callable[[Row, At], Any]) -> tuple[Any, ...]:
    return tuple(read(row, (key, place)) for place, row in enumerate(rows[key]))


def _own_keys(kinds: Mapping[str, Collection[str]], kind: object) -> Collection[str]:
    if isinstance(kind, str) and kind in kinds:
        return kinds[kind]
    return {key for keys in kinds.values() for key in keys}  # the kind is the fault, not its keys


def _known(rows: Mapping[str, list[Row]], names: Names) -> dict[str, frozenset[str]]:
    """What a rule may name: signals and spreads, sites, sinks."""
    declared = {key: {row["name"] for row in rows[key] if isinstance(row.get("name"), str)} for key in _LISTS}
    return {
        "when": frozenset({*SPREADS, BLIND, *names.signals, *declared["signal"]}),
        "site": frozenset(declared["site"] or {BUILT_IN_SITE}),
        "sink": frozenset({STDOUT, *declared["sink"]}),
    }
