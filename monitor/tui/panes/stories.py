"""Stories: one row a story, and the brief of the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from monitor.model import Stance
from monitor.tui import words
from monitor.tui.commands import IN_STORIES, bindings
from monitor.tui.panes.base import Answer, Deed, Told
from monitor.tui.panes.correcting import Correcting
from monitor.tui.state import Known, State
from monitor.tui.widgets.brief import BriefReader, entry_lines, noise_lines, target_line
from monitor.tui.widgets.rows import Rows
from monitor.tui.widgets.story_list import HEAD, StoryList

NOT_READ = "the story is still being read; press again"


class StoriesPane(Correcting):
    """List and brief side by side, one above the other, or one at a time where the screen is narrow."""

    BINDINGS = bindings(IN_STORIES)
    shown = frozenset({"open", "filter", "poll", "link", "copy", "why", "noise"})

    def __init__(self, state: State, now: Callable[[], datetime]) -> None:
        super().__init__("stories", state, now)

    def compose(self) -> ComposeResult:
        with Vertical(id="story-side"):
            yield Static(HEAD, classes="head", markup=False)
            yield StoryList(self._state, self._now, id="story-list")
        yield BriefReader(self._state, self._now, id="brief")

    @property
    def rows(self) -> StoryList:
        return self.query_one(StoryList)

    @property
    def brief(self) -> BriefReader:
        return self.query_one(BriefReader)

    def show(self, known: Known) -> None:
        self.rows.look_again()

    def tick(self) -> None:
        self.rows.refresh()

    def enter(self) -> None:
        self.screen.set_focus(self.rows)

    def back(self) -> bool:
        if self.has_class("-reading") or self.brief.has_focus:
            self.remove_class("-reading")
            self.enter()
            return True
        return False

    def filter(self, text: str) -> None:
        self.rows.filter(text)

    def deeds(self) -> dict[str, Deed]:
        return {
            **super().deeds(),
            "show_new": self.rows.show_new,
            "off_topic": self.rows.show_off_topic,
            "noise": self._tell_noise,
            "why": self._tell_why,
            "entry": self._choose_entry,
            "undo": self._undo_label,
            "train": self._train,
            **{stance.value: partial(self._label, stance.value) for stance in Stance},
        }

    def _label(self, stance: str) -> Answer:
        """Label the chosen entry of the story under the cursor."""
        target = self.brief.target(self.rows.cursor_key)
        if target is None:
            return NOT_READ
        self._write_label(target, stance)
        return None

    def _choose_entry(self) -> Answer:
        """Let labels go to another entry of the story under the cursor."""
        story, target = self.brief.story(self.rows.cursor_key), self.brief.choose(self.rows.cursor_key)
        return NOT_READ if story is None or target is None else target_line(story, target)

    def corrected(self) -> None:
        self.brief.again()
        self.rows.look_again()

    def link(self) -> str | None:
        story = self.brief.story(self.rows.cursor_key)
        return next((t.entry.url for t in story.entries if t.entry.url), None) if story else None

    def _tell_noise(self) -> Answer:
        """The parts of the noise level of the story under the cursor."""
        story = self.brief.story(self.rows.cursor_key)
        if story is None:
            return NOT_READ
        return Told(f"Noise {story.noise:.0f} of 100: {words.titled(story.title)}", noise_lines(story))

    def _tell_why(self) -> Answer:
        """The entries of the story under the cursor, each with the words behind its stance."""
        story, now = self.brief.story(self.rows.cursor_key), self._now()
        if story is None:
            return NOT_READ
        lines = [line for tagged in story.entries for line in (*entry_lines(tagged, now), "")]
        return Told(f"{len(story.entries)} entries: {words.titled(story.title)}", lines)

    @on(StoryList.Changed)
    def _changed(self, message: StoryList.Changed) -> None:
        self.query_one(".head", Static).update(message.head)
        if self.rows.cursor_key is not None:
            self.brief.want(self.rows.cursor_key, at_once=False)

    @on(Rows.Moved)
    def _moved(self, message: Rows.Moved) -> None:
        self.brief.want(message.key, at_once=False)

    @on(Rows.Opened)
    def action_open(self) -> None:
        """Read: at once, for the next key is meant for the brief."""
        if self.rows.cursor_key is not None:
            self.add_class("-reading")
            self.screen.set_focus(self.brief)
            self.brief.want(self.rows.cursor_key, at_once=True)
