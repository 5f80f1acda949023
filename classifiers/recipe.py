"""The scikit-learn side: feature blocks, the three heads on them, and the way to and from a stored model.

Imported only to train, to rebuild and to measure; what runs all day is tagger.py on the merged weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline

from classifiers import noise, relevance, stance, vectors
from classifiers.artifacts import Block, Manifest, Model
from classifiers.dataset import Example
from classifiers.features import (
    CACHE,
    SIGNS,
    Text,
    char_terms,
    cue_names,
    cue_reader,
    head_terms,
    pair_terms,
    read,
    signs,
    spread,
    word_pieces,
    word_terms,
)
from classifiers.labels import RELEVANCE, LabelError, Topic
from classifiers.vectors import Vectors

HEADS = {"stance": stance, "relevance": relevance, "noise": noise}
TERMS: Mapping[str, Callable[[Text], list[str]]] = {
    "words": word_terms,
    "heads": head_terms,
    "pairs": pair_terms,
    "chars": char_terms,
}
SIDE_WEIGHTS = {"pieces": 0.5, "signs": 0.15, "cues": 0.4}  # against term blocks of mean length 1
RAREST = 2  # texts that must hold a term


class Terms(TfidfVectorizer):  # type: ignore[misc]  # scikit-learn is untyped
    """Counts × idf over the spread of the text, scaled to a mean squared length of 1 over the corpus."""

    def __init__(self, analyzer: Callable[[Text], list[str]]) -> None:
        super().__init__(analyzer=analyzer, min_df=RAREST, norm=None)

    def fit_transform(self, texts: Sequence[Text], y: object = None) -> sparse.csr_matrix:
        matrix = shared(super().fit_transform(texts), texts)
        length = float(np.sqrt(matrix.multiply(matrix).sum() / matrix.shape[0])) or 1.0
        self.idf_ = self.idf_ / length  # type: ignore[has-type]  # a property of the untyped parent
        return matrix / length

    def transform(self, texts: Sequence[Text]) -> sparse.csr_matrix:
        return shared(super().transform(texts), texts)


class Pieces(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """The sum of the vectors of a text's word pieces over its spread; without vectors, the counts themselves."""

    def __init__(self, pieces: Sequence[str], matrix: npt.NDArray[np.float64] | None) -> None:
        self.pieces = pieces
        self.matrix = matrix

    def fit(self, texts: Sequence[Text], y: object = None) -> Pieces:
        return self

    def transform(self, texts: Sequence[Text]) -> sparse.csr_matrix:
        places = _places(tuple(self.pieces))
        found = [[place for word in read(text).distinct for place in places(word)] for text in texts]
        ends = np.cumsum([0, *map(len, found)])
        index = np.array([place for row in found for place in row], dtype=np.intp)
        counts = sparse.csr_matrix((np.ones(len(index)), index, ends), shape=(len(texts), len(self.pieces)))
        counts.sum_duplicates()
        counts = shared(counts, texts)
        return counts if self.matrix is None else sparse.csr_matrix(counts @ self.matrix)


@cache
def _places(pieces: tuple[str, ...]) -> Callable[[str], tuple[int, ...]]:
    """A function from a word to the places of its pieces; remembered, because every fold reads the same words."""
    known = {piece: place for place, piece in enumerate(pieces)}
    return lru_cache(CACHE)(lambda word: tuple(known[piece] for piece in word_pieces(word, known)))


def shared(matrix: sparse.csr_matrix, texts: Sequence[Text]) -> sparse.csr_matrix:
    return sparse.diags(np.array([1 / spread(text) for text in texts])) @ matrix


