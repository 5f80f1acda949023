"""What a rule is judged on: every stored value since it was last judged, and the present one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.alerts.rules import Fact, time_weighted_mean
from monitor.config import RuleConfig, Settings, story_query
from monitor.cycle import margins, past, sites
from monitor.cycle.selection import Counted, by_firm
from monitor.margin import compute, health, inputs
from monitor.model import Input, SpreadPoint, Status
from monitor.store import entries, fetching, readings, watched
from monitor.store.readings import Stored

WHOLE = ""  # the key of what a rule says as a whole, beside those of its firms


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts in order, the last one the present; `last` numbers the newest stored one."""

    facts: Sequence[Fact]
    last: int
    inputs: Mapping[str, Input] = field(default_factory=dict)
    stories: Mapping[datetime, tuple[str, ...]] = field(default_factory=dict)  # those counted at each fact


def of_rule(
    connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, judged: int, now: datetime
) -> Evidence:
    """The facts of one rule since the stored fact numbered `judged`; those of stories as a whole."""
    if rule.when.startswith("spread."):
        return _of_spread(connection, settings, rule, judged, now)
    if rule.when == "feeds.blind":
        return Evidence([Fact(now, _blind(connection, settings))], judged)
    if rule.when in health.DERIVED:
        return _of_derived(connection, settings, rule, judged, now)
    return _of_signal(connection, settings, rule, judged, now)


def of_stories(
    connection: sqlite3.Connection,
    settings: Settings,
    rule: RuleConfig,
    judged: int,
    firms: Iterable[str],
    now: datetime,
) -> dict[str, Evidence]:
    """The facts of a rule on stories: as a whole and, by firm, for every firm named now or in `firms`.

    Stories are counted at every moment at which an entry came that counts. As a whole, a rule by firm says
    the count of the firm with the most.
    """
    last = entries.last_number(connection)
    moments = [at for at in watched.arrivals(connection, after=judged) if judged and at < now] + [now]
    earlier: list[datetime] = []
    if rule.mean is not None:
        earlier = [at for at in watched.arrivals(connection, since=moments[0] - rule.mean) if at < moments[0]]
    counted = Counted(connection, settings, story_query(rule.when) or "", [*earlier, *moments][0])
    found = {at: counted.at(at) for at in (*earlier, *moments)}
    if rule.by is None:
        return {WHOLE: _counts(rule, {at: tuple(matching) for at, matching in found.items()}, moments, last)}
    named = {at: by_firm(matching) for at, matching in found.items()}
    most = {at: max(then.values(), key=len, default=()) for at, then in named.items()}
    told = dict.fromkeys([*firms, *(firm for at in moments for firm in named[at])])
    each = {firm: {at: then.get(firm, ()) for at, then in named.items()} for firm in told}
    return {key: _counts(rule, ids, moments, last) for key, ids in {WHOLE: most, **each}.items()}


def site_name(settings: Settings, rule: RuleConfig) -> str:
    """The site a rule speaks of: its own, else the first."""
    return rule.site or sites.of(settings)[0].name


def _counts(
    rule: RuleConfig, ids: Mapping[datetime, tuple[str, ...]], moments: Sequence[datetime], last: int
) -> Evidence:
    """Facts at `moments` from the stories counted then and, for the mean, before."""
    facts = [Fact(at, float(len(ids[at]))) for at in moments]
    if rule.mean is not None:
        facts = _meant(rule, [Fact(at, float(len(then))) for at, then in ids.items()], facts)
    return Evidence(facts, last, stories=ids)


def _of_spread(
    connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, judged: int, now: datetime
) -> Evidence:
    name = site_name(settings, rule)
    part = rule.when.removeprefix("spread.")
    stored = list(readings.points(connection, name, rule.tier, after=judged))
    margin = margins.margin_of(connection, settings, name, rule.tier, now)
    present = compute.point(margin, now)
    facts = [_fact(point, part) for point in (*stored, present) if point is present or point.at < now]
    if rule.mean is not None:
        since = facts[0].at - rule.mean
        in_force = readings.point_at(connection, name, rule.tier, since)
        earlier = [*([in_force] if in_force else []), *readings.points(connection, name, rule.tier, since=since)]
        facts = _meant(rule, [_fact(point, part) for point in earlier], facts)
    return Evidence(facts, max([judged, *(point.n for point in stored)]), present.inputs)


