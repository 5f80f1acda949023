"""The spread and a rule over years of days: what it would have said, and how often."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from monitor.config import RuleConfig
from monitor.errors import UsageError
from monitor.margin import ai, spread
from monitor.margin.history import Day, History
from monitor.margin.sensitivity import numbers
from monitor.model import Input, Status

SPREADS = ("spread.gross", "spread.operating", "spread.after_capex")


class RuleMachine(Protocol):
    """What `monitor.alerts.rules` offers; handed in, because neither room imports the other."""

    def Fact(self, at: datetime, value: float | None) -> Any: ...  # noqa: N802  # a class there

    def judge(self, rule: RuleConfig, state: Any, facts: Any) -> tuple[Any, list[Any]]: ...

    def time_weighted_mean(self, facts: Any, at: datetime, window: timedelta) -> float | None: ...


@dataclass(frozen=True, slots=True)
class DailySpread:
    """The spread of one site on one day, USD per grid MWh; None where hashprice was not known."""

    day: Day
    spread: spread.Spread


@dataclass(frozen=True, slots=True)
class Step:
    """One transition of the rule."""

    date: date
    state: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What `backtest` says of a rule over a history."""

    days: int
    first: date
    last: date
    transitions: tuple[Step, ...]
    would_have_sent: int  # messages: every transition but the baseline


def daily_spreads(history: History, inputs: Mapping[str, Input], tier: str) -> list[DailySpread]:
    """The spread of every day: the day's signals, except where an input was set, on the site's parameters."""
    fixed = numbers(inputs)
    held = {name for name, i in inputs.items() if i.status is Status.SET}
    steady = ai.income(tier, fixed)
    moving = {*ai.USES[tier], "power_price"} - held
    found = []
    for day in history.days:
        v = {**fixed, **{name: x for name, x in day.values.items() if name not in held}}
        income = ai.income(tier, v) if moving & day.values.keys() else steady
        found.append(DailySpread(day, _spread(v, income)))
    return found


def values(spreads: Sequence[DailySpread], when: str) -> list[float | None]:
    """What a rule with this `when` looks at, day by day; UsageError where history does not tell it."""
    if when in SPREADS:
        return [getattr(s.spread, when.removeprefix("spread.")) for s in spreads]
    if any(when in s.day.values for s in spreads):
        return [s.day.values.get(when) for s in spreads]
    raise UsageError(f"no history of {when}; a back-test can judge {', '.join(SPREADS)} and the CSV's signals")


def backtest(spreads: Sequence[DailySpread], rule: RuleConfig, machine: RuleMachine) -> Backtest:
    """Replay the rule on one value a day. `spreads` is not empty."""
    facts = list(_facts(spreads, rule, machine))
    _, transitions = machine.judge(rule, None, facts)
    steps = tuple(Step(t.at.date(), t.after.value, t.value) for t in transitions)
    told = sum(step.state != "baseline" for step in steps)
    return Backtest(len(spreads), spreads[0].day.day, spreads[-1].day.day, steps, told)


def as_json(result: Backtest) -> dict[str, object]:
    """The object of `backtest --json` without its forecast."""
    return {
        "days": result.days,
        "from": result.first.isoformat(),
        "to": result.last.isoformat(),
        "transitions": [{**asdict(step), "date": step.date.isoformat()} for step in result.transitions],
        "would_have_sent": result.would_have_sent,
    }


def _spread(v: Mapping[str, float], income: ai.Income) -> spread.Spread:
    hashprice = spread.hashprice_of(v)
    if hashprice is None:
        return spread.NO_SPREAD
    revenue = spread.mining_revenue(v, hashprice)
    margin = revenue - v["power_price"] - v["om_mining"]
    return spread.spreads(income, v["credit_forfeited"], revenue, margin)


def _facts(spreads: Sequence[DailySpread], rule: RuleConfig, machine: RuleMachine) -> Iterator[Any]:
    times = [s.day.at for s in spreads]
    facts = [machine.Fact(at, value) for at, value in zip(times, values(spreads, rule.when), strict=True)]
    if rule.mean is None:
        yield from facts
        return
    for n, at in enumerate(times):
        first = max(bisect.bisect_right(times, at - rule.mean) - 1, 0)
        yield machine.Fact(at, machine.time_weighted_mean(facts[first : n + 1], at, rule.mean))
