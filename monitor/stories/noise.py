"""How much of a story is noise: 0-100 from six named parts with published weights. Pure.

    noise = 100 x (0.40 heat + 0.25 sourcing + 0.15 contradicted + 0.10 echo + 0.05 burst + 0.05 disagreement)

Every part is a share from 0 (none) to 1 and says why in one sentence. The weights are a judgement: what a
text says about itself (heat) and who stands behind it (sourcing) tell most, a claim that the live signals
contradict weighs more than copying, and neither many entries nor a dispute make a story untrue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.model import NoisePart, Reading, Role, Stance, TaggedEntry
from monitor.stories import claims
from monitor.stories.words import READ_LIMIT, numbers, terms

WEIGHTS = {
    "heat": 0.40,
    "sourcing": 0.25,
    "contradicted": 0.15,
    "echo": 0.10,
    "burst": 0.05,
    "disagreement": 0.05,
}
# What one independent outlet of a role is worth as a source; several add up as 1 - product of (1 - worth).
WORTH = {Role.PRIMARY: 0.8, Role.NEWS: 0.5, Role.ANALYSIS: 0.4, Role.SOCIAL: 0.15}
COPY_NEW_WORDS = 0.25  # a copy brings no new figure and fewer than this share of new words
BURST_WINDOW = timedelta(days=1)
BURST_LEAST = 5  # entries in a day, from two outlets at least, before anything is a burst
BURST_FULL = 5.0  # times the usual volume at which a burst is complete; it begins at the usual volume
CONTRADICTED_FULL = 1 / 3  # share of entries with a contradicted claim at which the part is complete


@dataclass(frozen=True, slots=True)
class Context:
    """What a story is measured against."""

    now: datetime
    usual: Mapping[str, float] = field(default_factory=dict)  # feed -> entries a day
    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict)  # signal -> oldest first


def parts(entries: Sequence[TaggedEntry], context: Context) -> dict[str, NoisePart]:
    """The six parts of a story's noise; `entries` oldest first."""
    copies = copied(entries)
    found = {
        "heat": _heat(entries),
        "sourcing": _sourcing(entries, copies),
        "contradicted": _contradicted(entries, context),
        "echo": _echo(entries, copies),
        "burst": _burst(entries, context),
        "disagreement": _disagreement(entries),
    }
    return {name: NoisePart(value, WEIGHTS[name], why) for name, (value, why) in found.items()}


def level(noise_parts: Mapping[str, NoisePart]) -> float:
    """0-100."""
    return 100 * sum(part.value * part.weight for part in noise_parts.values())


def copied(entries: Sequence[TaggedEntry]) -> set[str]:
    """Ids of entries that bring nothing that an earlier entry of the story had not: no figure, hardly a word."""
    seen_words: set[str] = set()
    seen_numbers: set[str] = set()
    copies = set()
    for tagged in entries:
        text = f"{tagged.entry.title}\n{tagged.entry.summary[:READ_LIMIT]}"
        words, figures = set(terms(text)), set(numbers(text))
        if seen_words and figures <= seen_numbers and len(words - seen_words) <= COPY_NEW_WORDS * len(words):
            copies.add(tagged.entry.entry_id)
        seen_words |= words
        seen_numbers |= figures
    return copies


def _heat(entries: Sequence[TaggedEntry]) -> tuple[float, str]:
    heats = [min(max(tagged.tag.noise, 0.0), 100.0) / 100 for tagged in entries]
    value = sum(heats) / max(len(heats), 1)
    hot = sum(heat >= 0.6 for heat in heats)
    return (
        value,
        f"the wording of {_count(len(heats), 'entry', 'entries')} reads {value:.0%} heated; {hot} of them mostly heat",
    )


def _sourcing(entries: Sequence[TaggedEntry], copies: set[str]) -> tuple[float, str]:
    outlets = {t.entry.feed: t.role for t in entries if t.entry.entry_id not in copies}
    doubt = 1.0
    for role in outlets.values():
        doubt *= 1 - WORTH[role]
    roles = [f"{sum(r is role for r in outlets.values())} {role.value}" for role in Role if role in outlets.values()]
    return doubt, f"{_count(len(outlets), 'independent outlet', 'independent outlets')} ({', '.join(roles)})"


def _echo(entries: Sequence[TaggedEntry], copies: set[str]) -> tuple[float, str]:
    value = len(copies) / max(len(entries), 1)
    return value, f"{len(copies)} of {_count(len(entries), 'entry', 'entries')} copy without a new fact"


def _burst(entries: Sequence[TaggedEntry], context: Context) -> tuple[float, str]:
    recent = [t for t in entries if t.entry.first_seen_at > context.now - BURST_WINDOW]
    feeds = {t.entry.feed for t in recent}
    usual = sum(context.usual.get(feed, 0.0) for feed in feeds)
    if len(recent) < BURST_LEAST or len(feeds) < 2 or not usual:
        return 0.0, f"{_count(len(recent), 'entry', 'entries')} in the last day, no burst"
    times = len(recent) / usual
    return _share((times - 1) / (BURST_FULL - 1)), (
        f"{len(recent)} entries in the last day, {times:.1f} times what these feeds usually bring in all"
    )


def _disagreement(entries: Sequence[TaggedEntry]) -> tuple[float, str]:
    sure = [t.tag.stance for t in entries if takes_side(t)]
    critics, defenders = sure.count(Stance.CRITIC), sure.count(Stance.DEFENDER)
    return 2 * min(critics, defenders) / (critics + defenders + 1), f"{critics} critic against {defenders} defender"


def _contradicted(entries: Sequence[TaggedEntry], context: Context) -> tuple[float, str]:
    found = [first for t in entries if (first := next(iter(claims.contradicted(t.entry, context.readings)), None))]
    if not found:
        return 0.0, "no claim that a live signal of its time contradicts"
    value = _share(len(found) / len(entries) / CONTRADICTED_FULL)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return value, f"{found[0].why}{more}"


def takes_side(tagged: TaggedEntry) -> bool:
    """Whether an entry counts for a side: sure, and about the subject."""
    return tagged.tag.relevance > 0 and not tagged.tag.unsure


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def independent(entries: Iterable[TaggedEntry], copies: set[str]) -> set[str]:
    """Outlets that said something of their own."""
    return {t.entry.feed for t in entries if t.entry.entry_id not in copies}
