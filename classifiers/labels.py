"""The label sets of a topic. They are data: another subject brings its own names in a JSON file.

The shipped topic is `corpus/topic.json`; docs/topics.md shows how to write another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

RELEVANCE = (0, 1, 2)  # off-topic, adjacent, on-topic
NOISE = (1, 2, 3, 4, 5)  # 1 specific and checkable … 5 nothing checkable
TOPIC_FILE = Path(__file__).parent / "corpus" / "topic.json"


class LabelError(ValueError):
    """A label, a corpus line or a topic file that cannot be used; the message says where and what to mend."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What is read from a text: the names of the stances, which of them takes no side, and the subject's words.

    `cues` maps a group's name to its words or phrases (lower case; a trailing * matches any ending).
    Relevance reads how often each group occurs and which of them meet in one text.
    """

    name: str
    stances: tuple[str, ...]
    neutral: str
    cues: Mapping[str, tuple[str, ...]]

    @property
    def digest(self) -> str:
        """SHA-256 of the label set, first 12 hex digits: two models are comparable only if it is equal."""
        text = json.dumps([self.stances, self.neutral, RELEVANCE, NOISE])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def topic_from_dict(raw: Mapping[str, object], where: str) -> Topic:
    """A checked topic; LabelError names `where` and the field."""
    name, stances, neutral, cues = (raw.get(key) for key in ("name", "stances", "neutral", "cues"))
    if not isinstance(name, str) or not name:
        raise LabelError(f"{where}: name must be a text")
    if not isinstance(stances, list | tuple) or len(stances) < 2 or len(set(stances)) != len(stances):
        raise LabelError(f"{where}: stances must list at least two different names")
    if neutral not in stances:
        raise LabelError(f"{where}: neutral must be one of the stances {', '.join(map(str, stances))}")
    if not isinstance(cues, Mapping) or not all(isinstance(words, list | tuple) for words in cues.values()):
        raise LabelError(f"{where}: cues must map group names to lists of words")
    groups = {str(group): tuple(str(word) for word in words) for group, words in cues.items()}
    return Topic(name, tuple(str(stance) for stance in stances), str(neutral), groups)


@cache
def load_topic(path: Path = TOPIC_FILE) -> Topic:
    """The topic of a JSON file."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: not a readable topic file ({error})") from error
    if not isinstance(raw, dict):
        raise LabelError(f"{path}: a topic is a JSON object")
    return topic_from_dict(raw, str(path))
