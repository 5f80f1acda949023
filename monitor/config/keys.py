"""Which keys the tables of feeds.toml have, and how each one is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from monitor.config import values
from monitor.config.values import Read
from monitor.model import Role

MONITOR: dict[str, Read] = {
    "poll": values.duration("60s"),
    # A day at least: m means minutes, and "12m" meant as a year would delete all but the last entries.
    "retain": values.duration("1d", "36500d", nothing="never"),
}
NETWORK: dict[str, Read] = {
    "user_agent": values.name,
    "allow_private": values.dialable,
    "timeout": values.duration("1s", "10m"),
    "max_bytes": values.size(1_000, 100_000_000),
    "concurrency": values.whole(1, 256),
    "per_host": values.whole(1, 64),
}
FEED: dict[str, Read] = {
    "name": values.name,
    "every": values.duration("60s"),
    "role": values.choice([role.value for role in Role]),
    "tags": values.texts,
}
SIGNAL: dict[str, Read] = {
    "name": values.name,
    "source": values.name,
    "format": values.choice(("auto", "json", "csv")),
    "value": values.words,
    "observed_at": values.words,
    "where": values.cells,
    "scale": values.number,
    "unit": values.name,
    "every": values.duration("60s"),
    "stale_after": values.duration("1s", "3650d"),
    "min": values.number,
    "max": values.number,
    "max_jump": values.positive,
}
RULE: dict[str, Read] = {
    "name": values.name,
    "when": values.words,
    "by": values.choice(("firm",)),
    "site": values.name,
    "tier": values.choice(("colo", "cloud")),
    "enter": values.number,
    "exit": values.number,
    "for": values.duration("0s"),
    "keep": values.duration("0s"),
    "mean": values.duration("60s", nothing="none"),
    "dwell": values.duration("0s"),
    "repeat": values.duration("60s", nothing="never"),
    "severity": values.choice(("warning", "critical")),
    "sinks": values.texts,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the other rooms know and the config may name; they hand it in, for config sits below them."""

    kinds: Mapping[str, Collection[str]]  # feed kind → the keys that only it reads
    signals: Collection[str]  # of the margin section, and made of them; a rule may watch them without a [[signal]]
    site: Collection[str]  # what a [[site]] may set
    site_problem: Callable[[str, float], str | None]  # why a value is impossible
    query_problem: Callable[[str], str | None]  # why a query cannot be read
    sinks: Collection[str] = ("apprise", "command", "webhook")
    expression_problem: Callable[[str], str | None] = lambda _: None  # why JMESPath cannot be read
