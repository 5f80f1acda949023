"""Fit models: python -m classifiers.train [--corpus FILE] [--topic FILE] [--out DIR] [--labels FILE [--force]]

Without --labels: the shipped model of the corpus, with its card. With --labels: a personal model of corpus and labels,
kept if it is not worse on held-out entries, or with --force; taken into use unless --json leaves that to the caller.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import sklearn

from classifiers import artifacts, calibrate, card, dataset, evaluate, personal, recipe
from classifiers.artifacts import ArtifactError, Manifest, Model
from classifiers.calibrate import Floats
from classifiers.dataset import Example
from classifiers.labels import TOPIC_FILE, LabelError, Topic, load_topic
from classifiers.tagger import probabilities

RELEASE = "2026.1"


def train(examples: Sequence[Example], topic: Topic, held_out: Floats) -> Model:
    """The model of a corpus, calibrated on `held_out`: raw scores from models that did not see the register.

    Registers, not writers: texts of a kind never seen are nearer to what feeds bring, and make the model less sure.
    """
    n = len(topic.stances)
    weights = np.array([example.weight for example in examples])
    stances = np.array([topic.stances.index(example.stance) for example in examples])
    relevance = np.array([example.relevance for example in examples])
    manifest = Manifest(
        version="",
        topic=topic,
        blocks=(),
        temperature_stance=calibrate.temperature(held_out[:, :n], stances, weights),
        temperature_relevance=calibrate.temperature(held_out[:, n:-1], relevance, weights),
        least_sure=0.0,
        data=dataset.digest(examples),
        labels=topic.digest,
        trained_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    )
    _, stance_p, _ = probabilities(held_out, manifest)
    manifest = replace(manifest, least_sure=calibrate.least_sure(stance_p, weights))
    return named(recipe.merge(recipe.fit(examples, topic), manifest))


def named(model: Model) -> Model:
    """The model with a version that its numbers give."""
    rule = (model.manifest.temperature_stance, model.manifest.temperature_relevance, model.manifest.least_sure)
    digest = hashlib.sha256(model.weights.tobytes() + model.bias.tobytes() + repr(rule).encode()).hexdigest()
    return replace(model, manifest=replace(model.manifest, version=f"{RELEASE}-{digest[:6]}"))


def train_shipped(corpus: Path, topic: Topic, out: Path) -> Path:
    """Train, save, write the card, and take the model into use."""
    examples = dataset.load(corpus, topic)
    registers = calibrate.out_of_fold(examples, topic, calibrate.groups(examples, "register"))
    model = train(examples, topic, registers)
    path = artifacts.save(model, out)
    told = card.make(examples, model, registers)
    again = corpus.with_name(dataset.SECOND)
    if again.exists():
        told["two_readers"] = evaluate.agreement(examples, dataset.load(again, topic), topic)
    card.write(told, path)
    use(path)
    return path


def train_with_labels(
    examples: Sequence[Example], topic: Topic, labels: Path, out: Path, force: bool, as_json: bool = False
) -> int:
    """A personal model; 0 if it was kept, 1 if it was refused."""
    base = _base(out)
    mine = personal.load(labels, base, topic)
    trial = personal.train_personal(examples, mine, base)
    trial = replace(trial, model=named(trial.model))
    used = force or not trial.worse
    if used:
        path = _save_whole(trial.model, card.make_personal(examples, mine, trial), out)
    if as_json:
        told = {name: getattr(trial, name) for name in ("before", "after", "chance", "worse", "reason", "lines")}
        print(json.dumps({"version": trial.model.manifest.version, "labels": len(mine), "used": used, **told}))
        return 0 if used else 1
    print("\n".join(trial.lines))
    if used:
        print(f"taken{' because of --force' if trial.worse else ''}: {trial.reason}")
        use(path)
    else:
        print(f"not taken into use: {trial.reason}; --force takes it all the same")
    return 0 if used else 1


def _save_whole(model: Model, told: card.Card, out: Path) -> Path:
    """Save a model with its card so that whatever ends this process leaves all of it or none."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".draft-", dir=out) as draft:
        path = artifacts.save(model, Path(draft))
        card.write(told, path)
        return artifacts.publish(path, out)


def _base(out: Path) -> Model:
    """The model in use in `out`; the shipped one where there is none, or a damaged one."""
    try:
        return artifacts.load(artifacts.current(out))
    except ArtifactError:
        return artifacts.load()


def use(path: Path) -> None:
    """Make the model at `path` the one in use in its folder."""
    artifacts.use(path)
    print(path)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.train", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=dataset.CORPUS_FILE)
    parser.add_argument("--topic", type=Path, default=TOPIC_FILE)
    parser.add_argument("--out", type=Path, default=artifacts.MODELS)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--json", action="store_true", help="with --labels: the result as one line of JSON")
    given = parser.parse_args(arguments)
    try:
        topic = load_topic(given.topic)
        if given.labels:
            examples = dataset.load(given.corpus, topic)
            return train_with_labels(examples, topic, given.labels, given.out, given.force, given.json)
        train_shipped(given.corpus, topic, given.out)
    except (LabelError, ArtifactError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exit cleans up, an end does not
    sys.exit(main())
