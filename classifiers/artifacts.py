"""A fitted model on disk: one `.npz` of plain arrays (no pickle, no code) and its SHA-256 beside it.

The hash is compared before the first byte is interpreted; then keys, types and shapes are checked.
`models/CURRENT` names the version that the program uses when none is asked for.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.labels import LabelError, Topic, topic_from_dict

MODELS = Path(__file__).parent / "models"
CURRENT = "CURRENT"
FORMAT = 1
MAX_BYTES = 64_000_000  # a file larger than this is not one of ours
KEYS = ("manifest", "terms", "weights", "bias")

Floats = npt.NDArray[np.float32]


class ArtifactError(Exception):
    """A model file that cannot be trusted or read; the message names the file and the way out."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of rows of the weight matrix: `count` features of one kind, starting at `start`."""

    name: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a model that is not a number matrix."""

    version: str
    topic: Topic
    blocks: tuple[Block, ...]
    temperature_stance: float
    temperature_relevance: float
    least_sure: float  # stance probability under which an entry is unsure
    data: str  # SHA-256 of the corpus
    labels: str  # digest of the label set
    trained_with: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model in memory. Rows of `weights` (features × outputs) are the terms, block by block."""

    manifest: Manifest
    terms: tuple[str, ...]
    weights: Floats
    bias: Floats


def outputs(topic: Topic) -> int:
    return len(topic.stances) + 3 + 1


def save(model: Model, folder: Path) -> Path:
    """Write `<version>.npz` and `<version>.sha256`; the same model gives the same bytes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "manifest": _bytes(json.dumps(asdict(model.manifest))),
        "terms": _bytes("\n".join(model.terms)),
        "weights": model.weights.astype(np.float32),
        "bias": model.bias.astype(np.float32),
    }
    path = folder / f"{model.manifest.version}.npz"
    write(arrays, path)
    return path


def write(arrays: Mapping[str, npt.NDArray[np.generic]], path: Path) -> None:
    """Arrays to an `.npz` whose bytes depend on nothing else, and its hash to the `.sha256` beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue(), zipfile.ZIP_DEFLATED, 6)
    path.write_bytes(raw.getvalue())
    path.with_suffix(".sha256").write_text(hashlib.sha256(raw.getvalue()).hexdigest() + "\n", encoding="ascii")


def current(folder: Path = MODELS) -> Path:
    """The model file that CURRENT names."""
    try:
        version = (folder / CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{folder / CURRENT}: no model chosen; run: python -m classifiers.train") from error
    if not version or Path(version).name != version:
        raise ArtifactError(f"{folder / CURRENT}: {version!r} is not the name of a model in this folder")
    return folder / f"{version}.npz"


def use(path: Path) -> None:
    """Make the model at `path` the one in use in its folder; a kill leaves the one before."""
    draft = path.parent / f"{CURRENT}.part"
    try:
        draft.write_text(path.stem + "\n", encoding="ascii")
        draft.replace(path.parent / CURRENT)
    finally:
        draft.unlink(missing_ok=True)


def publish(draft: Path, folder: Path) -> Path:
    """Move a finished model and its card into a folder of models; the hash, without which it is none, comes last."""
    for suffix in (".json", ".md", ".npz", ".sha256"):
        draft.with_suffix(suffix).replace(folder / f"{draft.stem}{suffix}")
    return folder / draft.name


def load(path: Path | None = None) -> Model:
    """The model of a file (default: the shipped one); ArtifactError unless hash, keys and shapes are right."""
    path = path or current()
    raw = verified(path)
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            if set(archive.files) != set(KEYS):
                raise ArtifactError(f"{path}: holds {sorted(archive.files)}, not a model of this program")
            arrays = {key: archive[key] for key in KEYS}
        return _checked(arrays, path)
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile, LabelError) as error:
        raise ArtifactError(f"{path}: not a model of this program ({error})") from error


def verified(path: Path) -> bytes:
    """The bytes of a file whose SHA-256 stands beside it; ArtifactError if they differ."""
    try:
        wanted = path.with_suffix(".sha256").read_text(encoding="ascii").split()
        if path.stat().st_size > MAX_BYTES:
            raise ArtifactError(f"{path}: larger than any model of this program; reinstall or retrain it")
        raw = path.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(
            f"{path}: model or its .sha256 cannot be read ({error}); reinstall or retrain it"
        ) from error
    if wanted[:1] != [hashlib.sha256(raw).hexdigest()]:
        raise ArtifactError(f"{path}: damaged or changed (SHA-256 differs); reinstall or retrain it")
    return raw


def _checked(arrays: Mapping[str, npt.NDArray[np.generic]], path: Path) -> Model:
    manifest = _manifest(_text(arrays["manifest"]), path)
    terms = tuple(_text(arrays["terms"]).split("\n"))
    rows, columns = len(terms), outputs(manifest.topic)
    shapes = {"weights": (rows, columns), "bias": (columns,)}
    for key, shape in shapes.items():
        if arrays[key].shape != shape or arrays[key].dtype != np.float32 or not np.isfinite(arrays[key]).all():
            raise ArtifactError(f"{path}: {key} has shape {arrays[key].shape}, not {shape} finite numbers")
    if sum(block.count for block in manifest.blocks) != rows:
        raise ArtifactError(f"{path}: blocks and terms do not agree")
    return Model(manifest, terms, *(arrays[key].astype(np.float32) for key in ("weights", "bias")))


def _manifest(text: str, path: Path) -> Manifest:
    raw = json.loads(text)
    topic = topic_from_dict(raw.pop("topic"), str(path))
    blocks = tuple(Block(str(b["name"]), int(b["start"]), int(b["count"])) for b in raw.pop("blocks"))
    return Manifest(topic=topic, blocks=blocks, **raw)


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _text(array: npt.NDArray[np.generic]) -> str:
    return array.tobytes().decode("utf-8")
