from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.texts import corpus, small_fit, small_model

from classifiers import artifacts, card, dataset, drift, evaluate, personal, recipe, train
from classifiers.labels import LabelError, load_topic
from classifiers.tagger import Tagger

TOPIC = load_topic()


def test_the_tagger_equals_the_pipelines_of_the_shipped_file() -> None:
    tagger = Tagger.load()
    texts = [example.text for example in corpus()[::3]]
    ours = np.array([tagger.scores(text) for text in texts])
    theirs = recipe.raw_scores(recipe.rebuild(tagger.model), texts)
    assert np.abs(ours - theirs).max() < 1e-9


def test_the_tagger_equals_the_pipelines_that_were_trained() -> None:
    model = recipe.merge(small_fit(), Tagger.load().model.manifest)
    tagger = Tagger.of(model)
    texts = [example.text for example in corpus()[::3]]
    ours = np.array([tagger.scores(text) for text in texts])
    assert np.abs(ours - recipe.raw_scores(small_fit(), texts)).max() < 1e-6


def test_the_pipelines_are_scikit_learn_ones() -> None:
    rebuilt = recipe.rebuild(Tagger.load().model)
    text = corpus()[0].text
    predicted = rebuilt.heads["stance"].predict([text])[0]
    assert TOPIC.stances[predicted] in TOPIC.stances
    assert rebuilt.heads["noise"].predict([text]).shape == (1,)


def test_training_twice_gives_the_same_weights() -> None:
    manifest = Tagger.load().model.manifest
    again = recipe.merge(recipe.fit(corpus(), TOPIC), manifest)
    assert np.array_equal(again.weights, recipe.merge(small_fit(), manifest).weights)


def test_a_small_corpus_already_reads_better_than_chance() -> None:
    rest = dataset.load(dataset.CORPUS_FILE, TOPIC)[5::40]
    outcome = evaluate.measure(Tagger.of(small_model()), rest)
    assert evaluate.MEASURES["stance macro-F1"](outcome) > 0.45
    assert evaluate.MEASURES["relevance macro-F1"](outcome) > 0.6
    assert evaluate.MEASURES["noise Spearman"](outcome) > 0.6


def test_balance_weights_classes() -> None:
    truth = np.array([0, 0, 0, 1])
    assert recipe.balance(truth, 0.0).tolist() == [1, 1, 1, 1]
    equal = recipe.balance(truth, 1.0)
    assert equal[:3].sum() == pytest.approx(equal[3:].sum())


def labels(count: int, wrong: bool) -> list[dataset.Example]:
    """Entries outside `corpus`, labelled as they are, or all with the stance turned round."""
    found = [e for e in dataset.load(dataset.CORPUS_FILE, TOPIC)[7::12] if e.relevance == 2][:count]
    turned = {"critic": "defender", "defender": "neutral", "neutral": "critic"}
    return [replace(e, stance=turned[e.stance], noise=6 - e.noise) for e in found] if wrong else found


@pytest.mark.long
def test_good_labels_are_taken_and_bad_ones_refused() -> None:
    trial = personal.train_personal(corpus(), labels(120, wrong=False), small_model())
    assert not trial.worse, (trial.before, trial.after)
    assert set(trial.before) == set(trial.after) == set(personal.JUDGED)
    worse = replace(trial, after={name: value - 0.1 for name, value in trial.before.items()})
    assert worse.worse
    with pytest.raises(LabelError, match="at least 10"):
        personal.train_personal(corpus(), labels(3, wrong=False), small_model())


def trial(change: float, chance: Mapping[str, tuple[float, float]] | None = None) -> personal.Trial:
    """As if each score had changed by `change`, within `chance`; the outcome is a real one."""
    before = dict.fromkeys(personal.JUDGED, 0.5)
    after = dict.fromkeys(personal.JUDGED, 0.5 + change)
    tried = [*corpus()[:60], *(replace(e, register=personal.READER) for e in labels(12, wrong=False))]
    outcome = evaluate.measure(Tagger.of(small_model()), tried)
    known = chance or dict.fromkeys(personal.JUDGED, (-0.05, 0.05))
    return personal.Trial(before, after, known, small_model(), outcome, tried)


