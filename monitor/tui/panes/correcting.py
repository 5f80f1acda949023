"""Correcting the classifiers from the pane: labels, taking them back, training beside the reading."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from datetime import datetime

from textual import on, work
from textual.worker import Worker

from monitor.errors import PivotwatchError
from monitor.model import TaggedEntry
from monitor.tui.messages import Said, failure
from monitor.tui.panes.base import Answer, Pane
from monitor.tui.state import State


class Correcting(Pane):
    """A pane whose entries can be labelled; `corrected` is called after each change."""

    def __init__(self, id: str, state: State, now: Callable[[], datetime]) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._state = state
        self._now = now

    def corrected(self) -> None:
        """Show what a label changed."""

    @work(thread=True, group="label", exit_on_error=False)
    def _write_label(self, tagged: TaggedEntry, stance: str) -> None:
        entry, tag = tagged.entry, tagged.tag
        self._state.label(entry.entry_id, stance, self._now())
        why = ", ".join(word for word, _ in tag.why) or "no known words"
        said = f"{stance}, the model gave it {tag.stance_p.get(stance, 0.0):.2f} for {why}"
        self._relabelled(f"{said}; Ctrl-z undoes: {entry.feed}: {entry.title}")

    def _undo_label(self) -> None:
        self._take_back()

    @work(thread=True, group="label", exit_on_error=False)
    def _take_back(self) -> None:
        undone = self._state.undo_label(self._now())
        self._relabelled(f"took back {undone.value}: {undone.title}" if undone else "there is no label to take back")

    def _relabelled(self, line: str) -> None:
        self.app.call_from_thread(self.corrected)
        self.post_message(Said(line))

    def _train(self) -> Answer:
        """Begin to train on the labels; stop where that is under way."""
        running = [worker for worker in self.workers if worker.group == "training" and not worker.is_finished]
        if running:
            running[0].cancel()
            return "training stopped; the model in use stays"
        self._train_beside()
        return "training on your labels, for some minutes; T stops it"

    @work(group="training", exit_on_error=False)
    async def _train_beside(self) -> None:
        training = await asyncio.to_thread(importlib.import_module, "monitor.cycle.training")
        try:
            trained = await training.train(self._state.database)
        except PivotwatchError as error:
            self.post_message(Said(str(error)))
        else:
            self.post_message(Said("; ".join([*trained.verdict, *trained.lines])))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if event.worker.node is self and (said := failure(event)):
            self.post_message(said)
