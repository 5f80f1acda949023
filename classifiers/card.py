"""The model card: what was trained on what, how it scores, and how sure one may be of that. Markdown and JSON."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from classifiers import artifacts, calibrate, evaluate, recipe, vectors
from classifiers.artifacts import Manifest, Model
from classifiers.calibrate import Floats
from classifiers.dataset import Example
from classifiers.drift import profile
from classifiers.evaluate import Interval, Outcome
from classifiers.labels import Topic
from classifiers.tagger import Tagger

if TYPE_CHECKING:
    from classifiers.personal import Trial

CURVE = (8, 4, 2, 1)  # one over the shares of the corpus in the learning curve
SPEED_SAMPLE = 1_000
FIFTH = 5
FEWEST = 100  # entries under which a point of the learning curve says nothing

Card = dict[str, Any]  # plain JSON data


@dataclass(frozen=True, slots=True)
class Point:
    """Scores on one fold of writers after training on `entries` others."""

    entries: int
    scores: Mapping[str, float]


def learning_curve(examples: Sequence[Example], topic: Topic, manifest: Manifest, groups: Sequence[str]) -> list[Point]:
    """How scores grow with the corpus: trained on parts of all groups but every fifth."""
    held = set(sorted(set(groups))[::FIFTH])
    tested = [example for example, group in zip(examples, groups, strict=True) if group in held]
    others = [example for example, group in zip(examples, groups, strict=True) if group not in held]
    points = []
    for divisor in CURVE:
        part = others[::divisor]
        if divisor > 1 and len(part) < FEWEST:
            continue
        raw = recipe.raw_scores(recipe.fit(part, topic), [example.text for example in tested])
        outcome = evaluate.outcome_of(raw, tested, manifest)
        judged = ("stance macro-F1", "relevance macro-F1", "noise Spearman")
        points.append(Point(len(part), {name: evaluate.MEASURES[name](outcome) for name in judged}))
    return points


def by_register(outcome: Outcome, examples: Sequence[Example]) -> dict[str, float]:
    """Stance accuracy per register."""
    correct = outcome.stance_p.argmax(axis=1) == outcome.stance
    registers = np.array([example.register for example in examples])
    return {str(name): float(correct[registers == name].mean()) for name in np.unique(registers)}


def make(examples: Sequence[Example], model: Model, registers: Floats) -> Card:
    """Everything the card says, as plain data. `registers` are raw scores with the register held out."""
    manifest = model.manifest
    topic = manifest.topic
    writers = calibrate.groups(examples, "writer")
    outcome = evaluate.outcome_of(calibrate.out_of_fold(examples, topic, writers), examples, manifest)
    by_kind = evaluate.outcome_of(registers, examples, manifest)
    return {
        **facts(examples, model),
        "writers_held_out": _plain(evaluate.scores(outcome)),
        "registers_held_out": _plain(evaluate.scores(by_kind)),
        "confusion": _confusion(outcome, topic),
        "reliability": evaluate.reliability(by_kind),
        "stance_accuracy_by_register": by_register(by_kind, examples),
        "learning_curve": [asdict(point) for point in learning_curve(examples, topic, manifest, writers)],
    }


def make_personal(corpus: Sequence[Example], labels: Sequence[Example], trial: Trial) -> Card:
    """The card of a model of corpus and labels: the same, of the entries that its trial held out."""
    return {
        **facts([*corpus, *labels], trial.model),
        "own_labels": len(labels),
        "before": dict(trial.before),
        "after": dict(trial.after),
        "chance": dict(trial.chance),
        "held_out": _plain(evaluate.scores(trial.outcome)),
        "confusion": _confusion(trial.outcome, trial.model.manifest.topic),
        "reliability": evaluate.reliability(trial.outcome),
        "stance_accuracy_by_register": by_register(trial.outcome, trial.tried),
    }


def facts(examples: Sequence[Example], model: Model) -> Card:
    """What needs no held-out scores: what it was trained on, its size and speed, the profile of its corpus."""
    manifest = model.manifest
    tagger = Tagger.of(model)
    sample = [example.text for example in examples[:SPEED_SAMPLE]]
    start = time.process_time()
    tags = tagger.tag(sample)
    seconds = time.process_time() - start
    return {
        "version": manifest.version,
        "topic": manifest.topic.name,
        "data": manifest.data,
        "labels": manifest.labels,
        "trained_with": manifest.trained_with,
        "entries": len(examples),
        "classes": _classes(examples),
        "temperatures": [manifest.temperature_stance, manifest.temperature_relevance],
        "least_sure": manifest.least_sure,
        "terms": len(model.terms),
        "entries_per_second": round(len(sample) / max(seconds, 1e-9)),
        "profile": asdict(profile(tagger, sample, tags)),
    }


def _classes(examples: Sequence[Example]) -> dict[str, dict[str, int]]:
    fields = ("relevance", "stance", "noise", "register")
    return {
        name: {str(k): n for k, n in sorted(Counter(getattr(e, name) for e in examples).items())} for name in fields
    }


def _plain(scores: Mapping[str, Interval]) -> dict[str, list[float]]:
    return {name: [round(v, 4) for v in (s.value, s.low, s.high)] for name, s in scores.items()}


def _confusion(outcome: Outcome, topic: Topic) -> dict[str, dict[str, int]]:
    table: npt.NDArray[np.intp] = evaluate.confusion(
        outcome.stance, outcome.stance_p.argmax(axis=1), len(topic.stances)
    )
    return {
        true: {read: int(n) for read, n in zip(topic.stances, row, strict=True)}
        for true, row in zip(topic.stances, table, strict=True)
    }


def write(card: Card, path: Path) -> None:
    """`<version>.json` and `<version>.md` beside the model at `path`."""
    size = path.stat().st_size
    full = {**card, "bytes": size, "bytes_with_vectors": size + vectors.FILE.stat().st_size}
    path.with_suffix(".json").write_text(json.dumps(full, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(markdown(full), encoding="utf-8")


def markdown(card: Card) -> str:
    """The card for people."""
    parts = [
        f"# Model {card['version']} ({card['topic']})",
        "",
        "Three linear heads on one set of features (words, title words, pairs, letter runs, word-piece vectors, "
        "counted signs, the subject's words), fitted with scikit-learn; see docs/codebook.md for the labels.",
        "",
        *(f"- {name}: {card[key]}" for name, key in _FACTS.items() if key in card),
        "",
    ]
    for key, title in _SCORES.items():
        if key in card:
            parts += [f"## {title}", "", *_table(("measure", "value", "2.5%", "97.5%"), _rows(card[key])), ""]
    if "two_readers" in card:
        rows = ((name, f"{value:.3f}") for name, value in card["two_readers"].items())
        parts += ["## Two blind readers of the same entries", "", *_table(("measure", "value"), rows), ""]
    if "before" in card:
        parts += ["## Before and after the labels", "", *_table(_CHANGE, _changes(card)), ""]
    writers, kinds = ("", "") if "held_out" in card else ("writers ", "registers ")
    parts += [f"## Stance, {writers}held out (rows: true)", "", *_square(card["confusion"]), ""]
    reliability = ((f"{a:.2f}", f"{b:.2f}", n) for a, b, n in card["reliability"])
    parts += [f"## Reliability, {kinds}held out", "", *_table(("said", "was right", "entries"), reliability), ""]
    if "learning_curve" in card:
        curve = ((p["entries"], *(f"{v:.3f}" for v in p["scores"].values())) for p in card["learning_curve"])
        parts += ["## Growth with the corpus (one fifth of the writers held out)", ""]
        parts += [*_table(("entries", "stance", "relevance", "noise"), curve), ""]
    registers = ((k, f"{v:.2f}") for k, v in card["stance_accuracy_by_register"].items())
    parts += ["## Stance accuracy by register, held out", "", *_table(("register", "accuracy"), registers), ""]
    parts += ["## Corpus", "", *_table(("label", "entries"), _counts(card["classes"]))]
    return "\n".join(parts) + "\n"


_SCORES = {
    "writers_held_out": "Writers held out",
    "registers_held_out": "Registers held out",
    "held_out": "A fifth of the corpus and the labels held out",
}
_CHANGE = ("measure", "before", "after", "change, 2.5%", "97.5%")
_FACTS = {
    "Entries": "entries",
    "Of them the reader's own": "own_labels",
    "Data (SHA-256)": "data",
    "Label set": "labels",
    "Trained with": "trained_with",
    "Terms": "terms",
    "Model file, bytes": "bytes",
    "With the vectors that training needs, bytes": "bytes_with_vectors",
    "Entries a second, one core, when trained": "entries_per_second",
    "Temperatures (stance, relevance)": "temperatures",
    "Unsure under a stance probability of": "least_sure",
}


def _table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]


def _rows(scores: Mapping[str, Sequence[float]]) -> list[tuple[str, ...]]:
    return [(name, *(f"{v:.3f}" for v in values)) for name, values in scores.items()]


def _changes(card: Card) -> list[tuple[str, ...]]:
    before, after = card["before"], card["after"]
    return [(name, *(f"{v:.3f}" for v in (before[name], after[name], *card["chance"][name]))) for name in before]


def _square(rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    return _table(("", *rows), [(name, *row.values()) for name, row in rows.items()])


def _counts(classes: Mapping[str, Mapping[str, int]]) -> list[tuple[str, int]]:
    return [(f"{field} {label}", n) for field, labels in classes.items() for label, n in labels.items()]


def read(folder: Path = artifacts.MODELS) -> Card:
    """The card of the model in use, as data; ArtifactError if there is none."""
    path = artifacts.current(folder).with_suffix(".json")
    try:
        found: Card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise artifacts.ArtifactError(f"{path}: no readable card ({error}); retrain the model") from error
    return found
