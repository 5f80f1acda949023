"""`backtest`: the spread, a rule and the forecast over a history of days."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from monitor.alerts import rules
from monitor.cli import context
from monitor.config import RuleConfig, Settings
from monitor.cycle import margins, past, sites
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.export.target import replacing
from monitor.margin import backtest, inputs, plot
from monitor.margin.backtest import Backtest, DailySpread
from monitor.margin.history import History, read_history
from monitor.margin.inputs import MEASURED_BY_HASHPRICE
from monitor.model import Input

if TYPE_CHECKING:
    from monitor.margin.score import Score  # brings numpy along

SPREAD = "spread."
OF_THE_DAY = {*MEASURED_BY_HASHPRICE, "hashprice"}  # never today's reading on a day of the past


@dataclass(frozen=True, slots=True)
class Found:
    """What a back-test came to."""

    site: str
    tier: str
    rule: RuleConfig | None
    points: Sequence[plot.Point]  # what the rule looks at, day by day
    result: Backtest
    scores: Mapping[int, Score]  # of the forecast, by days ahead


def run(arguments: argparse.Namespace) -> int:
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    rule = _rule(settings, arguments.rule)
    site = _site(settings, arguments.site, rule)
    tier = arguments.tier or (rule.tier if rule else "colo")
    with context.reading(arguments) as connection:
        known = margins.inputs_now(connection, settings, now)
        history = read_history(arguments.history) if arguments.history else past.history(connection, settings)
    if not history.days:
        raise UsageError("no readings are stored; name a file with --history, or `pivotwatch signals import` one")
    steady = {name: used for name, used in known.items() if name not in OF_THE_DAY}
    used = inputs.resolve({}, sites.named(settings, site), steady)
    found = _replayed(history, used, site, tier, rule)
    if arguments.svg:
        with replacing(arguments.svg, force=arguments.force) as stream:
            stream.write(_svg(found))
    if arguments.json:
        print(dumps(_as_json(found)))
    else:
        print("\n".join(_lines(found, history)))
    return 0


def _replayed(history: History, used: Mapping[str, Input], site: str, tier: str, rule: RuleConfig | None) -> Found:
    from monitor.margin import forecast  # brings numpy along

    spreads = backtest.daily_spreads(history, used, tier)
    when = rule.when if rule else f"{SPREAD}after_capex"
    values = backtest.values(spreads, when)
    points = [(found.day.day, value) for found, value in zip(spreads, values, strict=True)]
    scores = forecast.past_scores(history, used, tier)
    return Found(site, tier, rule, points, _judged(spreads, rule), scores)


def _judged(spreads: Sequence[DailySpread], rule: RuleConfig | None) -> Backtest:
    if rule is not None:
        return backtest.backtest(spreads, rule, rules)
    return Backtest(len(spreads), spreads[0].day.day, spreads[-1].day.day, (), 0)


def _as_json(found: Found) -> dict[str, Any]:
    from monitor.margin import forecast

    return {
        **backtest.as_json(found.result),
        "forecast": forecast.as_json(found.scores),
        "site": found.site,
        "tier": found.tier,
        "rule": found.rule and found.rule.name,
    }


def _lines(found: Found, history: History) -> list[str]:
    result, rule = found.result, found.rule
    what = rule.when if rule else f"{SPREAD}after_capex"
    lines = [
        f"{what} of {found.site}, {found.tier}: {result.days:,} days from {result.first} to {result.last}",
        f"  from {', '.join(history.columns)}" + (f"; {history.filled} days carried forward" if history.filled else ""),
        *plot.terminal(found.points, _levels(found)),
    ]
    if rule is None:
        lines.append("no [[rule]] on a spread in feeds.toml: nothing to replay")
    else:
        lines.append(
            f"{rule.name} (enter {rule.enter:g}, exit {rule.exit:g}) would have sent {result.would_have_sent} messages"
        )
        lines += [
            f"  {step.date} {step.state:<10} {'no data' if step.value is None else format(step.value, '.4g')}"
            for step in result.transitions
        ]
    return [*lines, *_scores(found.scores)]


def _scores(scores: Mapping[int, Score]) -> list[str]:
    if not scores:
        return ["forecast: the history is too short to score any"]
    lines = ["forecast of a crossing, Brier score on its past (0 is perfect)"]
    for days, score in scores.items():
        told = "beats both" if score.beaten else "does not beat both: the better one is shown instead"
        lines.append(
            f"  {days:>2} days  {score.score:.3f}  climatology {score.climatology:.3f}"
            f"  persistence {score.persistence:.3f}  n {score.n}  {told}"
        )
    return lines


def _svg(found: Found) -> str:
    steps = [(step.date, step.state) for step in found.result.transitions]
    what = found.rule.when if found.rule else f"{SPREAD}after_capex"
    title = f"{what} of {found.site}, {found.tier}"
    return plot.svg(found.points, _levels(found), plot.firing_spans(steps, found.result.last), title)


def _levels(found: Found) -> tuple[float, ...]:
    return () if found.rule is None else (found.rule.enter, found.rule.exit)


def _rule(settings: Settings, name: str | None) -> RuleConfig | None:
    """The rule of that name; without one the first on a spread, None where there is none."""
    if name is None:
        return next((rule for rule in settings.rules if rule.when.startswith(SPREAD)), None)
    found = next((rule for rule in settings.rules if rule.name == name), None)
    if found is None:
        raise UsageError(f"--rule {name}: no such rule{_near(name, [rule.name for rule in settings.rules])}")
    return found


def _site(settings: Settings, name: str | None, rule: RuleConfig | None) -> str:
    names = [site.name for site in sites.of(settings)]
    if name is None:
        return (rule.site if rule else None) or names[0]
    if name not in names:
        raise UsageError(f"--site {name}: no such site{_near(name, names)}")
    return name


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(names) or 'none'}"