def test_a_model_is_worse_if_the_mean_fell_or_one_score_fell_by_more_than_chance() -> None:
    small = trial(-0.005)
    assert (small.worse, small.reason) == (
        False,
        "the mean of the 3 scores changed by -0.005 and none fell by more than chance",
    )
    assert trial(-0.02).worse
    assert trial(-0.02).reason.endswith("-0.020, more than the -0.010 that is allowed")
    bought = trial(0.0, {**small.chance, "stance macro-F1": (-0.04, -0.001)})
    assert (bought.worse, bought.reason) == (True, "stance macro-F1 fell by more than chance")
    assert small.lines[:2] == [
        "tried on 60 held-out entries of the corpus and 12 of your labels",
        "stance macro-F1: 0.500 before, 0.495 after, -0.005 (95% interval -0.050 to +0.050)",
    ]


def test_differences_of_the_same_entries_are_surer_than_the_scores_are() -> None:
    tried = corpus()[:120]
    outcome = evaluate.measure(Tagger.of(small_model()), tried)
    wrong = replace(outcome, stance_p=np.roll(outcome.stance_p, 1, axis=1))
    found = evaluate.differences(outcome, wrong, personal.JUDGED)
    assert found["stance macro-F1"][1] < 0
    assert found["relevance macro-F1"] == found["noise Spearman"] == (0, 0)


def test_the_card_of_a_personal_model_has_the_sections_of_the_shipped_one(tmp_path: Path) -> None:
    told = card.make_personal(corpus(), labels(12, wrong=False), trial(0.0))
    card.write(told, artifacts.save(small_model(), tmp_path))
    told = json.loads((tmp_path / f"{told['version']}.json").read_text())
    shipped = set(card.read())
    assert shipped - set(told) == {"writers_held_out", "registers_held_out", "learning_curve", "two_readers"}
    assert told["own_labels"] == 12 and told["entries"] == len(corpus()) + 12
    assert sum(n for row in told["confusion"].values() for n in row.values()) == 72
    assert sum(n for _, _, n in told["reliability"]) == 72
    assert personal.READER in told["stance_accuracy_by_register"]
    assert told["entries_per_second"] > 0 and told["bytes"] > 0
    assert told["bytes_with_vectors"] > told["bytes"]
    wanted = drift.expected(told)
    assert wanted.unsure == pytest.approx(1 - told["held_out"]["share sure"][0])
    assert sum(wanted.stances.values()) == pytest.approx(1)
    text = (tmp_path / f"{told['version']}.md").read_text()
    assert "## Before and after the labels" in text and "## Reliability, held out" in text


def test_the_markdown_of_the_shipped_card_is_made_from_its_data() -> None:
    shipped = artifacts.current().with_suffix(".md").read_text()
    made = card.markdown(card.read())
    assert shipped.startswith(made)
    assert shipped[len(made) :].strip().startswith("## On ")  # what only entries outside of the project can tell


