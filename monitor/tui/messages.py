"""What is told across the pane; widgets keep their own messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import Worker, WorkerState

from monitor.tui.state import Known

if TYPE_CHECKING:
    from monitor.cycle import Report


@dataclass
class Loaded(Message):
    """The state of everything but the stories was read."""

    known: Known


@dataclass
class Polled(Message):
    """A poll ended; without a report where it failed as a whole."""

    report: Report | None


@dataclass
class Said(Message):
    """A line for the status line: from a sink, a link, a poll."""

    text: str


def failure(event: Worker.StateChanged) -> Said | None:
    """What to say where a worker failed: the pane stays as it is."""
    if event.state is not WorkerState.ERROR:
        return None
    return Said(f"{event.worker.group} could not be read: {event.worker.error}")
