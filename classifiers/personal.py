"""A model of one's own: the corpus and the reader's labels together, tried on entries held out before it is used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifiers import dataset, evaluate, recipe
from classifiers.artifacts import Model
from classifiers.dataset import Example
from classifiers.evaluate import Floats, Outcome
from classifiers.features import Text
from classifiers.labels import LabelError, Topic
from classifiers.tagger import Tagger

FEWEST = 10  # labels under which nothing can be held out
FOLDS = 3
HELD_OUT = 5  # every fifth block of the corpus is never trained on in a trial
SLACK = 0.01  # by which the mean of the judged scores may fall
JUDGED = ("stance macro-F1", "relevance macro-F1", "noise Spearman")
READER = "reader"  # writer and register of what the reader labelled


@dataclass(frozen=True, slots=True)
class Trial:
    """Held-out scores of the corpus alone and with the labels, and the model of both.

    `chance` is where 95% of the differences (after - before) lie when the same entries are drawn again and again;
    `outcome` is what the second model read in the held-out entries, `tried`.
    """

    before: Mapping[str, float]
    after: Mapping[str, float]
    chance: Mapping[str, tuple[float, float]]
    model: Model
    outcome: Outcome
    tried: Sequence[Example]

    @property
    def mean_change(self) -> float:
        return sum(self.after[name] - self.before[name] for name in JUDGED) / len(JUDGED)

    @property
    def lost(self) -> list[str]:
        """The scores whose fall is more than chance."""
        return [name for name in JUDGED if self.chance[name][1] < 0]

    @property
    def worse(self) -> bool:
        """Whether the mean of the judged scores fell by more than SLACK, or any of them by more than chance."""
        return self.mean_change < -SLACK or bool(self.lost)

    @property
    def reason(self) -> str:
        """Why it is worse, or is not."""
        mean = f"the mean of the {len(JUDGED)} scores changed by {self.mean_change:+.3f}"
        if self.mean_change < -SLACK:
            return f"{mean}, more than the {-SLACK:+.3f} that is allowed"
        if self.lost:
            return f"{' and '.join(self.lost)} fell by more than chance"
        return f"{mean} and none fell by more than chance"

    @property
    def lines(self) -> list[str]:
        """What was tried, and a line for each score."""
        own = sum(example.register == READER for example in self.tried)
        scores = [
            f"{name}: {self.before[name]:.3f} before, {self.after[name]:.3f} after, "
            f"{self.after[name] - self.before[name]:+.3f} (95% interval {low:+.3f} to {high:+.3f})"
            for name, (low, high) in self.chance.items()
        ]
        return [f"tried on {len(self.tried) - own} held-out entries of the corpus and {own} of your labels", *scores]


def load(path: Path, base: Model, topic: Topic) -> list[Example]:
    """Labels from JSONL: title, summary, and any of relevance, stance, noise; what is missing is read by `base`."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        raw = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: not readable as labels ({error})") from error
    tagger = Tagger.of(base)
    filled = [_fill(entry, tagger, topic) if isinstance(entry, dict) else entry for entry in raw]
    return [dataset.parse(json.dumps(entry), topic, f"{path}:{n}") for n, entry in enumerate(filled, 1)]


def _fill(entry: dict[str, object], tagger: Tagger, topic: Topic) -> dict[str, object]:
    """The entry with the model's reading where the reader gave none, made consistent with what the reader said."""
    tags = tagger.tag([Text(str(entry.get("title", "")), str(entry.get("summary") or ""))])[0]
    stance = entry.get("stance")
    relevance = entry.get("relevance")
    if relevance is None:
        takes_side = stance is not None and stance != topic.neutral
        relevance = 1 + int(tags.relevance_p[2] >= tags.relevance_p[1]) if takes_side else tags.relevance
    if stance is None:
        stance = topic.neutral if relevance == 0 else tags.stance
    noise = entry.get("noise")
    return {
        **entry,
        "writer": READER,
        "register": READER,
        "relevance": relevance,
        "stance": stance,
        "noise": 1 + tags.noise / 25 if noise is None else noise,
    }


def train_personal(corpus: Sequence[Example], labels: Sequence[Example], base: Model) -> Trial:
    """Try and fit corpus + labels; temperatures and the unsure rule stay those of `base`.

    Before: the corpus without its held-out blocks. After: the same and the other folds' labels. Both are scored on the
    held-out blocks and on the labels. LabelError with fewer than FEWEST labels.
    """
    if len(labels) < FEWEST:
        raise LabelError(f"{len(labels)} labels; at least {FEWEST} are needed to train and to check")
    topic = base.manifest.topic
    blocks = dataset.blocks(corpus)
    held_names = set(sorted(set(blocks))[::HELD_OUT])
    held = [example for example, block in zip(corpus, blocks, strict=True) if block in held_names]
    rest = [example for example, block in zip(corpus, blocks, strict=True) if block not in held_names]
    texts = [example.text for example in (*held, *labels)]
    before = recipe.raw_scores(recipe.fit(rest, topic), texts)
    after = _after(rest, held, labels, base)
    model = recipe.merge(recipe.fit([*corpus, *labels], topic), base.manifest)
    model = replace(model, manifest=replace(model.manifest, data=dataset.digest([*corpus, *labels])))
    tried = [*held, *labels]
    was, now = (evaluate.outcome_of(raw, tried, base.manifest) for raw in (before, after))
    scores = [{name: evaluate.MEASURES[name](outcome) for name in JUDGED} for outcome in (was, now)]
    return Trial(scores[0], scores[1], evaluate.differences(was, now, JUDGED), model, now, tried)


def _after(rest: Sequence[Example], held: Sequence[Example], labels: Sequence[Example], base: Model) -> Floats:
    """Raw scores of held-out blocks (mean over the folds) and of labels (from folds that did not see them)."""
    topic = base.manifest.topic
    on_held, on_labels = [], np.zeros((len(labels), len(base.bias)))
    for fold in range(FOLDS):
        mine = np.arange(len(labels)) % FOLDS == fold
        fitted = recipe.fit([*rest, *(e for e, out in zip(labels, mine, strict=True) if not out)], topic)
        on_held.append(recipe.raw_scores(fitted, [example.text for example in held]))
        on_labels[mine] = recipe.raw_scores(fitted, [e.text for e, out in zip(labels, mine, strict=True) if out])
    return np.vstack([np.mean(on_held, axis=0), on_labels])
