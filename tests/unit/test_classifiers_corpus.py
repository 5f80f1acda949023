from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from classifiers import dataset
from classifiers.labels import LabelError, load_topic, topic_from_dict

TOPIC = load_topic()
GOOD = {"title": "A", "summary": "b", "relevance": 2, "stance": "critic", "noise": 3}


@pytest.fixture(scope="module")
def entries() -> list[dataset.Example]:
    return dataset.load(dataset.CORPUS_FILE, TOPIC)


def test_the_corpus_is_large_and_broad(entries: list[dataset.Example]) -> None:
    assert len(entries) >= 3_000
    assert len({entry.writer for entry in entries}) >= 5
    registers = Counter(entry.register for entry in entries)
    assert len(registers) >= 14
    cells = Counter((entry.relevance, entry.stance) for entry in entries)
    assert min(cells.values()) >= 50
    assert min(Counter(entry.noise for entry in entries).values()) >= 250


def test_writers_share_hardly_a_phrase(entries: list[dataset.Example]) -> None:
    assert len(list(dataset.leaks(entries, entries))) < 0.01 * len(entries)


def test_a_copied_sentence_is_found(entries: list[dataset.Example]) -> None:
    source = next(entry for entry in entries if len(entry.summary.split()) > 15)
    copy = dataset.Example("copy", "x", "wire", "Other title", source.summary, 2, "neutral", 1.0)
    assert [pair[:2] for pair in dataset.leaks([copy], entries)] == [("copy", source.id)]


def test_blocks_keep_neighbours_together(entries: list[dataset.Example]) -> None:
    names = dataset.blocks(entries)
    assert names[0] == names[29] != names[30]
    assert len(set(names)) > 50


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"relevance": 3}, "relevance must be"),
        ({"stance": "for"}, "stance must be one of critic, defender, neutral"),
        ({"noise": 0}, "noise must be"),
        ({"noise": None}, "noise must be"),
        ({"relevance": 0}, "always neutral"),
        ({"title": None}, "a title"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(json.dumps(GOOD) + "\n" + json.dumps({**GOOD, "title": "B", **change}) + "\n")
    with pytest.raises(LabelError, match=said) as caught:
        dataset.load(file, TOPIC)
    assert "corpus.jsonl:2" in str(caught.value)


def test_doubles_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text("\n".join([json.dumps(GOOD)] * 2))
    with pytest.raises(LabelError, match="2 entries with the same text"):
        dataset.load(file, TOPIC)
    with pytest.raises(LabelError, match="not readable"):
        dataset.load(tmp_path / "none.jsonl", TOPIC)
    file.write_text("{not json")
    with pytest.raises(LabelError, match="not JSON"):
        dataset.load(file, TOPIC)


@pytest.mark.parametrize(
    "raw",
    [
        {"name": "", "stances": ["a", "b"], "neutral": "a", "cues": {}},
        {"name": "x", "stances": ["a"], "neutral": "a", "cues": {}},
        {"name": "x", "stances": ["a", "b"], "neutral": "c", "cues": {}},
        {"name": "x", "stances": ["a", "b"], "neutral": "a", "cues": []},
    ],
)
def test_a_wrong_topic_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(LabelError, match="topic.json"):
        topic_from_dict(raw, "topic.json")


def test_the_digest_sees_every_change(entries: list[dataset.Example]) -> None:
    from dataclasses import replace

    first = entries[:3]
    assert dataset.digest(first) == dataset.digest(list(first))
    assert dataset.digest(first) != dataset.digest([first[0], replace(first[1], noise=5.0), first[2]])
    assert dataset.digest(first) != dataset.digest(first[::-1])
