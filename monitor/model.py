"""The domain: frozen values that flow one way, from feeds and signals to stories, spread and alerts.

Shapes only: no I/O, no clock, no library. Every time is an aware UTC `datetime`; every amount of money
carries its unit in its name (`usd_per_mwh`) or beside it (`Reading.unit`); shares are 0-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Stance(StrEnum):
    """The lean of one entry toward the pivot (docs/codebook.md)."""

    CRITIC = "critic"
    DEFENDER = "defender"
    NEUTRAL = "neutral"


class Role(StrEnum):
    """How much a single source can weigh."""

    PRIMARY = "primary"
    NEWS = "news"
    ANALYSIS = "analysis"
    SOCIAL = "social"


# ---------------------------------------------------------------- feeds and entries


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """One item as its feed tells it; every text is already clean and bounded (monitor.text)."""

    guid: str  # byte for byte what the feed says, "" where it says nothing; bounded by hashing in intake
    url: str | None  # clean http(s) without user information, else None
    title: str  # one line, at most 1,000 characters
    summary: str  # plain text, at most 20,000 characters
    author: str  # one line
    published_at: datetime | None  # None where missing, unreadable or before 1990
    published_raw: str  # the feed's own text of the date, clean, at most 100 characters


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one answer of one feed held."""

    kind: str  # rss, rdf, atom, jsonfeed, or the feed kind's name
    title: str
    entries: tuple[ParsedEntry, ...]  # in document order
    skipped: int = 0  # items left out because they held nothing usable
    warning: str | None = None  # damage that was survived, in one clean line


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored item of one feed."""

    entry_id: str  # stable and public: hash of the feed's name and the item's identity
    feed: str
    url: str | None
    title: str
    summary: str
    author: str
    published_at: datetime
    published_estimated: bool
    published_raw: str | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class PastVersion:
    """What an edited entry said before."""

    title: str
    summary: str
    seen_at: datetime


# ---------------------------------------------------------------- intake


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys by which an item is recognised; None where the feed gives nothing to go by."""

    guid: bytes | None
    link: bytes | None
    title: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """A stored item of the same feed that shares a key with one that came in."""

    n: int
    identity: Identity
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class New:
    """An item that was not stored before."""

    entry: Entry
    identity: Identity


@dataclass(frozen=True, slots=True)
class Changed:
    """A stored item whose title or summary was edited by its feed."""

    before: Known
    parsed: ParsedEntry
    identity: Identity


@dataclass(frozen=True, slots=True)
class Decision:
    """What intake made of one answer."""

    new: tuple[New, ...]
    changed: tuple[Changed, ...]
    repeats: int
    reuses_ids: bool  # the feed gave one GUID to different items


# ---------------------------------------------------------------- tags


@dataclass(frozen=True, slots=True)
class Tag:
    """What the classifiers read in one entry."""

    relevance: int  # 0, 1, 2
    relevance_p: tuple[float, float, float]
    stance: Stance  # always the most probable class
    stance_p: Mapping[str, float]
    unsure: bool
    unsure_because: str | None  # low_margin, few_known_words, language:xx, empty, model_missing
    noise: float  # 0-100; codebook level 1 is 0, level 5 is 100
    why: tuple[tuple[str, float], ...]  # signed words that moved the stance, strongest first
    model: str


@dataclass(frozen=True, slots=True)
class TaggedEntry:
    """An entry with its tag and the role of its feed: what grouping, noise and briefs read."""

    entry: Entry
    tag: Tag
    role: Role = Role.NEWS
    labelled: Mapping[str, str] = field(default_factory=dict)  # stance/relevance/noise -> model | user


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """All that the store knows of one entry: what exports and queries read."""

    n: int  # arrival number
    entry: Entry
    tag: Tag | None  # None until a model has read it
    story_id: str | None = None
    history: tuple[PastVersion, ...] = ()
    labelled: Mapping[str, str] = field(default_factory=dict)  # stance/relevance/noise -> user, where one did
    firms: tuple[str, ...] | None = None  # tickers; None where not looked for
    figures: tuple[Mapping[str, object], ...] | None = None
    notes: str | None = None