def write(path: Path, entries: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def test_partial_labels_are_filled_and_made_consistent(tmp_path: Path) -> None:
    file = write(
        tmp_path / "labels.jsonl",
        [
            {"title": "Cake of the week", "stance": "critic"},
            {"title": "Bitcoin miner signs AI lease", "relevance": 0},
            {"title": "Miner sells coins", "noise": 4},
        ],
    )
    side, off, loud = personal.load(file, small_model(), TOPIC)
    assert side.stance == "critic" and side.relevance >= 1
    assert (off.relevance, off.stance) == (0, "neutral")
    assert loud.noise == 4
    with pytest.raises(LabelError, match="not readable"):
        personal.load(write(tmp_path / "x", []).with_name("none"), small_model(), TOPIC)


def as_lines(examples: list[dataset.Example]) -> list[dict[str, object]]:
    return [
        {name: getattr(e, name) for name in ("id", "title", "summary", "relevance", "stance", "noise")}
        for e in examples
    ]


@pytest.mark.long
def test_training_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = write(
        tmp_path / "corpus.jsonl", [{**line, "writer": f"w{i % 6}"} for i, line in enumerate(as_lines(list(corpus())))]
    )
    out = tmp_path / "models"
    write(tmp_path / dataset.SECOND, as_lines(list(corpus()[::10])))
    assert train.main(["--corpus", str(base), "--out", str(out)]) == 0
    first = artifacts.current(out)
    told = card.read(out)
    assert told["version"] == first.stem
    assert told["two_readers"]["stance accuracy"] == 1
    text = first.with_suffix(".md").read_text()
    assert "Writers held out" in text and "Two blind readers" in text
    mine = write(tmp_path / "labels.jsonl", as_lines(labels(12, wrong=False)))
    assert train.main(["--corpus", str(base), "--labels", str(mine), "--out", str(out), "--force"]) == 0
    assert artifacts.current(out) != first and first.exists()
    assert "before" in capsys.readouterr().out
    assert Tagger.load(artifacts.current(out)).tag([corpus()[0].text])
    assert train.main(["--corpus", str(tmp_path / "none"), "--out", str(out)]) == 2
    assert "none" in capsys.readouterr().err


def test_a_model_that_is_worse_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(personal, "train_personal", lambda *_: trial(-0.1))
    mine = write(tmp_path / "labels.jsonl", as_lines(labels(12, wrong=False)))
    out = tmp_path / "models"
    assert train.main(["--labels", str(mine), "--out", str(out)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[-1].startswith("not taken into use: the mean of the 3 scores changed by -0.100")
    assert not out.exists()
    assert train.main(["--labels", str(mine), "--out", str(out), "--force"]) == 0
    assert "taken because of --force: " in capsys.readouterr().out
    assert artifacts.current(out).exists()
    assert sorted(path.suffix for path in out.iterdir()) == ["", ".json", ".md", ".npz", ".sha256"]


def test_a_model_that_cannot_be_written_whole_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(personal, "train_personal", lambda *_: trial(0.1))
    monkeypatch.setattr(card, "write", cut_off)
    mine = write(tmp_path / "labels.jsonl", as_lines(labels(12, wrong=False)))
    out = tmp_path / "models"
    with pytest.raises(KeyboardInterrupt):
        train.main(["--labels", str(mine), "--out", str(out)])
    assert list(out.iterdir()) == []


def test_as_json_a_model_is_saved_and_left_to_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(personal, "train_personal", lambda *_: trial(0.1))
    mine = write(tmp_path / "labels.jsonl", as_lines(labels(12, wrong=False)))
    out = tmp_path / "models"
    assert train.main(["--labels", str(mine), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (out / f"{told['version']}.sha256").exists()
    assert not (out / artifacts.CURRENT).exists()


def test_another_topic_trains_the_same_pipelines(tmp_path: Path) -> None:
    topic = tmp_path / "topic.json"
    names = {
        "name": "fees",
        "stances": ["for", "against", "even"],
        "neutral": "even",
        "cues": {"city": ["toll*", "cars"]},
    }
    topic.write_text(json.dumps(names))
    said = {"for": "cleaner air and quieter streets thanks to the toll", "against": "the toll ruins shops and workers"}
    lines = [
        {
            "title": f"{stance} number {i}",
            "summary": f"{text} in ward {i}",
            "relevance": 2,
            "stance": stance,
            "noise": 3,
        }
        for i in range(24)
        for stance, text in said.items()
    ]
    lines += [
        {"title": f"cake {i}", "summary": "butter and sugar", "relevance": i % 2, "stance": "even", "noise": 1}
        for i in range(24)
    ]
    file = write(tmp_path / "corpus.jsonl", [{**line, "writer": f"w{i % 5}"} for i, line in enumerate(lines)])
    assert train.main(["--corpus", str(file), "--topic", str(topic), "--out", str(tmp_path / "m")]) == 0
    tagger = Tagger.load(artifacts.current(tmp_path / "m"))
    read = tagger.tag([dataset.Text("Shops say the toll ruins workers", "The toll ruins shops.")])[0]
    assert read.stance == "against"
    assert set(read.stance_p) == {"for", "against", "even"}


def test_evaluating_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "entries.jsonl", as_lines(list(corpus()[:40])))
    assert evaluate.main([str(file)]) == 0
    printed = capsys.readouterr().out
    assert "40 entries" in printed and "stance macro-F1" in printed
    assert "eight words in a row with the corpus: " in printed
    assert printed.count(" of the corpus: ") >= 30  # the entries are the corpus's own
    assert evaluate.main([str(tmp_path / "none.jsonl")]) == 2
