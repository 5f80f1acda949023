"""What a tired analyst should read first: newsworthiness 0-100, kept apart from trust (100 - noise).

    score = 100 x (0.45 relevance + 0.25 breadth + 0.15 primary + 0.15 substance)

The list is ordered by `rank`, which halves a score's worth each day without ever being recomputed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Role, TaggedEntry
from monitor.stories.noise import copied, independent
from monitor.stories.words import READ_LIMIT, numbers

WEIGHTS = {"relevance": 0.45, "breadth": 0.25, "primary": 0.15, "substance": 0.15}
HALF_LIFE = 86_400.0  # seconds after which a score counts half
OUTLET = 0.6  # each further independent outlet closes 40% of the gap to full breadth
FIGURES_FULL = 8  # distinct figures at which substance is complete


@dataclass(frozen=True, slots=True)
class Score:
    """A score and the shares it is made of."""

    value: float
    parts: Mapping[str, float]


def of(entries: Sequence[TaggedEntry]) -> Score:
    on_topic = [tagged for tagged in entries if tagged.tag.relevance > 0]
    figures = {n for t in on_topic for n in numbers(f"{t.entry.title}\n{t.entry.summary[:READ_LIMIT]}")}
    parts = {
        "relevance": sum(t.tag.relevance for t in entries) / (2 * max(len(entries), 1)),
        "breadth": 1 - OUTLET ** max(len(independent(on_topic, copied(on_topic))) - 1, 0),
        "primary": float(any(t.role is Role.PRIMARY for t in on_topic)),
        "substance": min(len(figures) / FIGURES_FULL, 1.0),
    }
    return Score(100 * sum(WEIGHTS[name] * value for name, value in parts.items()), parts)


def rank(value: float, last_seen_at: datetime) -> float:
    """A number to sort by: scores of different age compare as if each had halved with every day passed."""
    return math.log2(max(value, 0.1)) + last_seen_at.timestamp() / HALF_LIFE
