"""What a pane under test shows, and waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from textual.app import App
from textual.pilot import Pilot

PATIENCE = 10.0  # seconds on a busy machine


def screen(app: App[Any]) -> str:
    """The screen as text, a line a row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def until(pilot: Pilot[Any], shown: str | Callable[[str], bool]) -> str:
    """The screen as soon as it shows the text or meets the condition."""
    meets = shown if callable(shown) else lambda text: shown in text
    end = monotonic() + PATIENCE
    while not meets(text := screen(pilot.app)):
        assert monotonic() < end, f"never showed {shown!r}:\n{text}"
        await pilot.pause(0.01)
    return text


async def settled(pilot: Pilot[Any]) -> str:
    """The screen when no worker is at work any more."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    return screen(pilot.app)
