"""Entries → tags: the only user of `classifiers` at run time, loaded when there is something to read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import ModelError
from monitor.model import Entry, Stance, Tag

if TYPE_CHECKING:
    from classifiers.tagger import Tagger, Tags

NO_MODEL = "missing"  # the model of tags made without one; such entries are read again when a model is there


def tag(entries: Sequence[Entry], model: Path | None = None) -> list[Tag]:
    """One tag per entry, in order; without a usable model every tag is unsure (`model_missing`)."""
    return tag_texts([(entry.title, entry.summary, entry.feed) for entry in entries], model)


def tag_texts(texts: Sequence[tuple[str, str, str]], model: Path | None = None) -> list[Tag]:
    """The same for (title, summary, outlet)."""
    if not texts:
        return []
    if not usable(model):
        return [missing() for _ in texts]
    from classifiers.tagger import Text

    wanted = [Text(title=title, summary=summary, outlet=outlet) for title, summary, outlet in texts]
    return [from_tags(tags) for tags in load(model).tag(wanted)]


def usable(model: Path | None = None) -> bool:
    """Whether there is a model that can be trusted."""
    try:
        load(model)
    except ModelError:
        return False
    return True


@cache
def load(model: Path | None = None) -> Tagger:
    """The fitted model, the shipped one where `model` is None; ModelError where it cannot be trusted."""
    from classifiers.artifacts import ArtifactError
    from classifiers.tagger import Tagger

    try:
        return Tagger.load(model)
    except (ArtifactError, OSError) as error:
        raise ModelError(f"{error}; entries stay unsure until the model is put back") from error


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
