from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import f1_score
from support.texts import corpus

from classifiers import card, drift, evaluate
from classifiers.evaluate import Outcome
from classifiers.tagger import Tagger

RNG = np.random.default_rng(3)


def outcome(confidence: float, correct: int, count: int = 10) -> Outcome:
    """`count` entries of class 0 read as class 0 (`correct` of them) or 1, always with the same confidence."""
    rest = (1 - confidence) / 2
    right, wrong = [confidence, rest, rest], [rest, confidence, rest]
    p = np.array([right] * correct + [wrong] * (count - correct))
    zeros = np.zeros(count, dtype=int)
    return Outcome(zeros, p, zeros, p, np.arange(count) * 1.0, np.arange(count) * 2.0, np.arange(count) < correct)


def test_macro_f1_and_rank_correlation_equal_the_libraries() -> None:
    truth, read = RNG.integers(0, 3, 200), RNG.integers(0, 3, 200)
    assert evaluate.macro_f1(truth, read, 3) == pytest.approx(f1_score(truth, read, average="macro"))
    a, b = RNG.integers(1, 6, 200) * 1.0, RNG.normal(size=200)
    assert evaluate.spearman(a, b) == pytest.approx(spearmanr(a, b)[0])
    assert evaluate.spearman(np.ones(5), np.arange(5.0)) == 0


def test_calibration_error_is_the_gap() -> None:
    assert evaluate.calibration_error(outcome(0.9, 6)) == pytest.approx(0.3)
    assert evaluate.calibration_error(outcome(0.8, 8)) == pytest.approx(0.0, abs=1e-9)
    assert evaluate.reliability(outcome(0.9, 6)) == [(pytest.approx(0.9), 0.6, 10)]


def test_scores_lie_in_their_intervals() -> None:
    found = evaluate.scores(outcome(0.9, 6))
    assert found["accuracy of the sure"].value == 1
    assert found["share sure"].value == 0.6
    assert all(s.low <= s.value <= s.high for name, s in found.items() if name in ("share sure", "stance accuracy"))
    assert found["share sure"].low < 0.6 < found["share sure"].high


def test_labelling_is_offered_where_the_model_doubts() -> None:
    relevance = np.array([0] * 20 + [2] * 80)
    sure = np.linspace(0.34, 0.99, 80)
    p = np.array([[1 / 3] * 3] * 20 + [[s, (1 - s) / 2, (1 - s) / 2] for s in sure])
    order = drift.next_to_label(relevance, p, 10, seed=1)
    assert order[:7] == list(range(20, 27))  # the least sure of those on the subject
    assert len(set(order)) == 10
    assert order == drift.next_to_label(relevance, p, 10, seed=1)
    assert order != drift.next_to_label(relevance, p, 10, seed=2)
    assert len(drift.next_to_label(relevance, p, 500)) == 100
    assert drift.next_to_label(relevance[:0], p[:0], 5) == []


def test_drift_alarms_when_words_or_sides_change() -> None:
    tagger = Tagger.load()
    texts = [example.text for example in corpus()]
    then = drift.profile(tagger, texts, tagger.tag(texts))
    assert sum(then.stances.values()) == pytest.approx(1)
    assert not any(row.alarm for row in drift.drift(then, then))
    strange = [drift.Text("Zxqv wvut plok", "Mnbt rtzu lkjh gfds") for _ in range(20)]
    now = drift.profile(tagger, strange, tagger.tag(strange))
    alarms = {row.name for row in drift.drift(then, now) if row.alarm}
    assert {"unseen words", "unsure"} <= alarms
    assert drift.profile(tagger, [], []).entries == 0
    assert drift.stability({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}) == 0


def test_drift_expects_as_much_doubt_as_held_out_entries_left() -> None:
    """Of what it learned from a model is nearly always sure: against that, every month would be an alarm."""
    told = card.read()
    wanted = drift.expected(told)
    assert wanted.unsure == pytest.approx(1 - told["registers_held_out"]["share sure"][0])
    assert told["profile"]["unsure"] < 0.1 < wanted.unsure
    assert wanted.confidence < told["profile"]["confidence"]
    assert sum(wanted.stances.values()) == pytest.approx(1)


def test_two_readers_are_compared_by_id() -> None:
    topic = Tagger.load().model.manifest.topic
    first = [example for example in corpus() if example.relevance == 2][:20]
    same = evaluate.agreement(first, first[5:], topic)
    assert same["entries"] == 15 and same["stance accuracy"] == same["relevance macro-F1"] == 1
    other = [replace(example, stance="critic", id=f"{example.id}") for example in first]
    assert evaluate.agreement(first, other, topic)["stance accuracy"] < 1
    assert evaluate.agreement(first, [replace(first[0], id="none"), first[1]], topic)["entries"] == 1
