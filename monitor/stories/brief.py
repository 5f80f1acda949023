"""A story laid out for a reader: extracted sentences with their sources, never invented text. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.data.tables import Term
from monitor.model import NoisePart, Role, Sides, Story, TaggedEntry
from monitor.stories import timeline
from monitor.stories.noise import copied, takes_side
from monitor.stories.sentences import readable_alone, split
from monitor.stories.timeline import Event
from monitor.stories.words import READ_LIMIT, numbers, terms

WHY, POINTS, SUMMARY, TERMS = 2, 5, 5, 6  # sentences and terms shown, at most
SAME = 0.5  # share of the shorter sentence's words that make two sentences say the same
SUMMARY_SAME = 0.6
STRONG = {Role.PRIMARY: 1.15, Role.NEWS: 1.1, Role.ANALYSIS: 1.0, Role.SOCIAL: 0.7}
# Words by which a text says what an event leads to; a sentence with several says it more.
MATTERS = re.compile(
    r"\b(?:matters?|because|so that|therefore|means? (?:that|less|more)|shows? (?:that|how)|tests? whether|likely to"
    r"|would|could|risks?|threat\w*|for the first time|the first time|scarce|instead"
    r" of|rather than|no longer|consequences?"
    r"|depends? on|cheaper|dearer|shortage|security|decentrali[sz]ation|in fewer hands|household|jobs|bills?|pays? for"
    r"|reallocat\w*|no (?:fleet|miner|lender)|will not|cannot|must)\b",
    re.IGNORECASE,
)
CAVEAT = "Based on current signals. Events may develop differently."
SIDES = ("critic", "defender", "neutral")


@dataclass(frozen=True, slots=True)
class Extract:
    """A sentence as an entry tells it."""

    text: str
    entry_id: str
    feed: str


@dataclass(frozen=True, slots=True)
class PlainWord:
    """A term of the story, explained, with a picture in words."""

    term: str
    text: str
    picture: str


@dataclass(frozen=True, slots=True)
class Side:
    """How many tell the story from one side, and one of them in its own words."""

    n: int
    quote: str | None
    entry_id: str | None
    feed: str | None


@dataclass(frozen=True, slots=True)
class Empty:
    """A part without content, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What may come of it, in a sentence, with the numbers that it says (JSON values only)."""

    text: str
    data: Mapping[str, object] = field(default_factory=dict)


NO_MOVES = Empty("no spread is known from before and after this story began")


@dataclass(frozen=True, slots=True)
class Brief:
    """The page of one story. Parts that have nothing to say hold an Empty."""

    story_id: str
    title: str
    stance: str
    blind_spot: str | None
    why_it_matters: tuple[Extract, ...] | Empty
    key_points: tuple[Extract, ...] | Empty
    summary: tuple[Extract, ...] | Empty
    plain_words: tuple[PlainWord, ...] | Empty
    sides: Mapping[str, Side] | Empty
    counts: Sides
    noise: float
    noise_parts: Mapping[str, NoisePart]
    forecast: Forecast | Empty
    timeline: tuple[Event, ...] | Empty
    notes: tuple[str, ...] | Empty
    moves: tuple[str, ...] | Empty = NO_MOVES
    feeds: Mapping[str, str] = field(default_factory=dict)  # entry_id -> outlet, for naming sources
    urls: Mapping[str, str] = field(default_factory=dict)  # entry_id -> address, where it has a clean one


NO_FORECAST = Empty("not computed in this version")


@dataclass(frozen=True, slots=True)
class _Candidate:
    extract: Extract
    words: frozenset[str]
    worth: float
    order: int
    cues: int  # words that tell a consequence


def brief(
    story: Story,
    *,
    glossary: Sequence[Term],
    forecast: Forecast | Empty = NO_FORECAST,
    notes: Sequence[str] = (),
    events: Sequence[Event] = (),
    moves: Sequence[str] = (),
) -> Brief:
    """Lay out `story` (with its entries, oldest first).

    `events` are those of beyond it: halvings, retargets; `moves` say what the spread did around it.
    """
    entries = [t for t in story.entries if t.tag.relevance > 0] or list(story.entries)
    candidates = _candidates(entries)
    weighty = sorted((c for c in candidates if c.cues), key=lambda c: (-c.worth * (1 + c.cues), c.order))
    why = _choose(weighty, WHY)
    points = _choose(candidates, POINTS, beside=why)
    rest = _choose(candidates, SUMMARY, beside=[*why, *points], same=SUMMARY_SAME)
    dated = timeline.merge([timeline.events(story.entries), events])
    return Brief(
        story_id=story.story_id,
        title=story.title,
        stance=story.stance,
        blind_spot=story.blind_spot,
        why_it_matters=_extracts(why) or Empty("no entry says in a sentence of its own what follows from this"),
        key_points=_extracts(points) or Empty(_nothing_to_quote(entries)),
        summary=_extracts(sorted(rest, key=lambda c: c.order))
        or Empty("the points above are all that the entries say"),
        plain_words=_plain_words(entries, glossary) or Empty("no term of the glossary occurs"),
        sides=_sides(entries, story.sides),
        counts=story.sides,
        noise=story.noise,
        noise_parts=story.noise_parts,
        forecast=forecast,
        timeline=dated or Empty("no dated event of a known kind"),
        moves=tuple(moves) or NO_MOVES,
        notes=tuple(notes) or Empty("none written yet"),
        feeds={t.entry.entry_id: t.entry.feed for t in story.entries},
        urls={t.entry.entry_id: t.entry.url for t in story.entries if t.entry.url},
    )


def _candidates(entries: Sequence[TaggedEntry]) -> list[_Candidate]:
    """Every sentence that can be read alone, valued by how much of the story's own words it holds."""
    copies = copied(entries)
    weight: Counter[str] = Counter()
    for tagged in entries:
        weight.update(set(terms(f"{tagged.entry.title}\n{tagged.entry.summary[:READ_LIMIT]}")))
    found: list[_Candidate] = []
    for tagged in entries:
        if tagged.entry.entry_id in copies:
            continue
        for place, sentence in enumerate(split(tagged.entry.summary[:READ_LIMIT])):
            if readable_alone(sentence):
                found.append(_candidate(tagged, sentence, place, weight, len(found)))
    return sorted(found, key=lambda c: (-c.worth, c.order))


