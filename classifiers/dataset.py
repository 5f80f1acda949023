"""The corpus: reading, checking and hashing labelled entries.

One JSON object a line: id, writer, register, title, summary, relevance (0-2), stance, noise (1-5), weight (1).
Lines of one writer stand in the order of writing; contrast sets are neighbours, so folds keep blocks together.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.features import Text, read
from classifiers.labels import NOISE, RELEVANCE, LabelError, Topic

CORPUS_FILE = Path(__file__).parent / "corpus" / "entries.jsonl"
SECOND = "second.jsonl"  # beside a corpus: the same lines for a tenth of it, labelled again by one who saw no labels
FIELDS = ("id", "writer", "register", "title", "summary", "relevance", "stance", "noise", "weight")
SHINGLE = 8  # words: two texts that share eight words in a row share a source


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled entry. `noise` may be a mean of several readers; `weight` is how much it counts in training."""

    id: str
    writer: str
    register: str
    title: str
    summary: str
    relevance: int
    stance: str
    noise: float
    weight: float = 1.0

    @property
    def text(self) -> Text:
        return Text(self.title, self.summary)


def load(path: Path, topic: Topic) -> list[Example]:
    """The examples of a JSONL file, checked; LabelError names file, line and field."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: not readable ({error})") from error
    examples = [parse(line, topic, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]
    for name, values in (("id", [e.id for e in examples]), ("text", [e.title + e.summary for e in examples])):
        value, count = max(Counter(values).items(), key=lambda pair: pair[1], default=("", 0))
        if count > 1:
            raise LabelError(f"{path}: {count} entries with the same {name}: {value[:60]!r}")
    return examples


def parse(line: str, topic: Topic, where: str) -> Example:
    """One corpus line; writer and register may be absent."""
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise LabelError(f"{where}: not JSON ({error})") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("title"), str):
        raise LabelError(f"{where}: an object with a title is needed")
    relevance, stance, noise = raw.get("relevance"), raw.get("stance"), raw.get("noise")
    if relevance not in RELEVANCE:
        raise LabelError(f"{where}: relevance must be 0, 1 or 2, not {relevance!r}")
    if stance not in topic.stances:
        raise LabelError(f"{where}: stance must be one of {', '.join(topic.stances)}, not {stance!r}")
    if not isinstance(noise, int | float) or not NOISE[0] <= noise <= NOISE[-1]:
        raise LabelError(f"{where}: noise must be 1 to 5, not {noise!r}")
    if relevance == 0 and stance != topic.neutral:
        raise LabelError(f"{where}: an entry of relevance 0 is always {topic.neutral}")
    return Example(
        id=str(raw.get("id", where)),
        writer=str(raw.get("writer", "")),
        register=str(raw.get("register") or raw.get("kind") or ""),
        title=raw["title"],
        summary=str(raw.get("summary") or ""),
        relevance=int(relevance),
        stance=str(stance),
        noise=float(noise),
        weight=float(raw.get("weight", 1.0)),
    )


def digest(examples: Iterable[Example]) -> str:
    """SHA-256 over every field of every example, in order."""
    sha = hashlib.sha256()
    for example in examples:
        sha.update(json.dumps([getattr(example, name) for name in FIELDS], ensure_ascii=False).encode())
    return sha.hexdigest()


def shingles(example: Example) -> set[tuple[str, ...]]:
    words = [word.lower() for word in read(example.text).raw]  # with its numbers: "from $ to $" alone is no source
    return {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}


def leaks(examples: Sequence[Example], others: Sequence[Example]) -> Iterator[tuple[str, str, str]]:
    """Pairs (id, id of the other, shared words) of different writers that share eight words in a row."""
    seen = {shingle: other for other in others for shingle in shingles(other)}
    for example in examples:
        for shingle in sorted(shingles(example)):
            if shingle in seen and seen[shingle].writer != example.writer:
                yield example.id, seen[shingle].id, " ".join(shingle)
                break


def blocks(examples: Sequence[Example], size: int = 30) -> list[str]:
    """A group name per example: runs of `size` neighbours of one writer never part between folds."""
    position: Counter[str] = Counter()
    names = []
    for example in examples:
        names.append(f"{example.writer}/{position[example.writer] // size}")
        position[example.writer] += 1
    return names
