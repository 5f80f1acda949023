"""From a text to its scores: sums of stored weights, and which words they came from. numpy only.

A word's weights (its own, its letter runs' and its pieces') are added once and remembered, so a text costs a few
look-ups a word. Sums run in the text's order without BLAS: neither batch nor thread count can change a bit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classifiers.artifacts import Model
from classifiers.features import (
    CACHE,
    Text,
    cue_reader,
    head_terms,
    pair_terms,
    read,
    signs,
    spread,
    word_chars,
    word_pieces,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one text adds up to. Rows of `by_word` and `by_pair` belong to `words` and `pairs`."""

    scores: Floats  # (outputs,): stance logits, relevance logits, noise level
    words: tuple[str, ...]
    by_word: Floats  # (words, outputs)
    pairs: tuple[str, ...]
    by_pair: Floats


@dataclass(slots=True)
class Reader:
    """Reads texts with the weights of one model."""

    weights: Floats
    bias: Floats
    rows: dict[str, dict[str, int]]
    counted: list[tuple[int, Callable[[Text], list[float]]]]
    remembered: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model) -> Reader:
        readers = {"signs": signs, "cues": cue_reader(model.manifest.topic.cues)}
        rows: dict[str, dict[str, int]] = {name: {} for name in ("words", "heads", "pairs", "chars", "pieces")}
        counted = []
        for block in model.manifest.blocks:
            if block.name in readers:
                counted.append((block.start, readers[block.name]))
            else:
                stop = block.start + block.count
                rows[block.name] = dict(zip(model.terms[block.start : stop], range(block.start, stop), strict=True))
        return cls(model.weights.astype(np.float64), model.bias.astype(np.float64), rows, counted)

    def read(self, text: Text) -> Evidence:
        words, share = read(text).distinct, 1 / spread(text)
        heads = [self.word(head) for head in head_terms(text)]
        by_word = np.array([self.word(word) for word in words]).reshape(-1, len(self.bias))
        by_word[: len(heads)] += np.array(heads).reshape(-1, len(self.bias))  # the title's words come first
        known = self.rows["pairs"]
        pairs = tuple(pair for pair in pair_terms(text) if pair in known)
        by_pair = self.weights[[known[pair] for pair in pairs]]
        scores = self.bias + (by_word.sum(axis=0) + by_pair.sum(axis=0)) * share
        for start, count in self.counted:
            values = np.array(count(text))
            scores += (self.weights[start : start + len(values)] * values[:, None]).sum(axis=0)
        return Evidence(scores, words, by_word * share, pairs, by_pair * share)

    def word(self, word: str) -> Floats:
        """The summed weights of a word, or of a `^word` of the title: (outputs,)."""
        found = self.remembered.get(word)
        if found is None:
            found = self.weights[self._rows(word)].sum(axis=0)
            if len(self.remembered) >= CACHE:
                self.remembered.clear()
            self.remembered[word] = found
        return found

    def known(self, words: Collection[str]) -> int:
        """How many of different words the corpus held."""
        return len(self.rows["words"].keys() & words)

    def _rows(self, word: str) -> list[int]:
        words, heads, chars, pieces = (self.rows[name] for name in ("words", "heads", "chars", "pieces"))
        if word[0] == "^":
            return [heads[word]] if word in heads else []
        own = [words[word]] if word in words else []
        runs = [chars[gram] for gram in word_chars(word) if gram in chars]
        return own + runs + [pieces[piece] for piece in word_pieces(word, pieces)]
