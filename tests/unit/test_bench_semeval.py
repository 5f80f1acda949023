from __future__ import annotations

from pathlib import Path

import pytest

from bench import semeval

WORDS = {"AGAINST": "awful hoax", "FAVOR": "wonderful \u201chope\u201d", "NONE": "dinner plans"}


def write(path: Path, count: int) -> Path:
    lines = ["ID\tTarget\tTweet\tStance"]
    for i in range(count):
        stance = list(WORDS)[i % 3]
        lines.append(f"{i}\t{('Moon', 'Sea')[i % 2]}\tan {WORDS[stance]} tweet {i} #SemST\t{stance}")
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def test_plain_words_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert semeval.main([str(write(tmp_path / "a", 60)), str(write(tmp_path / "b", 24))]) == 0
    with_vectors, without = capsys.readouterr().out.splitlines()
    assert with_vectors.startswith("with word-piece vectors: F_avg 100.00 (Moon 100.0, Sea 100.0)")
    assert without.startswith("without: F_avg 100.00")
    assert semeval.main([]) == 2


def test_f_avg_is_the_mean_of_the_two_sides() -> None:
    assert semeval.f_avg([0, 0, 1, 2], [0, 1, 1, 2]) == pytest.approx(100 * (2 / 3 + 2 / 3) / 2)
