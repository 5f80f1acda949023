"""Is what comes in still what the model was made for? A profile of the corpus against one of recent entries.

Shares of unsure, off-topic and unseen words, and the balance of stances; alarms as in the literature on monitoring:
a population stability index over 0.2 is a changed population; unseen words over 35 per cent are another language use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.features import Text, read
from classifiers.tagger import Tagger, Tags

UNSEEN_ALARM = 0.35  # share of words that the model never saw
SHIFT_ALARM = 0.2  # population stability index
UNSURE_ALARM = 0.15  # rise of the unsure share
RANDOM_SHARE = 0.3  # of the entries offered for labelling: the only unbiased sample of what the model gets wrong


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of a set of entries, each 0-1; `stances` sums to 1."""

    entries: int
    unsure: float
    off_topic: float
    unseen_words: float
    confidence: float
    stances: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Drift:
    """One measure then and now; `alarm` says that it moved further than chance and season do."""

    name: str
    was: float
    now: float
    alarm: bool


def profile(tagger: Tagger, texts: Sequence[Text], tags: Sequence[Tags]) -> Profile:
    """The profile of tagged texts; of no texts, zeros."""
    words = [{word for word in read(text).distinct if word[0].isalpha()} for text in texts]
    known = sum(map(tagger.reader.known, words))
    count = max(1, len(tags))
    return Profile(
        entries=len(tags),
        unsure=sum(tag.unsure for tag in tags) / count,
        off_topic=sum(tag.relevance == 0 for tag in tags) / count,
        unseen_words=1 - known / max(1, sum(map(len, words))),
        confidence=sum(max(tag.stance_p.values()) for tag in tags) / count,
        stances={name: sum(tag.stance == name for tag in tags) / count for name in tagger.model.manifest.topic.stances},
    )


def expected(card: Mapping[str, Any]) -> Profile:
    """The profile that new texts should have, by a model's card.

    Doubt and stances are those of held-out entries: of what it learned from, a model is nearly always sure.
    """
    held_out = card.get("registers_held_out") or card["held_out"]
    said, _, counts = zip(*card["reliability"], strict=True)
    read = {stance: sum(row[stance] for row in card["confusion"].values()) for stance in card["confusion"]}
    return replace(
        Profile(**card["profile"]),
        unsure=1 - held_out["share sure"][0],
        confidence=float(np.average(said, weights=counts)),
        stances={stance: count / sum(read.values()) for stance, count in read.items()},
    )


def drift(then: Profile, now: Profile) -> list[Drift]:
    """What changed between two profiles, measure by measure."""
    shift = stability(then.stances, now.stances)
    return [
        Drift("unsure", then.unsure, now.unsure, now.unsure - then.unsure > UNSURE_ALARM),
        Drift("off topic", then.off_topic, now.off_topic, abs(now.off_topic - then.off_topic) > SHIFT_ALARM),
        Drift("unseen words", then.unseen_words, now.unseen_words, now.unseen_words > UNSEEN_ALARM),
        Drift("confidence", then.confidence, now.confidence, then.confidence - now.confidence > UNSURE_ALARM),
        *(Drift(name, share, now.stances.get(name, 0.0), shift > SHIFT_ALARM) for name, share in then.stances.items()),
    ]


def stability(then: Mapping[str, float], now: Mapping[str, float]) -> float:
    """Population stability index: sum of (now - then) × ln(now / then) over the classes."""
    least = 0.001  # an empty class is a rare one
    pairs = [(max(share, least), max(now.get(name, 0.0), least)) for name, share in then.items()]
    return float(sum((b - a) * np.log(b / a) for a, b in pairs))


def next_to_label(relevance: Sequence[int], stance_p: npt.ArrayLike, count: int, seed: int = 0) -> list[int]:
    """Positions of the entries worth labelling: 70% the most doubtful on the subject, 30% at random, in that mix.

    Doubt is the entropy of `stance_p` (entries, stances); entries of relevance 0 are only drawn at random.
    """
    total = len(relevance)
    if not total:
        return []
    rng = np.random.default_rng(seed)
    shares = np.asarray(stance_p, dtype=np.float64)
    entropy = -(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1)
    doubtful = [int(i) for i in np.argsort(-entropy, kind="stable") if relevance[i] >= 1]
    wanted = min(count, total)
    first = doubtful[: wanted - round(RANDOM_SHARE * wanted)]
    rest = rng.permutation([i for i in range(total) if i not in set(first)])
    return first + [int(i) for i in rest[: wanted - len(first)]]