def _candidate(tagged: TaggedEntry, sentence: str, place: int, weight: Counter[str], order: int) -> _Candidate:
    words = frozenset(terms(sentence)) | frozenset(numbers(sentence))
    central = sum(weight[word] for word in words) / (len(words) + 6)
    facts = 1 + 0.12 * min(len(set(numbers(sentence))), 3)
    lead = 1.15 if place == 0 else 1.0
    calm = 1 - 0.6 * min(tagged.tag.noise, 100.0) / 100
    shouting = 0.6 if sentence.endswith(("!", "?")) else 1.0
    worth = central * facts * lead * calm * shouting * STRONG[tagged.role]
    extract = Extract(sentence, tagged.entry.entry_id, tagged.entry.feed)
    return _Candidate(extract, words, worth, order, len({m[0].lower() for m in MATTERS.finditer(sentence)}))


def _choose(
    candidates: Iterable[_Candidate], most: int, beside: Sequence[_Candidate] = (), same: float = SAME
) -> list[_Candidate]:
    """The best candidates that repeat neither each other nor `beside`."""
    chosen: list[_Candidate] = []
    for candidate in candidates:
        if len(chosen) == most:
            break
        if not any(_repeats(candidate, other, same) for other in (*beside, *chosen)):
            chosen.append(candidate)
    return chosen


def _repeats(a: _Candidate, b: _Candidate, same: float) -> bool:
    return len(a.words & b.words) >= same * max(min(len(a.words), len(b.words)), 1)


def _extracts(chosen: Iterable[_Candidate]) -> tuple[Extract, ...]:
    return tuple(candidate.extract for candidate in chosen)


def _nothing_to_quote(entries: Sequence[TaggedEntry]) -> str:
    if all(not tagged.entry.summary for tagged in entries):
        return "the entries are titles only"
    return "no entry has a sentence that can be read alone"


def _plain_words(entries: Sequence[TaggedEntry], glossary: Sequence[Term]) -> tuple[PlainWord, ...]:
    """The glossary's terms that most entries use, longest spelling first where terms overlap."""
    texts = [f" {tagged.entry.title}\n{tagged.entry.summary[:READ_LIMIT]} ".casefold() for tagged in entries]
    used: Counter[str] = Counter()
    for term in glossary:
        pattern = _spellings(term)
        used[term.term] = sum(bool(pattern.search(text)) for text in texts)
    best = sorted((term for term in glossary if used[term.term]), key=lambda term: -used[term.term])
    return tuple(PlainWord(term.term, term.plain, term.picture) for term in best[:TERMS])


def _spellings(term: Term) -> re.Pattern[str]:
    spellings = "|".join(re.escape(alias) for alias in sorted(term.aliases, key=len, reverse=True))
    return re.compile(rf"(?<![\w$/])(?:{spellings})(?![\w/])")


def _sides(entries: Sequence[TaggedEntry], counts: Sides) -> Mapping[str, Side] | Empty:
    """A count and a quoted sentence for each side, from different outlets where there is a choice."""
    if not any(takes_side(tagged) for tagged in entries):
        return Empty(f"no entry takes a side: {counts.unsure} unsure, the rest off the subject")
    sides: dict[str, Side] = {}
    quoted: set[str] = set()
    for name in sorted(SIDES, key=lambda side: sum(takes_side(t) and t.tag.stance.value == side for t in entries)):
        own = [t for t in entries if takes_side(t) and t.tag.stance.value == name]
        quote = _quote(own, quoted)
        quoted |= {quote.feed} if quote else set()
        sides[name] = Side(
            len(own),
            quote.text if quote else None,
            quote.entry_id if quote else None,
            quote.feed if quote else None,
        )
    return {name: sides[name] for name in SIDES}


def _quote(own: Sequence[TaggedEntry], quoted: set[str]) -> Extract | None:
    """The sentence that stands for a side: from its surest entry, of an outlet not quoted yet if there is one."""
    best: tuple[float, Extract] | None = None
    for tagged in own:
        entry = tagged.entry
        why = {term for phrase, weight in tagged.tag.why if weight > 0 for term in terms(phrase)}
        for sentence in [*split(entry.summary[:READ_LIMIT]), entry.title]:
            if sentence != entry.title and not readable_alone(sentence):
                continue
            value = 1 + len(why & set(terms(sentence))) + tagged.tag.stance_p[tagged.tag.stance.value]
            value *= (0.3 if entry.feed in quoted else 1.0) * (0.5 if sentence == entry.title else 1.0)
            if best is None or value > best[0]:
                best = value, Extract(sentence, entry.entry_id, entry.feed)
    return None if best is None else best[1]
