"""Entries → tags: the only user of `classifiers` at run time, loaded when there is something to read.

The model is the reader's own, trained on their labels and kept in `models/` beside the database, or else the shipped
one. Every function here takes that folder; without it the shipped model is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import ModelError
from monitor.model import Entry, Stance, Tag

if TYPE_CHECKING:
    from classifiers.tagger import Tagger, Tags

READ_WORDS = 60  # of a summary: the corpus is that long, and more of the same words would make the model too sure
NO_MODEL = "missing"  # the model of tags made without one; such entries are read again when a model is there


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model that reads, None where none can be trusted; `fault` says what is wrong, in one line."""

    tagger: Tagger | None
    fault: str | None = None


def folder_of(database: Path) -> Path:
    """Where the reader's own models are."""
    return database.parent / "models"


def loaded(folder: Path | None = None) -> Loaded:
    """The reader's own model if there is a sound one, else the shipped one, else none."""
    faults: list[str] = []
    for own in (folder, None):
        try:
            if own is None or (own / "CURRENT").exists():
                return Loaded(load(current(own)), "; ".join(faults) or None)
        except ModelError as error:
            way_out = "`pivotwatch train` makes it anew; until then the shipped one reads"
            faults.append(f"{error}; {way_out if own else 'entries stay unsure: reinstall pivotwatch'}")
    return Loaded(None, "; ".join(faults))


def current(folder: Path | None = None) -> Path:
    """The model file in use in a folder (default: the shipped models); ModelError where none is named."""
    from classifiers import artifacts

    try:
        return artifacts.current(folder or artifacts.MODELS)
    except artifacts.ArtifactError as error:
        raise ModelError(f"model: missing ({error})") from error


def use(model: Path, folder: Path) -> None:
    """Make a model file the one in use: one of the reader's own `folder`, or the shipped one, which needs no mark."""
    from classifiers import artifacts

    if model.parent == folder:
        artifacts.use(model)
    else:
        (folder / artifacts.CURRENT).unlink(missing_ok=True)


def tag(entries: Sequence[Entry], folder: Path | None = None) -> list[Tag]:
    """One tag per entry, in order; without a usable model every tag is unsure (`model_missing`)."""
    return tag_texts([(entry.title, entry.summary, entry.feed) for entry in entries], folder)


def tag_texts(texts: Sequence[tuple[str, str, str]], folder: Path | None = None) -> list[Tag]:
    """The same for (title, summary, outlet)."""
    if not texts:
        return []
    tagger = loaded(folder).tagger
    if tagger is None:
        return [missing() for _ in texts]
    from classifiers.tagger import Text

    wanted = [Text(title=title, summary=_opening(summary), outlet=outlet) for title, summary, outlet in texts]
    return [from_tags(tags) for tags in tagger.tag(wanted)]


@cache  # by file: another model has another name
def load(model: Path) -> Tagger:
    """The fitted model of a file; ModelError where it cannot be trusted."""
    from classifiers.artifacts import ArtifactError
    from classifiers.tagger import Tagger

    try:
        return Tagger.load(model)
    except (ArtifactError, OSError) as error:
        raise ModelError(f"model {model.stem}: {'damaged' if model.exists() else 'missing'}") from error


def worth_labelling(tags: Sequence[Tag], count: int) -> list[int]:
    """Positions of the `count` entries from whose labels the classifiers would learn most."""
    from classifiers.drift import next_to_label

    return next_to_label([tag.relevance for tag in tags], [list(tag.stance_p.values()) for tag in tags], count)


def missing() -> Tag:
    """The tag of an entry that no model could read."""
    third = 1 / 3
    return Tag(
        relevance=0,
        relevance_p=(third, third, third),
        stance=Stance.NEUTRAL,
        stance_p={stance.value: third for stance in Stance},
        unsure=True,
        unsure_because="model_missing",
        noise=0.0,
        why=(),
        model=NO_MODEL,
    )


def from_tags(tags: Tags) -> Tag:
    return Tag(
        relevance=tags.relevance,
        relevance_p=tags.relevance_p,
        stance=Stance(tags.stance),
        stance_p=tags.stance_p,
        unsure=tags.unsure,
        unsure_because=tags.unsure_because,
        noise=tags.noise,
        why=tags.why,
        model=tags.model,
    )


def as_json(identity: object, tag: Tag) -> dict[str, Any]:
    """A line of `pivotwatch tag`."""
    return {
        "id": identity,
        "relevance": tag.relevance,
        "relevance_p": list(tag.relevance_p),
        "stance": tag.stance.value,
        "stance_p": dict(tag.stance_p),
        "unsure": tag.unsure,
        "unsure_because": tag.unsure_because,
        "noise": tag.noise,
        "why": [list(pair) for pair in tag.why],
        "model": tag.model,
    }


def _opening(summary: str) -> str:
    """The words of a summary that are read; a shorter one as it stands."""
    words = summary.split(maxsplit=READ_WORDS)
    return " ".join(words[:READ_WORDS]) if len(words) > READ_WORDS else summary
