"""`check`: poll once, judge the rules, deliver. Silent when nothing changed."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from monitor.alerts.sinks import line
from monitor.cli import context
from monitor.cli.poll import exit_code
from monitor.clock import to_text
from monitor.cycle import Options, Report, turn
from monitor.export.jsonl import dumps
from monitor.margin.compute import input_json
from monitor.model import Alert, State


def run(arguments: argparse.Namespace) -> int:
    settings, database = context.settings_of(arguments), context.database_of(arguments)
    now = context.now_of(arguments)
    options = Options(force=arguments.all, judge=True, dry_run=arguments.dry_run)
    say = (lambda _: None) if arguments.json else print
    report = asyncio.run(turn(settings, database, now, options, say))
    for text in report.health:
        context.talk(arguments, text)
    if arguments.json:
        print(dumps(as_json(report)))
    elif arguments.dry_run:
        for alert in report.alerts:
            if alert.state is not State.BASELINE:
                print(f"would tell: {line(alert)}")
    return exit_code(report, strict=arguments.strict)


def as_json(report: Report) -> dict[str, Any]:
    attempted, broken = len(report.attempted), len(report.broken)
    return {
        "started": to_text(report.started),
        "seconds": report.seconds,
        "sources_ok": attempted - broken,
        "sources_failed": broken,
        "alerts": [alert_json(alert) for alert in report.alerts],
        "delivered": report.delivered,
        "waiting": report.waiting,
        "failed": report.failed,
    }


def alert_json(alert: Alert) -> Mapping[str, Any]:
    """ALERT of the contract."""
    return {
        "id": alert.alert_id,
        "rule": alert.rule,
        "severity": alert.severity,
        "state": alert.state.value,
        "from": alert.from_state.value,
        "at": to_text(alert.at),
        "since": to_text(alert.since),
        "value": alert.value,
        "enter": alert.enter,
        "exit": alert.exit,
        "site": alert.site,
        "tier": alert.tier,
        "inputs": {name: input_json(used) for name, used in alert.inputs.items()},
        "stories": list(alert.stories),
        "clears_when": alert.clears_when,
        "firm": alert.firm,
    }