def _fact(point: SpreadPoint, part: str) -> Fact:
    """The spread at that moment; no value where an input was stale or missing."""
    used = (point.inputs[name].status for name in compute.uses(point.inputs, point.tier))
    return Fact(point.at, None if Status.STALE in used else getattr(point, part))


def _meant(rule: RuleConfig, earlier: Iterable[Fact], facts: Sequence[Fact]) -> list[Fact]:
    """The mean over the rule's window at each fact; of `earlier` those before the first one count."""
    assert rule.mean is not None
    known = [*(fact for fact in earlier if fact.at < facts[0].at), *facts]
    return [Fact(fact.at, time_weighted_mean(known, fact.at, rule.mean)) for fact in facts]


def _of_signal(
    connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, judged: int, now: datetime
) -> Evidence:
    used = margins.inputs_now(connection, settings, now).get(rule.when)
    stored = readings.series(connection, rule.when, after=judged)
    facts = [] if used is None else _told(settings, [s for s in stored if s.reading.source == used.source], now)
    facts.append(Fact(now, used.value if used is not None and used.status is not Status.STALE else None))
    if rule.mean is not None and used is not None:
        earlier = readings.window(connection, rule.when, used.source, facts[0].at - rule.mean)
        facts = _meant(rule, _told(settings, earlier, now), facts)
    named = {} if used is None else {rule.when: used}
    return Evidence(facts, max([judged, *(s.n for s in stored)]), named)


def _told(settings: Settings, stored: Iterable[Stored], now: datetime) -> list[Fact]:
    """What a source said, each value when it first did; an imported history was not live then."""
    return [
        Fact(s.at, s.reading.value)
        for s in stored
        if s.at < now and margins.standing(settings, s.reading, s.at) is not Status.STALE
    ]


def _of_derived(
    connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, judged: int, now: datetime
) -> Evidence:
    """A number made of readings, at each of them that is new and now; in the first judgement now alone."""
    needs = health.NEEDS[rule.when]
    new = sorted((s for name in needs for s in readings.series(connection, name, after=judged)), key=lambda s: s.n)
    present, used = _derived(connection, settings, rule, now, None)
    moments = [s for s in new if judged and s.at < now]
    facts = [*_derived_at(connection, settings, rule, moments), Fact(now, present)]
    if rule.mean is not None:
        since = facts[0].at - rule.mean
        sources = [(name, used[name].source) for name in needs if name in used]
        window = [s for name, source in sources for s in readings.window(connection, name, source, since)]
        # One value a day is enough for a mean, and each takes a look through the readings.
        by_day = {s.at.date(): s for s in sorted(window, key=lambda s: s.n)}
        facts = _meant(rule, _derived_at(connection, settings, rule, by_day.values()), facts)
    return Evidence(facts, max([judged, *(s.n for s in new)]), used)


def _derived_at(
    connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, moments: Iterable[Stored]
) -> list[Fact]:
    return [Fact(s.at, _derived(connection, settings, rule, s.at, s.n)[0]) for s in moments]


def _derived(
    connection: sqlite3.Connection, settings: Settings, rule: RuleConfig, at: datetime, up_to: int | None
) -> tuple[float | None, dict[str, Input]]:
    known = margins.inputs_now(connection, settings, at, up_to=up_to)
    resolved = {**known, **inputs.resolve({}, sites.named(settings, site_name(settings, rule)), known)}
    used = {name: resolved[name] for name in health.NEEDS[rule.when] if name in resolved}
    if any(given.status is Status.STALE for given in used.values()):
        return None, used
    hash_rate = [point for point in past.daily(connection, settings, past.HASH_RATE) if point[0] <= at]
    return health.derived(resolved, hash_rate).get(rule.when), used


def _blind(connection: sqlite3.Connection, settings: Settings) -> float | None:
    """The share of the feeds whose last attempt failed; None where none was ever asked."""
    states = fetching.states(connection)
    asked = [states[f"feed:{feed.name}"] for feed in settings.feeds if f"feed:{feed.name}" in states]
    if not asked:
        return None
    return sum(state.last_error is not None for state in asked) / len(asked)
