"""What happened when: dated events of a story by kind, one line for each however many told it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model import Reading, Role, TaggedEntry
from monitor.stories.sentences import split
from monitor.stories.words import READ_LIMIT, terms

SAME = timedelta(days=2)  # tellings of one kind within this time may be one event
ALIKE = 0.2  # share of title words that two tellings of one event have in common
MOST = 8
LEAST_RETARGET = 0.001  # share; less is two sources rounding one difficulty
HALVING_BLOCKS = 210_000

# The match that stands first wins, in the title, else in the first sentence.
KINDS = {
    "halving": r"\bhalvings?\b(?! cycle)",
    "retarget": (
        r"\bretargets?\b|\bdifficulty (?:\w+ )?(?:adjust|falls?|fell|drops?|dropped"
        r"|rises?|rose|cut|jumps?|up|down)"
    ),
    "outage": (
        r"\boutages?\b|\bservice interruption|\bgoes dark\b|\blos(?:t|es) (?:power"
        r"|cooling)|\b(?:is|went|took) .{0,24}down\b"
    ),
    "rebrand": r"\brebrand|\brenam(?:es|ed|ing)\b|\bchang\w+ (?:its |in )?name|\bbecomes [A-Z]",
    "regulation": r"\bvot(?:e|es|ed|ing)\b.{0,60}\b(?:approve|permit|tariff|ban|board|county"
    r"|ordinance)|\bcounty\b|\bcommission\b"
    r"|\bregulators?\b|\bpermits?\b|\btariffs?\b|\bmoratorium\b|\bordinance\b|\bhearing\b|\bfin(?:ed|es)\b",
    "financing": r"\bnotes?\b.{0,40}\b(?:pric|due|offer)|\bpric(?:es|ed|ing)\b.{0,40}\bnotes?\b"
    r"|\bconvertible|\bat-the-market|\boffering\b"
    r"|\brais(?:es|ed|ing)\b.{0,20}\$|\bloan|\bcredit (?:line|facility)|\bdebt (?:deal|facility|sale)|\bsell up to\b",
    "sale": r"\bsells?\b|\bsold\b|\bsale of\b|\bacquir|\bbuys?\b|\bbought\b|\bdivest|\btakeover\b|\bmerger?\b",
    "lease": r"\bleases?\b|\bleased\b|\bcolocation (?:deal|agreement)|\bhosting (?:deal|agreement|contract)|\btenant\b",
    "order": r"\borders?\b (?:\d|of|for)|\bordered\b|\bpurchase order|\bdelivery of\b",
    "site": r"\benergis|\benergiz|\bswitch(?:es|ed) (?:on|off)|\bbreaks ground|\bgoes live|\bready for service|\bdelay",
    "results": r"\bresults\b|\bquarterly (?:loss|profit|revenue)|\bproduction (?:update|and operations)|\bmined \d",
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Event:
    """One dated event."""

    at: datetime  # of the first telling that this program saw
    kind: str
    text: str
    entry_id: str  # "" for what the network itself shows
    primary: bool = False  # told by a primary source


def events(entries: Sequence[TaggedEntry], *, most: int | None = MOST) -> tuple[Event, ...]:
    """The dated events that `entries` (oldest first) tell, oldest first; the first `most` of them."""
    found: list[tuple[Event, set[str]]] = []
    # Comment retells what happened, mostly in figures of speech: it dates an event only where nobody else does.
    reports = [t for t in entries if t.role in (Role.NEWS, Role.PRIMARY)] or entries
    for tagged in reports:
        # A filing's title is a form's name: its first sentence tells what happened.
        kind = kind_of(tagged.entry.title, tagged.entry.summary if tagged.role is Role.PRIMARY else "")
        if kind is None or tagged.tag.relevance == 0:
            continue
        words = set(terms(tagged.entry.title))
        at = min(tagged.entry.published_at, tagged.entry.first_seen_at)
        same = next((i for i, known in enumerate(found) if _same(known, kind, at, words)), None)
        event = Event(at, kind, tagged.entry.title, tagged.entry.entry_id, tagged.role is Role.PRIMARY)
        if same is None:
            found.append((event, words))
        elif _plainer(tagged, found[same][0], entries):
            found[same] = replace(event, at=found[same][0].at), words | found[same][1]
    return tuple(sorted((event for event, _ in found), key=lambda event: event.at))[:most]


def kind_of(title: str, summary: str = "") -> str | None:
    """The kind of event that a text tells, by its title first; None where it tells none."""
    lead = next(split(summary[:READ_LIMIT]), "")
    for text in (title, lead):
        found = [(m.start(), kind) for kind, pattern in _KINDS.items() if (m := pattern.search(text))]
        if found:
            return min(found, key=lambda item: item[0])[1]
    return None


def of_network(difficulty: Sequence[Reading], heights: Sequence[Reading]) -> tuple[Event, ...]:
    """Retargets and halvings that readings (oldest first) show, as events that no entry has to tell."""
    found = []
    for before, after in pairwise(difficulty):
        change = after.value / before.value - 1 if before.value else 0.0
        if abs(change) >= LEAST_RETARGET:
            text = f"Difficulty {change:+.1%} to {after.value / 1e12:.1f}T ({after.source})"
            found.append(Event(after.observed_at, "retarget", text, ""))
    for before, after in pairwise(heights):
        if after.value // HALVING_BLOCKS > before.value // HALVING_BLOCKS:
            text = f"Halving at block {int(after.value // HALVING_BLOCKS) * HALVING_BLOCKS:,} ({after.source})"
            found.append(Event(after.observed_at, "halving", text, ""))
    return tuple(sorted(found, key=lambda event: event.at))


def merge(timelines: Iterable[Sequence[Event]]) -> tuple[Event, ...]:
    """The events of several timelines in one order, each once."""
    events = {(event.kind, event.entry_id, event.text): event for line in timelines for event in line}
    return tuple(sorted(events.values(), key=lambda event: event.at))


def _same(known: tuple[Event, set[str]], kind: str, at: datetime, words: set[str]) -> bool:
    event, seen = known
    if event.kind != kind or at - event.at > SAME:
        return False
    return len(words & seen) >= ALIKE * max(min(len(words), len(seen)), 1)


def _plainer(tagged: TaggedEntry, event: Event, entries: Sequence[TaggedEntry]) -> bool:
    """Whether this telling makes a better line: plain news rather than a filing's form or a heated post."""
    shown = next(t for t in entries if t.entry.entry_id == event.entry_id)
    return _plain(tagged) > _plain(shown)


def _plain(tagged: TaggedEntry) -> tuple[bool, float]:
    return tagged.role is Role.NEWS, -tagged.tag.noise
