"""The state machine of a rule. Pure: a rule, its state and one fact in, the next state out.

    inactive ──over enter──→ pending ──for──→ firing ──at exit, after dwell──→ resolving ──keep──→ inactive
                                └─ not over ─→ inactive     ↑──────── not at exit ────┘
    any ──no value──→ no_data ──value──→ the state it was in, with its timers held, judged on

Two levels (hysteresis) keep a value that wavers round one level from telling every wave. A missing value
neither fires nor resolves. The first judgement of a rule is its baseline and sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.config import RuleConfig
from monitor.model import RuleState, State


@dataclass(frozen=True, slots=True)
class Fact:
    """A value at a moment; None where an input was missing or stale."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state, or a repeated message where both states are firing."""

    before: State
    after: State
    at: datetime
    since: datetime
    value: float | None


def judge(
    rule: RuleConfig, state: RuleState | None, facts: Iterable[Fact]
) -> tuple[RuleState | None, list[Transition]]:
    """Take the facts in order; the transitions are those to be told. The first fact of all sets the baseline."""
    transitions: list[Transition] = []
    for fact in facts:
        if state is None:
            start = RuleState(State.INACTIVE, fact.at, fact.value)
            state = replace(_step(rule, start, fact), baseline=True)
            transitions.append(Transition(State.BASELINE, State.BASELINE, fact.at, fact.at, fact.value))
            continue
        after = _step(rule, state, fact)
        if after.state is not state.state:
            after = replace(after, baseline=False, told_at=fact.at)
            transitions.append(Transition(state.state, after.state, fact.at, after.since, fact.value))
        elif _due_again(rule, after, fact):
            after = replace(after, told_at=fact.at)
            transitions.append(Transition(state.state, after.state, fact.at, after.since, fact.value))
        state = after
    return state, transitions


def time_weighted_mean(facts: Sequence[Fact], at: datetime, window: timedelta) -> float | None:
    """The mean of a value that holds until the next one, over the `window` before `at`.

    The part of the window before the first fact does not count; None where a fact in force at `at` has no
    value or there is none.
    """
    start, weighted, total = at - window, 0.0, 0.0
    known = [fact for fact in facts if fact.at <= at]
    if not known or known[-1].value is None:
        return None
    for fact, until in zip(known, [*(f.at for f in known[1:]), at], strict=True):
        seconds = (until - max(fact.at, start)).total_seconds()
        if fact.value is not None and seconds > 0:
            weighted += fact.value * seconds
            total += seconds
    return weighted / total if total else known[-1].value


def condition(rule: RuleConfig) -> str:
    """A fingerprint of what the rule asks; when it changes, the next judgement is a new baseline."""
    asked = (rule.when, rule.by, rule.site, rule.tier, rule.enter, rule.exit, rule.mean)
    return blake2b(repr(asked).encode(), digest_size=8).hexdigest()


def clears_when(rule: RuleConfig) -> str:
    """What ends the alert, in words."""
    text = f"{rule.when} {'<=' if rule.enter > rule.exit else '>='} {rule.exit:g}"
    return f"{text} for {rule.keep}" if rule.keep else text


def _step(rule: RuleConfig, state: RuleState, fact: Fact) -> RuleState:
    if fact.value is None:
        return _without_data(state, fact)
    if state.state is State.NO_DATA:
        state = _with_data_again(state, fact)
    state = replace(state, value=fact.value)
    match state.state:
        case State.PENDING:
            return _from_pending(rule, state, fact)
        case State.FIRING:
            return _from_firing(rule, state, fact)
        case State.RESOLVING:
            return _from_resolving(rule, state, fact)
        case _:
            return _from_inactive(rule, state, fact)


def _from_inactive(rule: RuleConfig, state: RuleState, fact: Fact) -> RuleState:
    if not _over(rule, fact):
        return state
    return _from_pending(rule, _enter(state, State.PENDING, fact), fact)


def _from_pending(rule: RuleConfig, state: RuleState, fact: Fact) -> RuleState:
    if not _over(rule, fact):
        return _enter(state, State.INACTIVE, fact)
    if fact.at - state.since < rule.pending_for:
        return state
    return replace(_enter(state, State.FIRING, fact), firing_since=fact.at)


def _from_firing(rule: RuleConfig, state: RuleState, fact: Fact) -> RuleState:
    if not _clear(rule, fact) or fact.at - (state.firing_since or state.since) < rule.dwell:
        return state
    return _from_resolving(rule, _enter(state, State.RESOLVING, fact), fact)


def _from_resolving(rule: RuleConfig, state: RuleState, fact: Fact) -> RuleState:
    if not _clear(rule, fact):
        return _enter(state, State.FIRING, fact)
    if fact.at - state.since < rule.keep:
        return state
    return replace(_enter(state, State.INACTIVE, fact), firing_since=None)


def _without_data(state: RuleState, fact: Fact) -> RuleState:
    if state.state is State.NO_DATA:
        return state
    return replace(
        state,
        state=State.NO_DATA,
        since=fact.at,
        value=None,
        held=state.state,
        held_since=state.since,
        told_at=None,
    )


def _with_data_again(state: RuleState, fact: Fact) -> RuleState:
    """The interrupted state, its timers moved on by the time without data."""
    gap = max(fact.at - state.since, timedelta(0))
    return replace(
        state,
        state=state.held or State.INACTIVE,
        since=(state.held_since or state.since) + gap,
        firing_since=state.firing_since and state.firing_since + gap,
        held=None,
        held_since=None,
    )


def _enter(state: RuleState, name: State, fact: Fact) -> RuleState:
    return replace(state, state=name, since=fact.at)


def _over(rule: RuleConfig, fact: Fact) -> bool:
    assert fact.value is not None
    return fact.value >= rule.enter if rule.enter > rule.exit else fact.value <= rule.enter


def _clear(rule: RuleConfig, fact: Fact) -> bool:
    assert fact.value is not None
    return fact.value <= rule.exit if rule.enter > rule.exit else fact.value >= rule.exit


def _due_again(rule: RuleConfig, state: RuleState, fact: Fact) -> bool:
    if rule.repeat is None or state.state is not State.FIRING:
        return False
    return fact.at - (state.told_at or state.since) >= rule.repeat
