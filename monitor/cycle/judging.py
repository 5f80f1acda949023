"""Take the rules over every fact stored since they were last judged, and send what they say.

The decision, the log and the outbox rows are one transaction; sending comes after, and what cannot be
sent stays in the outbox for the next run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from itertools import groupby
from typing import Any

from monitor.alerts import outbox, rules, sinks
from monitor.alerts.rules import Transition
from monitor.clock import to_text
from monitor.config import RuleConfig, Settings, story_query
from monitor.cycle import facts, together
from monitor.cycle.facts import Evidence
from monitor.model import Alert, Judged, RuleState, State
from monitor.store import alerts as store
from monitor.store.alerts import Message, StoredState
from monitor.store.database import transaction

Run = Callable[..., Awaitable[Any]]


class _Undo(Exception):
    """Ends the transaction of a dry run."""


def judge(connection: sqlite3.Connection, settings: Settings, now: datetime, dry_run: bool) -> Judged:
    """Judge every rule; with `dry_run` the rules' states, the log and the outbox stay as they were."""
    found: list[Alert] = []
    with suppress(_Undo), transaction(connection):
        stored = store.rule_states(connection)
        for rule in settings.rules:
            own = {key: state for (name, key), state in stored.items() if name == rule.name}
            found += _judge_rule(connection, settings, rule, own, now)
        if dry_run:
            raise _Undo
    return Judged(tuple(found), waiting=len(store.waiting(connection)))


def _judge_rule(
    connection: sqlite3.Connection,
    settings: Settings,
    rule: RuleConfig,
    stored: Mapping[str, StoredState],
    now: datetime,
) -> list[Alert]:
    """Judge the rule as a whole and, where it goes by firm, for each firm; only the latter is then told."""
    asked = rules.condition(rule)
    known = {key: state for key, state in stored.items() if state.condition == asked}
    told: list[Alert] = []
    for key, evidence in _evidence(connection, settings, rule, known, now).items():
        # A rule's first judgement looks at the present alone: history is no news.
        judged = evidence.facts if known else evidence.facts[-1:]
        before = known[key].state if key in known else None
        if before is None and known:  # a firm that nothing was heard of before
            before = RuleState(State.INACTIVE, judged[0].at, 0.0)
        state, transitions = rules.judge(rule, before, judged)
        if state is None:
            continue
        store.save_rule_state(connection, rule.name, key, StoredState(asked, state, evidence.last))
        silent = rule.by is not None and key == facts.WHOLE
        told += [
            _alert(connection, settings, rule, asked, key, transition, evidence)
            for transition in transitions
            if not silent or transition.after is State.BASELINE
        ]
    for alert in told:
        names = () if alert.state is State.BASELINE else rule.sinks
        store.save_alert(connection, alert, names, now)
    return told


def _evidence(
    connection: sqlite3.Connection,
    settings: Settings,
    rule: RuleConfig,
    known: Mapping[str, StoredState],
    now: datetime,
) -> Mapping[str, Evidence]:
    """The facts of the rule by key: as a whole, and of each firm."""
    judged = known[facts.WHOLE].judged if facts.WHOLE in known else 0
    if story_query(rule.when) is None:
        return {facts.WHOLE: facts.of_rule(connection, settings, rule, judged, now)}
    firms = [key for key in known if key != facts.WHOLE]
    return facts.of_stories(connection, settings, rule, judged, firms, now)


async def deliver(run: Run, settings: Settings, judged: Judged, now: datetime, say: Callable[[str], None]) -> Judged:
    """Send what waits, sink by sink and oldest first; a sink that fails delays no other."""
    ways = {"stdout": sinks.stdout(say)}
    waiting: Sequence[Message] = await run(store.waiting, now)
    delivered = failed = 0
    for name, group in groupby(sorted(waiting, key=lambda m: (m.sink, m.n)), key=lambda m: m.sink):
        messages = list(group)
        way = ways.get(name)
        fault = f"no sink {name} in feeds.toml" if way is None else await way([m.alert for m in messages])
        if fault is None:
            delivered += len(messages)
            await run(_record, messages, now, None)
        else:
            failed += len(messages)
            await run(_record, messages, now, fault)
    left: Sequence[Message] = await run(store.waiting)
    return replace(judged, delivered=delivered, waiting=len(left), failed=failed)


def _record(connection: sqlite3.Connection, messages: Sequence[Message], now: datetime, fault: str | None) -> None:
    with transaction(connection):
        if fault is None:
            store.delivered(connection, messages, now)
            return
        for message in messages:
            ended = outbox.given_up(message.alert.at, now)
            store.failed(connection, [message], fault, outbox.next_try(message.tries, now), ended)


def _alert(
    connection: sqlite3.Connection,
    settings: Settings,
    rule: RuleConfig,
    asked: str,
    firm: str,
    transition: Transition,
    evidence: Evidence,
) -> Alert:
    spread = rule.when.startswith("spread.")
    around = together.told_before(connection, transition.at) if spread else ()
    key = f"{rule.name}\0{asked}\0{firm}\0{transition.before}\0{transition.after}\0{to_text(transition.at)}"
    return Alert(
        alert_id=blake2b(key.encode(), digest_size=8).hexdigest(),
        rule=rule.name,
        severity=rule.severity,
        state=transition.after,
        from_state=transition.before,
        at=transition.at,
        since=transition.since,
        value=transition.value,
        enter=rule.enter,
        exit=rule.exit,
        site=facts.site_name(settings, rule) if spread else None,
        tier=rule.tier if spread else None,
        inputs=evidence.inputs,
        stories=evidence.stories.get(transition.at, around),
        clears_when=rules.clears_when(rule),
        firm=firm or None,
    )
