"""The panes, in the order of their keys. One more pane is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.tui.panes.base import Pane
from monitor.tui.panes.feeds import FeedsPane
from monitor.tui.panes.margin import MarginPane
from monitor.tui.panes.signals import SignalsPane
from monitor.tui.panes.stories import StoriesPane
from monitor.tui.state import State

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class PaneKind:
    """A pane by its id, the word on its tab, and how it is made."""

    id: str
    title: str
    make: Callable[[State, Now], Pane]


PANES = (
    PaneKind("stories", "Stories", StoriesPane),
    PaneKind("margin", "Margin", lambda _, now: MarginPane(now)),
    PaneKind("signals", "Signals", lambda _, now: SignalsPane(now)),
    PaneKind("feeds", "Feeds", lambda _, now: FeedsPane(now)),
)
