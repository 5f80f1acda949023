"""Scores of a model on labelled entries, with intervals: python -m classifiers.evaluate FILE [--model NPZ]

FILE is JSONL with title, summary, relevance, stance and noise (a mean of readers is fine). numpy only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers import dataset
from classifiers.artifacts import Manifest
from classifiers.dataset import Example
from classifiers.labels import RELEVANCE, LabelError, Topic
from classifiers.tagger import ArtifactError, Tagger, probabilities

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
RESAMPLES = 500
BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """Truth and prediction of n entries; p has one column per class."""

    stance: Index
    stance_p: Floats
    relevance: Index
    relevance_p: Floats
    noise: Floats
    level: Floats
    sure: npt.NDArray[np.bool_]

    def take(self, chosen: Index | npt.NDArray[np.bool_]) -> Outcome:
        return Outcome(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Interval:
    """A score and the 2.5 and 97.5 per cent points of its bootstrap."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def macro_f1(truth: Index, predicted: Index, classes: int) -> float:
    """The unweighted mean of F1 over the classes that occur in truth or prediction."""
    table = confusion(truth, predicted, classes).astype(float)
    both = table.sum(axis=0) + table.sum(axis=1)
    present = both > 0
    return float((2 * np.diag(table)[present] / both[present]).mean())


def confusion(truth: Index, predicted: Index, classes: int) -> npt.NDArray[np.intp]:
    """Counts, rows truth, columns prediction."""
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def spearman(a: Floats, b: Floats) -> float:
    """Rank correlation, ties at their mean rank."""
    ranks = [_ranks(values) for values in (a, b)]
    if min(rank.std() for rank in ranks) == 0:
        return 0.0
    a_, b_ = (rank - rank.mean() for rank in ranks)
    return float((a_ * b_).sum() / np.sqrt((a_**2).sum() * (b_**2).sum()))


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse], dtype=float)


def reliability(outcome: Outcome) -> list[tuple[float, float, int]]:
    """Per tenth of confidence in the stance: (mean confidence, share correct, entries); empty tenths left out."""
    confidence = outcome.stance_p.max(axis=1)
    correct = outcome.stance_p.argmax(axis=1) == outcome.stance
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[bins == b].mean()), float(correct[bins == b].mean()), int((bins == b).sum()))
        for b in np.unique(bins)
    ]


def calibration_error(outcome: Outcome) -> float:
    """ECE: the mean gap between confidence and accuracy over ten equal bins (Naeini et al. 2015)."""
    rows = reliability(outcome)
    return sum(abs(said - was) * count for said, was, count in rows) / sum(count for *_, count in rows)


def _sure_accuracy(outcome: Outcome) -> float:
    sure = outcome.take(outcome.sure)
    return float((sure.stance_p.argmax(axis=1) == sure.stance).mean()) if len(sure.stance) else 0.0


MEASURES: Mapping[str, Callable[[Outcome], float]] = {
    "stance macro-F1": lambda o: macro_f1(o.stance, o.stance_p.argmax(axis=1), o.stance_p.shape[1]),
    "relevance macro-F1": lambda o: macro_f1(o.relevance, o.relevance_p.argmax(axis=1), len(RELEVANCE)),
    "noise Spearman": lambda o: spearman(o.noise, o.level),
    "stance ECE": calibration_error,
    "share sure": lambda o: float(o.sure.mean()),
    "accuracy of the sure": _sure_accuracy,
    "stance accuracy": lambda o: float((o.stance_p.argmax(axis=1) == o.stance).mean()),
}


def scores(outcome: Outcome, seed: int = 0) -> dict[str, Interval]:
    """Every measure with its 95% bootstrap interval."""
    rng = np.random.default_rng(seed)
    n = len(outcome.stance)
    draws = [outcome.take(rng.integers(0, n, n)) for _ in range(RESAMPLES)]
    found = {}
    for name, measure in MEASURES.items():
        low, high = np.percentile([measure(draw) for draw in draws], [2.5, 97.5])
        found[name] = Interval(measure(outcome), float(low), float(high))
    return found


