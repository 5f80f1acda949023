"""Scores from outside the fold, and what they teach: temperatures and the confidence under which a stance is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.model_selection import GroupKFold

from classifiers import recipe
from classifiers.artifacts import outputs
from classifiers.dataset import Example
from classifiers.labels import Topic
from classifiers.tagger import softmax

Floats = npt.NDArray[np.float64]
FOLDS = 5
RUN = 10  # neighbouring lines that are kept together where there are no writers or registers
SURE = 0.85  # share of the corpus that is called sure with the register held out; on feeds about three quarters are


def groups(examples: Sequence[Example], kind: Literal["writer", "register"]) -> list[str]:
    """A group per example that folds keep together: its writer or register; with too few, runs of neighbours."""
    names = [str(getattr(example, kind)) for example in examples]
    return names if len(set(names)) >= FOLDS else [str(i // RUN % FOLDS) for i in range(len(examples))]


def out_of_fold(examples: Sequence[Example], topic: Topic, grouped: Sequence[str]) -> Floats:
    """Raw scores (examples, outputs) of each example from models that saw none of its group."""
    found = np.zeros((len(examples), outputs(topic)))
    for seen, held in GroupKFold(FOLDS).split(np.zeros(len(examples)), groups=np.array(grouped)):
        fitted = recipe.fit([examples[i] for i in seen], topic)
        found[held] = recipe.raw_scores(fitted, [examples[i].text for i in held])
    return found


def temperature(raw: Floats, truth: npt.NDArray[np.intp], weights: Floats) -> float:
    """The divisor of the scores with the least weighted log loss (Guo et al. 2017, temperature scaling)."""

    def loss(log_t: float) -> float:
        p = softmax(raw / np.exp(log_t))[np.arange(len(truth)), truth]
        return float(-(weights * np.log(np.maximum(p, 1e-12))).sum() / weights.sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x))


def least_sure(stance_p: Floats, weights: Floats) -> float:
    """The confidence that a weighted share SURE of the entries reaches."""
    confidence = stance_p.max(axis=1)
    order = np.argsort(confidence)
    place = np.searchsorted(np.cumsum(weights[order]), (1 - SURE) * weights.sum())
    return float(confidence[order][place])
