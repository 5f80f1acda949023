"""A story's measures from its entries: title, sides, stance, blind spot, noise, score. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import Role, Sides, Stance, Story, TaggedEntry
from monitor.stories import noise, score
from monitor.stories.noise import Context, takes_side
from monitor.stories.words import terms

FORMULA = "stories-1"  # raised when a measure changes, so that stored ones are known to be old
BLIND_LEAST = 3  # sure entries, from two outlets, before one side alone is worth a word
HOT_TITLE = 50.0  # a title from an entry noisier than this gives way to a plainer one
MANY = 50  # entries whose titles tell what is central
CANDIDATES = 200  # the first entries, of which one lends its title
EARLY = timedelta(days=5)  # lateness that outweighs a fully central title: the first report names an event best
TITLE_ROLES = {Role.NEWS: 3, Role.PRIMARY: 2, Role.ANALYSIS: 1, Role.SOCIAL: 0}


def measure(
    story_id: str,
    entries: Sequence[TaggedEntry],
    context: Context,
    *,
    title: str | None = None,
    firms: tuple[str, ...] | None = None,
) -> Story:
    """Measure a story anew. `entries` are at least one, oldest first; `title` is the one it shows now.

    `firms` are those that its entries name, the most named first; None where nobody looked for them.
    """
    parts = noise.parts(entries, context)
    sides = count_sides(entries)
    seen = [tagged.entry.first_seen_at for tagged in entries]
    return Story(
        story_id=story_id,
        title=choose_title(entries, title),
        first_seen_at=min(seen),
        last_seen_at=max(seen),
        stance=stance_of(sides),
        sides=sides,
        blind_spot=blind_spot(entries),
        noise=noise.level(parts),
        noise_parts=parts,
        firms=firms,
        score=score.of(entries).value,
        entries=tuple(entries),
    )


def count_sides(entries: Sequence[TaggedEntry]) -> Sides:
    relevant = [tagged for tagged in entries if tagged.tag.relevance > 0]
    sure = [tagged.tag.stance for tagged in relevant if not tagged.tag.unsure]
    return Sides(
        critic=sure.count(Stance.CRITIC),
        defender=sure.count(Stance.DEFENDER),
        neutral=sure.count(Stance.NEUTRAL),
        unsure=len(relevant) - len(sure),
    )


def stance_of(sides: Sides) -> str:
    """The side that more than half of the sure entries share, else mixed."""
    counts = {"critic": sides.critic, "defender": sides.defender, "neutral": sides.neutral}
    side = max(counts, key=lambda name: counts[name])
    return side if 2 * counts[side] > sum(counts.values()) else "mixed"


def blind_spot(entries: Sequence[TaggedEntry]) -> str | None:
    """A word of warning where one side alone tells the story, else None."""
    sure = [tagged for tagged in entries if takes_side(tagged)]
    stances = {tagged.tag.stance for tagged in sure}
    outlets = {tagged.entry.feed for tagged in sure}
    if len(sure) < BLIND_LEAST or len(outlets) < 2 or len(stances) != 1 or Stance.NEUTRAL in stances:
        return None
    side = stances.pop()
    other = Stance.DEFENDER if side is Stance.CRITIC else Stance.CRITIC
    return (
        f"told by {side.value}s only: {len(sure)} entries from {len(outlets)} outlets,"
        f" no {other.value} and no neutral one"
    )


def choose_title(entries: Sequence[TaggedEntry], shown: str | None) -> str:
    """The title to show: the one shown now while it is plain, else that of the plainest central entry."""
    holder = next((tagged for tagged in entries if tagged.entry.title == shown), None)
    if holder and holder.role is not Role.SOCIAL and holder.tag.noise <= HOT_TITLE:
        return holder.entry.title
    read = [(tagged, set(terms(tagged.entry.title))) for tagged in entries[:CANDIDATES]]
    held: Counter[str] = Counter()
    for _, words in read[:MANY]:
        held.update(words)
    first, many = entries[0].entry.first_seen_at, min(len(entries), MANY)
    best, _ = max(read, key=lambda pair: _title_rank(pair[0], pair[1], held, many, first))
    return best.entry.title


def _title_rank(
    tagged: TaggedEntry, words: set[str], held: Mapping[str, int], many: int, first: datetime
) -> tuple[bool, bool, float]:
    central = sum(held[word] for word in words) / max(len(words), 1) / many
    plain = tagged.tag.noise <= HOT_TITLE
    filing = tagged.role is Role.PRIMARY and " - " in tagged.entry.title  # form names make poor headlines
    late = (tagged.entry.first_seen_at - first) / EARLY
    return plain, not filing and tagged.role is not Role.SOCIAL, central + 0.1 * TITLE_ROLES[tagged.role] - late
