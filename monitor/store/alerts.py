"""Rule states, the log of alerts, and the outbox whose rows are written with the decision."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import from_text, optional_from_text, optional_text, to_text
from monitor.model import Alert, RuleState, State
from monitor.store.readings import dump_inputs, load_inputs

TIMES = ("since", "held_since", "firing_since", "told_at")


@dataclass(frozen=True, slots=True)
class StoredState:
    """A rule's state and how far its facts were judged."""

    condition: str
    state: RuleState
    judged: int  # number of the last judged fact


@dataclass(frozen=True, slots=True)
class Message:
    """One alert that waits for one sink."""

    n: int
    alert: Alert
    sink: str
    tries: int


def rule_states(connection: sqlite3.Connection) -> dict[tuple[str, str], StoredState]:
    """Every rule's state by (rule, key); the key is the firm of a rule by firm, else empty."""
    rows = connection.execute("SELECT rule, key, condition, judged, memory FROM rule_states")
    return {(rule, key): StoredState(condition, _load(memory), judged) for rule, key, condition, judged, memory in rows}


def save_rule_state(connection: sqlite3.Connection, rule: str, key: str, stored: StoredState) -> None:
    state = stored.state
    connection.execute(
        "INSERT OR REPLACE INTO rule_states (rule, key, condition, state, since, held, value, judged, memory)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        [
            rule, key, stored.condition, state.state.value, to_text(state.since),
            state.held and state.held.value, state.value, stored.judged, _dump(state),
        ],
    )  # fmt: skip


def save_alert(connection: sqlite3.Connection, alert: Alert, sinks: Iterable[str], now: datetime) -> None:
    """Log an alert and queue it for its sinks, in the transaction of the decision."""
    body = json.dumps(_body(alert))
    connection.execute(
        "INSERT INTO alerts (alert_id, rule, at, body) VALUES (?,?,?,?) ON CONFLICT (alert_id) DO NOTHING",
        [alert.alert_id, alert.rule, to_text(alert.at), body],
    )
    connection.executemany(
        "INSERT INTO outbox (alert_id, sink, tries, next_try) VALUES (?,?,0,?) ON CONFLICT (alert_id, sink) DO NOTHING",
        [(alert.alert_id, sink, to_text(now)) for sink in sinks],
    )


def waiting(connection: sqlite3.Connection, now: datetime | None = None) -> list[Message]:
    """Messages not yet delivered nor given up, oldest first; only those due at `now` where given."""
    due = "" if now is None else "AND next_try <= ?"
    rows = connection.execute(
        "SELECT o.n, a.body, o.sink, o.tries FROM outbox o JOIN alerts a USING (alert_id)"
        f" WHERE delivered_at IS NULL AND given_up_at IS NULL {due} ORDER BY o.n",
        [] if now is None else [to_text(now)],
    )
    return [Message(n, _alert(json.loads(body)), sink, tries) for n, body, sink, tries in rows]


def delivered(connection: sqlite3.Connection, messages: Iterable[Message], now: datetime) -> None:
    connection.executemany(
        "UPDATE outbox SET delivered_at = ?, last_error = NULL WHERE n = ?",
        [(to_text(now), m.n) for m in messages],
    )


def failed(
    connection: sqlite3.Connection,
    messages: Iterable[Message],
    error: str,
    next_try: datetime,
    given_up: datetime | None,
) -> None:
    connection.executemany(
        "UPDATE outbox SET tries = tries + 1, last_error = ?, next_try = ?, given_up_at = ? WHERE n = ?",
        [(error, to_text(next_try), optional_text(given_up), m.n) for m in messages],
    )


def log(connection: sqlite3.Connection, limit: int = 200) -> list[Alert]:
    """The newest alerts first."""
    rows = connection.execute("SELECT body FROM alerts ORDER BY n DESC LIMIT ?", [limit])
    return [_alert(json.loads(row[0])) for row in rows]


def _body(alert: Alert) -> dict[str, Any]:
    return {
        "alert_id": alert.alert_id,
        "rule": alert.rule,
        "severity": alert.severity,
        "state": alert.state.value,
        "from_state": alert.from_state.value,
        "at": to_text(alert.at),
        "since": to_text(alert.since),
        "value": alert.value,
        "enter": alert.enter,
        "exit": alert.exit,
        "site": alert.site,
        "tier": alert.tier,
        "inputs": dump_inputs(alert.inputs),
        "stories": list(alert.stories),
        "clears_when": alert.clears_when,
        "firm": alert.firm,
    }


def _alert(body: Mapping[str, Any]) -> Alert:
    return Alert(
        **{
            **body,
            "state": State(body["state"]),
            "from_state": State(body["from_state"]),
            "at": from_text(body["at"]),
            "since": from_text(body["since"]),
            "inputs": load_inputs(body["inputs"]),
            "stories": tuple(body["stories"]),
        }
    )


def _dump(state: RuleState) -> str:
    values = {name: optional_text(getattr(state, name)) for name in TIMES}
    return json.dumps(
        {
            **values,
            "state": state.state.value,
            "value": state.value,
            "held": state.held,
            "baseline": state.baseline,
        }
    )


def _load(text: str) -> RuleState:
    stored: dict[str, Any] = json.loads(text)
    times = {name: optional_from_text(stored[name]) for name in TIMES}
    return RuleState(
        state=State(stored["state"]),
        since=from_text(stored["since"]),
        value=stored["value"],
        held=State(stored["held"]) if stored["held"] else None,
        held_since=times["held_since"],
        firing_since=times["firing_since"],
        told_at=times["told_at"],
        baseline=stored["baseline"],
    )
