"""The brief of the story under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.message import Message
from textual.timer import Timer
from textual.worker import Worker, get_current_worker

from monitor.clock import age
from monitor.model import Story, TaggedEntry
from monitor.tui import words
from monitor.tui.messages import failure
from monitor.tui.state import State
from monitor.tui.widgets.reader import Reader

if TYPE_CHECKING:
    from monitor.stories.brief import Brief

REST = 0.08  # seconds the cursor rests on a row before its brief is read
GONE = "this story is gone: it was merged into another or has expired (u redraws the list)"
STYLES = {"title": "bold", "heading": "bold underline"}
AROUND = {
    "title": ("", ""),
    "heading": ("\n\n", ""),
    "bullet": ("\n- ", ""),
    "quote": ('\n  "', '"'),
    "empty": ("\n(", ")"),
}


class BriefReader(Reader):
    """Reads the brief of one story at a time; it is never drawn again under the reader."""

    @dataclass
    class BriefRead(Message):
        """The story with its brief, None where it is gone."""

        key: str
        found: tuple[Story, Brief] | None
        at: datetime

    def __init__(self, state: State, now: Callable[[], datetime], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._state = state
        self._now = now
        self._key: str | None = None
        self._story: Story | None = None
        self._page: tuple[Brief, datetime] | None = None  # the brief that is shown, as it was at that moment
        self._chosen: str | None = None  # the entry that a label goes to; None for the newest
        self._wanted: str | None = None
        self._rest: Timer | None = None

    def story(self, key: str | None) -> Story | None:
        """The story of `key` if it is the one shown: no command may act on another one than the cursor's."""
        return self._story if key == self._key else None

    def target(self, key: str | None) -> TaggedEntry | None:
        """The entry of this story that a label goes to: the chosen one, at first the newest."""
        story = self.story(key)
        if story is None or not story.entries:
            return None
        chosen = (tagged for tagged in story.entries if tagged.entry.entry_id == self._chosen)
        return next(chosen, story.entries[-1])

    def choose(self, key: str | None) -> TaggedEntry | None:
        """Let labels go to the entry before; before the oldest comes the newest."""
        story, target = self.story(key), self.target(key)
        if story is None or target is None:
            return None
        before = story.entries[story.entries.index(target) - 1]
        self._chosen = before.entry.entry_id
        self.update(self._drawn())
        return before

    def want(self, key: str, *, at_once: bool) -> None:
        """Show this story, if it is not the one shown; when the cursor has rested on it for a moment."""
        self._wanted = key
        if self._rest is not None:
            self._rest.stop()
        if key == self._key:
            return
        if at_once:
            self._read_brief(key)
        else:
            self._rest = self.set_timer(REST, partial(self._read_brief, key))

    def again(self) -> None:
        """The reader changed something in this story: read it once more."""
        if self._key is not None and self._key == self._wanted:
            self._read_brief(self._key)

    @on(BriefRead)
    def _brief_read(self, message: BriefRead) -> None:
        if message.key != self._wanted:
            return  # the cursor went on meanwhile
        again = message.key == self._key
        self._key, self._story = message.key, None
        if message.found is None:
            self.read(Text(GONE))
            return
        self._story, page = message.found
        self._page = page, message.at
        if again:
            self.update(self._drawn())
        else:
            self._chosen = None
            self.read(self._drawn())

    def _drawn(self) -> Text:
        if self._story is None or self._page is None:
            return Text(GONE)
        return brief_text(self._page[0], self._story, self._page[1], self.target(self._key))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if said := failure(event):
            self.post_message(said)

    @work(thread=True, exclusive=True, group="the brief", exit_on_error=False)
    def _read_brief(self, key: str) -> None:
        now = self._now()
        found = self._state.brief(key, now)
        if not get_current_worker().is_cancelled:
            self.post_message(self.BriefRead(key, found, now))


def brief_text(brief: Brief, story: Story, now: datetime, target: TaggedEntry | None) -> Text:
    """The page of the brief, its lines styled by what they are; `target` is the entry that a label goes to."""
    from monitor.stories.render import page  # loaded with the first brief, not before the first paint

    text = Text()
    for kind, line, entry_id in page(brief):
        before, after = AROUND.get(kind, ("\n", ""))
        text.append(before)
        text.append(line, STYLES.get(kind, ""))
        text.append(after)
        if entry_id in brief.feeds:
            text.append(f" [{brief.feeds[entry_id]}]", "italic")
        if kind == "title":
            text.append(f"\n{_facts(story, now)}")
            text.append(f"\n{target_line(story, target)}" if target else "")
    return text


def target_line(story: Story, target: TaggedEntry) -> str:
    """Which entry a label goes to."""
    place, count = story.entries.index(target) + 1, len(story.entries)
    which = f"entry {place} of {count} (l: another)" if count > 1 else "the one entry"
    return f"c, d, e label {which}: {target.entry.feed}: {words.titled(target.entry.title)}"


def noise_lines(story: Story) -> list[str]:
    """Every part of the noise level: its value, its weight and why, strongest first."""
    parts = sorted(story.noise_parts.items(), key=lambda part: -part[1].value * part[1].weight)
    return [
        f"{name:<13}{part.value:4.0%} x {part.weight:.2f} = {100 * part.value * part.weight:4.1f}  {part.why}"
        for name, part in parts
    ]


def entry_lines(tagged: TaggedEntry, now: datetime) -> list[str]:
    """One entry: side, whose word that is and how sure the model, outlet, age, title, the words behind it, link."""
    entry, tag = tagged.entry, tagged.tag
    shown = (
        f"? unsure ({tag.unsure_because})" if tag.unsure else f"{words.STANCES[tag.stance.value]} {tag.stance.value}"
    )
    own = " (your label)" if tagged.labelled.get("stance") == "user" else ""
    sure = f"{tag.stance_p.get(tag.stance.value, 0):.2f}{own}"
    why = ", ".join(f"'{word}' {weight:+.1f}" for word, weight in tag.why) or "no known words"
    estimated = " (date estimated)" if entry.published_estimated else ""
    return [
        f"{shown} {sure}  noise {tag.noise:.0f}  {entry.feed}  {age(entry.published_at, now)}{estimated}",
        f"  {words.titled(entry.title)}",
        f"  why: {why}  [{tag.model}]",
        f"  {entry.url or 'no clean http(s) link'}",
    ]


def _facts(story: Story, now: datetime) -> str:
    sides = story.sides
    counts = f"C{sides.critic} D{sides.defender} N{sides.neutral} ?{sides.unsure}"
    return f"{counts}  {len(story.entries)} entries, last {age(story.last_seen_at, now)} ago"
