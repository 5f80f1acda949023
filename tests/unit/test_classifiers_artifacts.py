from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers import artifacts, vectors
from classifiers.artifacts import ArtifactError, Block, Manifest, Model
from classifiers.labels import Topic

TOPIC = Topic("toy", ("against", "for", "even"), "even", {"zebra": ("b",), "ape": ("a*",)})
MODEL = Model(
    Manifest("toy-1", TOPIC, (Block("words", 0, 2),), 1.0, 1.0, 0.5, "d", "l", "hand"),
    ("one", "two"),
    np.arange(14, dtype=np.float32).reshape(2, 7),
    np.zeros(7, dtype=np.float32),
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return artifacts.save(MODEL, tmp_path)


def sign(path: Path) -> None:
    """Give a file the hash that fits it, as one who tampers would."""
    path.with_suffix(".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_model_comes_back_as_it_was(saved: Path) -> None:
    found = artifacts.load(saved)
    assert found.manifest == MODEL.manifest
    assert list(found.manifest.topic.cues) == ["zebra", "ape"]  # the order of the groups is the order of the rows
    assert found.terms == MODEL.terms
    assert np.array_equal(found.weights, MODEL.weights)


def test_the_same_model_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    assert artifacts.save(MODEL, tmp_path / "again").read_bytes() == saved.read_bytes()


def test_any_flipped_byte_is_refused_before_use(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("interpreted before the hash was compared")

    monkeypatch.setattr(np, "load", never)
    whole = saved.read_bytes()
    for place in range(0, len(whole), 7):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ArtifactError, match="SHA-256 differs"):
            artifacts.load(saved)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "no hash", "directory"])
def test_a_damaged_file_is_refused_by_name(saved: Path, damage: str) -> None:
    match damage:
        case "missing":
            saved.unlink()
        case "empty":
            saved.write_bytes(b"")
        case "cut":
            saved.write_bytes(saved.read_bytes()[:-20])
        case "no hash":
            saved.with_suffix(".sha256").unlink()
        case "directory":
            saved.unlink()
            saved.mkdir()
    with pytest.raises(ArtifactError, match="toy-1.npz"):
        artifacts.load(saved)


class Canary:
    """Unpickling this would create a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")


def test_a_pickle_inside_is_never_run(saved: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    raw = io.BytesIO()
    np.savez(raw, **dict.fromkeys(artifacts.KEYS, np.array([Canary(str(canary))], dtype=object)))
    saved.write_bytes(raw.getvalue())
    sign(saved)
    with pytest.raises(ArtifactError):
        artifacts.load(saved)
    assert not canary.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": np.zeros((3, 7), dtype=np.float32)},
        {"weights": np.zeros((2, 7), dtype=np.float64)},
        {"weights": np.full((2, 7), np.nan, dtype=np.float32)},
        {"bias": np.zeros(6, dtype=np.float32)},
        {"manifest": np.frombuffer(b"{}", dtype=np.uint8)},
        {"manifest": np.frombuffer(b"\xff", dtype=np.uint8)},
        {"extra": np.zeros(1)},
    ],
)
def test_wrong_contents_are_refused_though_the_hash_fits(saved: Path, wrong: dict[str, np.ndarray]) -> None:
    with np.load(saved, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    artifacts.write({**arrays, **wrong}, saved)
    with pytest.raises(ArtifactError):
        artifacts.load(saved)


def test_blocks_must_cover_the_rows(tmp_path: Path) -> None:
    short = replace(MODEL, manifest=replace(MODEL.manifest, blocks=(Block("words", 0, 1),)))
    with pytest.raises(ArtifactError, match="blocks"):
        artifacts.load(artifacts.save(short, tmp_path))


def test_the_current_model_is_one_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no model chosen"):
        artifacts.current(tmp_path)
    (tmp_path / artifacts.CURRENT).write_text("../elsewhere\n")
    with pytest.raises(ArtifactError, match="not the name"):
        artifacts.current(tmp_path)


def test_the_shipped_files_are_small_and_sound() -> None:
    shipped = artifacts.load()
    size = sum(path.stat().st_size for path in artifacts.MODELS.iterdir())
    assert size <= 10_000_000
    assert shipped.manifest.version == artifacts.current().stem
    known = vectors.load()
    assert known.matrix is not None and known.matrix.shape == (len(known.pieces), vectors.DIMENSIONS)