class Counted(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Counted signs of a text as columns; nothing is learnt."""

    def __init__(self, read: Callable[[Text], list[float]], names: Sequence[str]) -> None:
        self.read = read
        self.names = names

    def fit(self, texts: Sequence[Text], y: object = None) -> Counted:
        return self

    def transform(self, texts: Sequence[Text]) -> sparse.csr_matrix:
        return sparse.csr_matrix(
            np.array([self.read(text) for text in texts], dtype=float).reshape(len(texts), len(self.names))
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """Three fitted pipelines that share one fitted FeatureUnion."""

    topic: Topic
    features: FeatureUnion
    heads: Mapping[str, Pipeline]


def union(topic: Topic, known: Vectors) -> FeatureUnion:
    """All feature blocks, in the order of the stored rows."""
    parts: list[tuple[str, Any]] = [(name, Terms(terms)) for name, terms in TERMS.items()]
    parts.append(("pieces", Pieces(known.pieces, known.matrix)))
    parts.append(("signs", Counted(signs, SIGNS)))
    parts.append(("cues", Counted(cue_reader(topic.cues), cue_names(topic.cues))))
    return FeatureUnion(parts, transformer_weights=SIDE_WEIGHTS)


def fit(examples: Sequence[Example], topic: Topic) -> Fitted:
    """Fit the three heads on examples; deterministic."""
    features = union(topic, vectors.load())
    matrix = features.fit_transform([example.text for example in examples]).tocsr()
    weights = np.array([example.weight for example in examples])
    targets = {
        "stance": np.array([topic.stances.index(example.stance) for example in examples]),
        "relevance": np.array([example.relevance for example in examples]),
        "noise": np.array([example.noise for example in examples], dtype=float),
    }
    for name, classes in (("stance", range(len(topic.stances))), ("relevance", RELEVANCE)):
        missing = set(classes) - set(targets[name].tolist())
        if missing:
            raise LabelError(f"too few labelled entries: {len(examples)} of them hold no {name} {sorted(missing)}")
    heads = {}
    for name, head in HEADS.items():
        truth = targets[name]
        estimator = head.estimator().fit(matrix, truth, sample_weight=weights * balance(truth, head.BALANCE))
        heads[name] = Pipeline([("features", features), ("head", estimator)])
    return Fitted(topic, features, heads)


def balance(truth: npt.NDArray[Any], power: float) -> npt.NDArray[np.float64]:
    """A weight per example, (mean class size / size of its class) ^ power: 0 leaves classes be, 1 makes them equal."""
    classes, place, counts = np.unique(truth, return_inverse=True, return_counts=True)
    return np.asarray((len(truth) / len(classes) / counts[place]) ** power, dtype=np.float64)


def raw_scores(fitted: Fitted, texts: Sequence[Text]) -> npt.NDArray[np.float64]:
    """Scores before calibration, (texts, outputs): stance logits, relevance logits, noise level."""
    matrix = fitted.features.transform(texts).tocsr()
    estimators = {name: head.steps[-1][1] for name, head in fitted.heads.items()}
    found = [estimators[name].decision_function(matrix) for name in ("stance", "relevance")]
    return np.column_stack([*found, estimators["noise"].predict(matrix)])


def blocks(features: FeatureUnion) -> tuple[Block, ...]:
    """The columns of the fitted union, block by block."""
    found, start = [], 0
    for name, part in features.transformer_list:
        count = part.matrix.shape[1] if isinstance(part, Pieces) and part.matrix is not None else len(_terms(part))
        found.append(Block(name, start, count))
        start += count
    return tuple(found)


def _terms(part: Any) -> list[str]:
    """The names of a block's stored rows."""
    if isinstance(part, Terms):
        return list(part.get_feature_names_out())
    return list(part.pieces if isinstance(part, Pieces) else part.names)


def merge(fitted: Fitted, manifest: Manifest) -> Model:
    """The stored form: one row per term, one column per output; idf, vectors and block weights are folded in."""
    found = blocks(fitted.features)
    estimators = [fitted.heads[name].steps[-1][1] for name in HEADS]
    fit_weights = np.vstack([head.coef_ for head in estimators]).T
    bias = np.hstack([head.intercept_ for head in estimators])
    terms: list[str] = []
    rows: list[npt.NDArray[np.float64]] = []
    stored: list[Block] = []
    for block, (name, part) in zip(found, fitted.features.transformer_list, strict=True):
        part_weights = fit_weights[block.start : block.start + block.count]
        part_weights = part_weights * (fitted.features.transformer_weights or {}).get(name, 1.0)
        if isinstance(part, Terms):
            part_weights = part_weights * part.idf_[:, None]
        elif isinstance(part, Pieces) and part.matrix is not None:
            part_weights = part.matrix @ part_weights
        stored.append(Block(name, len(terms), len(part_weights)))
        terms += _terms(part)
        rows.append(part_weights)
    weights = np.vstack(rows).astype(np.float32)
    return Model(replace(manifest, blocks=tuple(stored)), tuple(terms), weights, bias.astype(np.float32))


def _outputs(topic: Topic) -> dict[str, range]:
    n = len(topic.stances)
    return {"stance": range(n), "relevance": range(n, n + len(RELEVANCE)), "noise": range(n + 3, n + 4)}


def rebuild(model: Model) -> Fitted:
    """The scikit-learn pipelines of a stored model, to inspect it and to prove that the tagger equals them."""
    topic = model.manifest.topic
    parts = {b.name: model.terms[b.start : b.start + b.count] for b in model.manifest.blocks}
    features = union(topic, Vectors(parts["pieces"], None))
    features.set_params(transformer_weights=None)
    for name, part in features.transformer_list:
        if isinstance(part, Terms):
            part.vocabulary_ = dict(zip(parts[name], range(len(parts[name])), strict=True))
            part.idf_ = np.ones(len(parts[name]))
    heads = {}
    for name, target in _outputs(topic).items():
        estimator = HEADS[name].estimator()
        estimator.coef_ = model.weights[:, target].T.astype(float)
        estimator.intercept_ = model.bias[list(target)].astype(float)
        estimator.n_features_in_ = len(model.terms)
        if name == "noise":
            estimator.coef_, estimator.intercept_ = estimator.coef_[0], float(estimator.intercept_[0])
        else:
            estimator.classes_ = np.arange(len(target))
        heads[name] = Pipeline([("features", features), ("head", estimator)])
    return Fitted(topic, features, heads)