# ---------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Sides:
    """Entries of a story by stance; unsure ones apart, relevance 0 not counted."""

    critic: int = 0
    defender: int = 0
    neutral: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class NoisePart:
    """One named part of a story's noise level: value and weight are shares, why is one plain sentence."""

    value: float
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Story:
    """The entries, from any feeds, that tell the same event."""

    story_id: str
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    stance: str  # critic, defender, neutral or mixed
    sides: Sides
    blind_spot: str | None
    noise: float  # 0-100
    noise_parts: Mapping[str, NoisePart]
    firms: tuple[str, ...] | None
    score: float | None
    entries: tuple[TaggedEntry, ...] = ()


# ---------------------------------------------------------------- signals


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one signal from one source."""

    name: str
    source: str
    value: float
    unit: str
    observed_at: datetime
    fetched_at: datetime
    warning: str | None = None  # e.g. the document had no readable time


class Status(StrEnum):
    """How far an input can be believed; a stale or assumed one never passes for live."""

    LIVE = "live"
    STALE = "stale"
    ASSUMED = "assumed"
    SET = "set"
    STORY = "story"


@dataclass(frozen=True, slots=True)
class Input:
    """One number the margin was computed with, and where it came from."""

    value: float | None
    unit: str
    source: str
    observed_at: datetime | None
    status: Status


@dataclass(frozen=True, slots=True)
class SpreadPoint:
    """The spread of one site and tier at one moment, in USD per grid MWh, with the inputs it came from."""

    site: str
    tier: str
    at: datetime
    gross: float | None
    operating: float | None
    after_capex: float | None
    formula: str
    inputs: Mapping[str, Input]
    n: int = 0


# ---------------------------------------------------------------- politeness


@dataclass(frozen=True, slots=True)
class FetchState:
    """What must be remembered of one source to ask it politely, over restarts and between processes."""

    key: str  # "feed:NAME" or "signal:NAME:SOURCE"
    address: str = ""  # fingerprint of the configured address; another address forgets validators and waits
    etag: str | None = None  # byte for byte as received
    last_modified: str | None = None
    wire_hash: str | None = None  # of the last body as it came, before inflating
    failures: int = 0  # in a row
    next_try: datetime | None = None
    wait: str | None = None  # why next_try: interval, cache_control, back_off, retry_after
    gone: bool = False  # answered 410; asked again only after a retry by hand or another address
    first_ok_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_changed_at: datetime | None = None  # when it last brought something new
    last_error: str | None = None  # None while the last attempt went well
    moved_to: str | None = None  # permanent redirect, to be taken into the config by its owner
    http_status: int | None = None


# ---------------------------------------------------------------- outcomes of one poll


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """What one poll of one feed came to (CLI.md, `poll --json`)."""

    name: str
    url: str  # secrets shown as ***
    outcome: str  # ok, unchanged, not_due, off, error, gone
    http_status: int | None = None
    new: int = 0
    updated: int = 0
    skipped: int = 0
    bytes: int = 0
    seconds: float = 0.0
    error: str | None = None
    warning: str | None = None
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignalOutcome:
    """What one poll of one signal came to."""

    name: str
    source: str
    outcome: str  # ok, unchanged, not_due, off, refused, suspect, error
    value: float | None = None
    unit: str | None = None
    observed_at: datetime | None = None
    status: str | None = None  # live, stale
    seconds: float = 0.0
    error: str | None = None
    warning: str | None = None


# ---------------------------------------------------------------- alerts


class State(StrEnum):
    """A rule's state over time (docs/house.md draws the machine)."""

    BASELINE = "baseline"
    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVING = "resolving"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Alert:
    """One transition of one rule."""

    alert_id: str
    rule: str
    severity: str
    state: State
    from_state: State
    at: datetime
    since: datetime
    value: float | None
    enter: float
    exit: float
    site: str | None
    tier: str | None
    inputs: Mapping[str, Input]
    stories: tuple[str, ...]
    clears_when: str
    firm: str | None = None  # whose stories were counted, of a rule by firm


@dataclass(frozen=True, slots=True)
class Judged:
    """The transitions of one run, and what became of their messages."""

    alerts: tuple[Alert, ...] = ()
    delivered: int = 0
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class RuleState:
    """Where a rule stands."""

    state: State
    since: datetime  # when this state began, moved on by the length of any time without data
    value: float | None
    held: State | None = None  # the state that no_data interrupted
    held_since: datetime | None = None
    firing_since: datetime | None = None  # start of the firing that resolving may end
    told_at: datetime | None = None  # the last message while firing, for `repeat`
    baseline: bool = False
