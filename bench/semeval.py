"""The stance recipe on SemEval-2016 Task 6 A: `python -m bench.semeval TRAIN TEST`.

Files as the organisers gave them: tab-separated, with the columns ID, Target, Tweet, Stance. One model per target, as
theirs. Printed: F_avg of FAVOR and AGAINST pooled over targets (organisers' n-gram SVM: 68.98, best team: 67.82), with
and without the word-piece vectors, which are what is left here of a sentence encoder.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifiers import recipe, stance
from classifiers.features import Text
from classifiers.labels import Topic
from classifiers.vectors import Vectors, load

TOPIC = Topic("semeval", ("AGAINST", "FAVOR", "NONE"), "NONE", {})
Row = tuple[str, Text, int]


def read(path: Path) -> list[Row]:
    """(target, text, stance) of every line; windows-1252 is what the organisers' files are in."""
    with path.open(encoding="cp1252", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        (row["Target"], Text(row["Tweet"].removesuffix("#SemST")), TOPIC.stances.index(row["Stance"])) for row in rows
    ]


def predict(train: Sequence[Row], test: Sequence[Row], known: Vectors) -> list[int]:
    """Stances of the test rows of one target."""
    features = recipe.union(TOPIC, known)
    matrix = features.fit_transform([text for _, text, _ in train]).tocsr()
    truth = np.array([label for *_, label in train])
    weights = recipe.balance(truth, stance.BALANCE)
    head = stance.estimator().fit(matrix, truth, sample_weight=weights)
    return [int(label) for label in head.predict(features.transform([text for _, text, _ in test]))]


def f_avg(truth: Sequence[int], found: Sequence[int]) -> float:
    """Mean F1 of AGAINST and FAVOR, in per cent."""
    pairs = list(zip(truth, found, strict=True))
    scores = []
    for label in (0, 1):
        both = sum(t == f == label for t, f in pairs)
        scores.append(2 * both / max(1, sum(t == label for t, _ in pairs) + sum(f == label for _, f in pairs)))
    return 100 * sum(scores) / 2


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 2:
        print("python -m bench.semeval TRAIN TEST")
        return 2
    train, test = (read(Path(name)) for name in given)
    nothing = Vectors(("\u0000",), None)
    for name, known in (("with word-piece vectors", load()), ("without", nothing)):
        by_target: dict[str, list[int]] = defaultdict(list)
        truth: dict[str, list[int]] = defaultdict(list)
        for target in sorted({row[0] for row in test}):
            mine, theirs = ([row for row in rows if row[0] == target] for rows in (train, test))
            by_target[target] = predict(mine, theirs, known)
            truth[target] = [row[2] for row in theirs]
        pooled = f_avg([x for t in truth.values() for x in t], [x for f in by_target.values() for x in f])
        each = ", ".join(f"{target} {f_avg(truth[target], found):.1f}" for target, found in by_target.items())
        print(f"{name}: F_avg {pooled:.2f} ({each})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
