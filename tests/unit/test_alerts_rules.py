"""The state machine of a rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.rules import Fact, Transition, condition, judge, time_weighted_mean
from monitor.config import RuleConfig
from monitor.model import RuleState, State

T0 = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rule(**more: object) -> RuleConfig:
    values = {"name": "pays", "when": "spread.after_capex", "enter": 25.0, "exit": 10.0} | more
    return RuleConfig(**values)  # type: ignore[arg-type]


def facts(*values: float | None) -> list[Fact]:
    return [Fact(T0 + n * HOUR, value) for n, value in enumerate(values)]


def states(made: RuleConfig, *values: float | None) -> list[str]:
    """The states told, after a quiet baseline of 0."""
    _, transitions = judge(made, None, facts(0.0, *values))
    assert transitions[0].after is State.BASELINE
    return [transition.after.value for transition in transitions[1:]]


@pytest.mark.parametrize(
    ("made", "values", "expected"),
    [
        (rule(), [24.9, 25.0, 24.0, 11.0, 10.0], ["firing", "inactive"]),
        (rule(pending_for=2 * HOUR), [30, 30, 30, 30], ["pending", "firing"]),
        (rule(pending_for=2 * HOUR), [30, 20, 30], ["pending", "inactive", "pending"]),
        (rule(keep=2 * HOUR), [30, 5, 5, 5], ["firing", "resolving", "inactive"]),
        (rule(keep=2 * HOUR), [30, 5, 12], ["firing", "resolving", "firing"]),
        (rule(dwell=3 * HOUR), [30, 5, 5, 5], ["firing", "inactive"]),
        (rule(enter=10.0, exit=25.0), [30, 10, 24, 25], ["inactive", "firing", "inactive"]),
        (rule(), [30, None, 5], ["firing", "no_data", "inactive"]),
        (rule(), [30, None, None, 30], ["firing", "no_data", "firing"]),
        (rule(), [None, 0], ["no_data", "inactive"]),
    ],
)
def test_transitions(made: RuleConfig, values: list[float | None], expected: list[str]) -> None:
    assert states(made, *values) == expected  # of the mirrored rule the baseline of 0 is already firing


def test_timers_are_held_while_there_is_no_data() -> None:
    made = rule(pending_for=2 * HOUR)
    assert states(made, 30, None, None, None, 30) == ["pending", "no_data", "pending"]
    assert states(made, 30, None, None, None, 30, 30) == ["pending", "no_data", "pending", "firing"]


def test_the_baseline_fires_in_silence() -> None:
    state, transitions = judge(rule(), None, facts(40.0, 41.0))
    assert state is not None
    assert (state.state, state.baseline) == (State.FIRING, True)
    assert [t.after for t in transitions] == [State.BASELINE]


def test_a_firing_rule_repeats_only_when_asked_to() -> None:
    _, quiet = judge(rule(), None, facts(0, 30, 30, 30, 30))
    _, loud = judge(rule(repeat=2 * HOUR), None, facts(0, 30, 30, 30, 30))
    assert [t.after.value for t in quiet] == ["baseline", "firing"]
    assert [t.after.value for t in loud] == ["baseline", "firing", "firing"]


def test_judging_in_one_run_or_in_many_tells_the_same() -> None:
    values = [0.0, 30, None, 26, 9, 9, 40, 3]
    made = rule(pending_for=HOUR, keep=HOUR)
    _, at_once = judge(made, None, facts(*values))
    state: RuleState | None = None
    one_by_one: list[Transition] = []
    for fact in facts(*values):
        state, told = judge(made, state, [fact])
        one_by_one += told
    assert one_by_one == at_once


@given(st.lists(st.one_of(st.none(), st.floats(10.1, 24.9)), max_size=30))
def test_nothing_between_the_levels_ever_fires_or_resolves(values: list[float | None]) -> None:
    for start in (0.0, 30.0):
        _, transitions = judge(rule(), None, facts(start, *values))
        reached = {t.after for t in transitions} - {State.BASELINE, State.NO_DATA}
        assert reached <= ({State.INACTIVE} if start == 0.0 else {State.FIRING})


def test_the_mean_weighs_by_time() -> None:
    known = [Fact(T0, 10.0), Fact(T0 + 3 * HOUR, 50.0)]
    assert time_weighted_mean(known, T0 + 4 * HOUR, 4 * HOUR) == pytest.approx(20.0)
    assert time_weighted_mean(known, T0 + 4 * HOUR, 1 * HOUR) == pytest.approx(50.0)
    assert time_weighted_mean([*known, Fact(T0 + 4 * HOUR, None)], T0 + 4 * HOUR, HOUR) is None


def test_another_condition_is_another_baseline() -> None:
    assert condition(rule()) != condition(rule(enter=26.0))
    assert condition(rule()) == condition(rule(keep=HOUR))
