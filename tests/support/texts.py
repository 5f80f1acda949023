"""Small labelled texts and a small model, so that tests of the classifiers need no minutes."""

from __future__ import annotations

from functools import cache

from classifiers import calibrate, dataset, train
from classifiers.artifacts import Model
from classifiers.dataset import Example
from classifiers.features import Text
from classifiers.labels import load_topic
from classifiers.recipe import Fitted, fit

LEASE = Text("Bitcoin miner signs AI lease", "The 15-year deal covers 200 megawatts in Texas.")
WARNING = Text(
    "Miners' AI debt is a reckless gamble, short seller warns",
    "Dilution, missed deadlines and stranded halls will hurt holders, the report says.",
)


@cache
def corpus() -> tuple[Example, ...]:
    """Every twenty-fifth entry of the shipped corpus."""
    return tuple(dataset.load(dataset.CORPUS_FILE, load_topic())[::25])


@cache
def small_fit() -> Fitted:
    return fit(corpus(), load_topic())


@cache
def small_model() -> Model:
    """A model of `corpus`, calibrated on itself: good enough to compare numbers, not to read texts."""
    held_out = calibrate.out_of_fold(corpus(), load_topic(), calibrate.groups(corpus(), "register"))
    return train.train(corpus(), load_topic(), held_out)
