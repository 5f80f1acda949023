"""Tags of texts from a stored model: the door that the program uses. numpy only, deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifiers import artifacts, language
from classifiers.artifacts import ArtifactError, Manifest, Model
from classifiers.evidence import Evidence, Floats, Reader
from classifiers.explain import why
from classifiers.features import Text, read

__all__ = ["ArtifactError", "Tagger", "Tags", "Text"]

FEWEST_WORDS = 3  # known words under which nothing is said with confidence
KNOWN_SHARE = 0.4  # of a text's words
BATCH = 256  # texts read at a time


@dataclass(frozen=True, slots=True)
class Tags:
    """What the models read in one text. Probabilities sum to 1; noise is 0-100 (level 1 is 0, level 5 is 100).

    `why` holds the words that moved the stance, strongest first: positive for it, negative against it.
    """

    relevance: int
    relevance_p: tuple[float, float, float]
    stance: str
    stance_p: Mapping[str, float]
    unsure: bool
    unsure_because: str | None
    noise: float
    why: tuple[tuple[str, float], ...]
    model: str


@dataclass(frozen=True, slots=True)
class Tagger:
    """A loaded model. `load` once, then `tag` any number of texts."""

    model: Model
    reader: Reader

    @classmethod
    def load(cls, path: Path | None = None) -> Tagger:
        """The model of a file (default: the shipped one); ArtifactError if it cannot be trusted."""
        return cls.of(artifacts.load(path))

    @classmethod
    def of(cls, model: Model) -> Tagger:
        return cls(model, Reader.of(model))

    def tag(self, texts: Sequence[Text]) -> list[Tags]:
        """One Tags per text, in order; a text gets the same tags alone and among others."""
        return [tags for start in range(0, len(texts), BATCH) for tags in self._batch(texts[start : start + BATCH])]

    def scores(self, text: Text) -> Floats:
        """Scores before calibration: stance logits, relevance logits, noise level."""
        return self.reader.read(text).scores

    def _batch(self, texts: Sequence[Text]) -> list[Tags]:
        evidence = [self.reader.read(text) for text in texts]
        raw = np.array([part.scores for part in evidence])
        relevance_p, stance_p, level = probabilities(raw, self.model.manifest)
        noise = np.clip((level - 1) * 25, 0, 100)
        rows = zip(texts, evidence, relevance_p.tolist(), stance_p.tolist(), noise.tolist(), strict=True)
        return [self._tags(*row) for row in rows]

    def _tags(
        self, text: Text, evidence: Evidence, relevance_p: list[float], stance_p: list[float], noise: float
    ) -> Tags:
        stances = self.model.manifest.topic.stances
        best = stance_p.index(max(stance_p))
        because = self._doubt(text, stance_p[best])
        off, adjacent, on = relevance_p
        return Tags(
            relevance=relevance_p.index(max(relevance_p)),
            relevance_p=(off, adjacent, on),
            stance=stances[best],
            stance_p=dict(zip(stances, stance_p, strict=True)),
            unsure=because is not None,
            unsure_because=because,
            noise=noise,
            why=why(evidence, best, len(stances)),
            model=self.model.manifest.version,
        )

    def _doubt(self, text: Text, confidence: float) -> str | None:
        """Why the stance is shown as unsure, or None: the first reason that holds."""
        words = read(text).distinct
        if not words:
            return "empty"
        code = language.foreign(words)
        if code:
            return f"language:{code}"
        spelt = {word for word in words if word[0].isalpha()}
        known = self.reader.known(spelt)
        if known < FEWEST_WORDS or known < KNOWN_SHARE * len(spelt):
            return "few_known_words"
        return "low_margin" if confidence < self.model.manifest.least_sure else None


def probabilities(raw: Floats, manifest: Manifest) -> tuple[Floats, Floats, Floats]:
    """Calibrated (relevance, stance, noise level) of raw scores (texts, outputs).

    Each head's scores are divided by its temperature. The off-topic share then goes to the neutral stance:
    a text about something else takes no side.
    """
    n = len(manifest.topic.stances)
    relevance = softmax(raw[:, n:-1] / manifest.temperature_relevance)
    off_topic = relevance[:, :1]
    stance = softmax(raw[:, :n] / manifest.temperature_stance) * (1 - off_topic)
    stance[:, manifest.topic.stances.index(manifest.topic.neutral)] += off_topic[:, 0]
    return relevance, stance, raw[:, -1]


def softmax(raw: Floats) -> Floats:
    shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)
