"""What feeds.toml says, as frozen values: every default and every unit of the file is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

STALE_AFTER = timedelta(hours=1)  # of a signal; three of its intervals where they are longer


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorConfig:
    """The `[monitor]` table."""

    poll: timedelta = timedelta(minutes=15)  # default interval of feeds and signals
    retain: timedelta | None = timedelta(days=365)  # by first_seen_at; None keeps all


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """The `[network]` table."""

    user_agent: str = "pivotwatch"
    allow_private: frozenset[tuple[str, int]] = frozenset()  # (host, port) that may be dialled although not public
    timeout: timedelta = timedelta(seconds=20)  # one deadline for look-up, connect, head, body and redirects
    max_bytes: int = 10_000_000  # after inflating
    concurrency: int = 16
    per_host: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedConfig:
    """One `[[feed]]`. `url` and header values are templates that may hold ${NAME} or ${cmd:…}."""

    name: str
    url: str
    kind: str = "auto"
    every: timedelta = timedelta(minutes=15)
    role: str = "news"
    tags: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)  # what only this kind reads (items = "hits", …)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalConfig:
    """One `[[signal]]`; (name, source) is unique."""

    name: str
    source: str
    url: str
    format: str = "auto"  # auto, json, csv
    value: str = ""  # JMESPath for JSON, column for CSV
    observed_at: str | None = None  # JMESPath or column: ISO, seconds or milliseconds; None: the fetch time
    where: Mapping[str, str] = field(default_factory=dict)  # CSV: rows kept, the last is used
    scale: float = 1.0
    unit: str = ""
    every: timedelta = timedelta(minutes=15)
    stale_after: timedelta = STALE_AFTER
    min: float | None = None
    max: float | None = None
    max_jump: float | None = None  # share of the last good value; beyond it suspect until seen twice
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """One `[[site]]`: any names of the margin section, with status `set`."""

    name: str
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleConfig:
    """One `[[rule]]`. enter > exit fires at value >= enter and clears at <= exit; mirrored otherwise."""

    name: str
    when: str  # spread.gross | spread.operating | spread.after_capex | a signal | stories("…") | feeds.blind
    enter: float
    exit: float
    by: str | None = None
    site: str | None = None
    tier: str = "colo"
    pending_for: timedelta = timedelta(0)  # key `for`
    keep: timedelta = timedelta(0)
    mean: timedelta | None = None
    dwell: timedelta = timedelta(0)
    repeat: timedelta | None = None  # None: never
    severity: str = "warning"
    sinks: tuple[str, ...] = ("stdout",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkConfig:
    """One `[[sink]]`: exactly one of apprise, command, webhook."""

    name: str
    apprise: str | None = None
    command: tuple[str, ...] | None = None
    webhook: str | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything feeds.toml says, checked."""

    path: Path
    trusted: bool = True  # False for a ./feeds.toml nobody named: ${cmd:} and command sinks are refused
    monitor: MonitorConfig = field(default_factory=MonitorConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    feeds: tuple[FeedConfig, ...] = ()
    signals: tuple[SignalConfig, ...] = ()
    sites: tuple[SiteConfig, ...] = ()
    rules: tuple[RuleConfig, ...] = ()
    sinks: tuple[SinkConfig, ...] = ()