def differences(before: Outcome, after: Outcome, names: Sequence[str], seed: int = 0) -> dict[str, tuple[float, float]]:
    """Where 95% of the differences (after - before) of each measure lie: bootstrap over the same entries in both."""
    rng = np.random.default_rng(seed)
    n = len(before.stance)
    draws = [rng.integers(0, n, n) for _ in range(RESAMPLES)]
    found = {}
    for name in names:
        measure = MEASURES[name]
        low, high = np.percentile([measure(after.take(d)) - measure(before.take(d)) for d in draws], [2.5, 97.5])
        found[name] = (float(low), float(high))
    return found


def outcome_of(
    raw: Floats, examples: Sequence[Example], manifest: Manifest, doubted: npt.NDArray[np.bool_] | None = None
) -> Outcome:
    """The outcome of raw scores; `doubted` marks entries that are unsure for another reason than a low margin."""
    relevance_p, stance_p, level = probabilities(raw, manifest)
    sure = stance_p.max(axis=1) >= manifest.least_sure
    return Outcome(
        stance=np.array([manifest.topic.stances.index(example.stance) for example in examples]),
        stance_p=stance_p,
        relevance=np.array([example.relevance for example in examples]),
        relevance_p=relevance_p,
        noise=np.array([example.noise for example in examples]),
        level=level,
        sure=sure if doubted is None else sure & ~doubted,
    )


def measure(tagger: Tagger, examples: Sequence[Example]) -> Outcome:
    """What the program itself would answer for the examples."""
    raw = np.array([tagger.scores(example.text) for example in examples])
    unsure = np.array([tags.unsure for tags in tagger.tag([example.text for example in examples])])
    return outcome_of(raw, examples, tagger.model.manifest, unsure)


def agreement(examples: Sequence[Example], second: Sequence[Example], topic: Topic) -> dict[str, float]:
    """How far two blind readings of the same entries (matched by id) agree; the practical ceiling of a model."""
    first = {example.id: example for example in examples}
    pairs = [(first[other.id], other) for other in second if other.id in first]
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    stances = [np.array([topic.stances.index(e.stance) for e in side]) for side in (a, b)]
    relevance = [np.array([e.relevance for e in side]) for side in (a, b)]
    return {
        "entries": float(len(pairs)),
        "stance macro-F1": macro_f1(stances[0], stances[1], len(topic.stances)),
        "stance accuracy": float((stances[0] == stances[1]).mean()),
        "relevance macro-F1": macro_f1(relevance[0], relevance[1], len(RELEVANCE)),
        "noise Spearman": spearman(*(np.array([e.noise for e in side]) for side in (a, b))),
    }


def report(outcome: Outcome, topic: Topic) -> str:
    """The scores and the stance confusion as Markdown."""
    lines = [f"| {name} | {interval} |" for name, interval in scores(outcome).items()]
    table = confusion(outcome.stance, outcome.stance_p.argmax(axis=1), len(topic.stances))
    rows = [f"| {name} | {' | '.join(map(str, row))} |" for name, row in zip(topic.stances, table, strict=True)]
    return "\n".join(
        [
            f"{len(outcome.stance)} entries",
            "",
            "| measure | value [95% interval] |",
            "|---|---|",
            *lines,
            "",
            f"| true \\ read as | {' | '.join(topic.stances)} |",
            "|---|" + "--:|" * len(topic.stances),
            *rows,
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.evaluate", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--corpus", type=Path, default=dataset.CORPUS_FILE)
    given = parser.parse_args(arguments)
    try:
        tagger = Tagger.load(given.model)
        topic = tagger.model.manifest.topic
        examples = dataset.load(given.file, topic)
        corpus = dataset.load(given.corpus, topic)
    except (ArtifactError, LabelError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    shared = [f"- {a} and {b} of the corpus: {words}" for a, b, words in dataset.leaks(examples, corpus)]
    sys.stdout.write(report(measure(tagger, examples), topic) + "\n\n")
    sys.stdout.write("\n".join([f"Entries that share eight words in a row with the corpus: {len(shared)}", *shared]))
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
