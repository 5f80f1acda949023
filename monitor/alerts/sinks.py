"""Where messages go: one function a kind. A sink gets alerts and gives back why it failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from monitor.clock import to_text
from monitor.model import Alert, State

Deliver = Callable[[Sequence[Alert]], Awaitable[str | None]]  # None: delivered; else one line of why not
Say = Callable[[str], None]


def stdout(say: Say) -> Deliver:
    """One line a transition, through `say`."""

    async def deliver(alerts: Sequence[Alert]) -> str | None:
        for alert in alerts:
            say(line(alert))
        return None

    return deliver


def line(alert: Alert) -> str:
    """`FIRING pivot pays [warning]: 28.1 (enter 25, exit 10) at …; was inactive; clears when …`."""
    value = "no data" if alert.value is None else f"{alert.value:.4g}"
    where = f" {alert.site}, {alert.tier};" if alert.site else f" {alert.firm};" if alert.firm else ""
    end = f"; clears when {alert.clears_when}" if alert.state is State.FIRING else ""
    return (
        f"{alert.state.value.upper()} {alert.rule} [{alert.severity}]:{where} {value}"
        f" (enter {alert.enter:g}, exit {alert.exit:g}) at {to_text(alert.at)},"
        f" was {alert.from_state.value}{end}"
    )
