"""Rows of an export in the contract's shape; a field that nothing computes yet is None, never empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from monitor.clock import to_text
from monitor.model import StoredEntry, Story

ENTRY_COLUMNS = (
    "entry_id", "story_id", "feed", "url", "title", "summary", "author", "published_at", "published_estimated",
    "published_raw", "first_seen_at", "relevance", "stance", "stance_p", "unsure", "labelled", "model", "noise",
    "firms", "figures", "history", "notes",
)  # fmt: skip
STORY_COLUMNS = (
    "story_id", "title", "first_seen_at", "last_seen_at", "stance", "sides", "blind_spot", "noise", "noise_parts",
    "firms", "score", "entries",
)  # fmt: skip


def entry_row(stored: StoredEntry) -> dict[str, Any]:
    """One entry; the tag's fields are None until a model has read it."""
    entry = stored.entry
    return {
        "entry_id": entry.entry_id,
        "story_id": stored.story_id,
        "feed": entry.feed,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "author": entry.author,
        "published_at": to_text(entry.published_at),
        "published_estimated": entry.published_estimated,
        "published_raw": entry.published_raw,
        "first_seen_at": to_text(entry.first_seen_at),
        **_tag_fields(stored),
        "firms": None if stored.firms is None else list(stored.firms),
        "figures": None if stored.figures is None else [dict(figure) for figure in stored.figures],
        "history": [
            {"title": past.title, "summary": past.summary, "seen_at": to_text(past.seen_at)} for past in stored.history
        ],
        "notes": stored.notes,
    }


def story_row(story: Story, entries: Sequence[StoredEntry]) -> dict[str, Any]:
    """One story with its entries inside."""
    return {
        "story_id": story.story_id,
        "title": story.title,
        "first_seen_at": to_text(story.first_seen_at),
        "last_seen_at": to_text(story.last_seen_at),
        "stance": story.stance,
        "sides": asdict(story.sides),
        "blind_spot": story.blind_spot,
        "noise": story.noise,
        "noise_parts": {name: asdict(part) for name, part in story.noise_parts.items()},
        "firms": None if story.firms is None else list(story.firms),
        "score": story.score,
        "entries": [entry_row(stored) for stored in entries],
    }


def _tag_fields(stored: StoredEntry) -> dict[str, Any]:
    tag = stored.tag
    if tag is None:
        return dict.fromkeys(("relevance", "stance", "stance_p", "unsure", "labelled", "model", "noise"))
    return {
        "relevance": tag.relevance,
        "stance": tag.stance.value,
        "stance_p": dict(tag.stance_p),
        "unsure": tag.unsure,
        "labelled": {name: stored.labelled.get(name, "model") for name in ("relevance", "stance", "noise")},
        "model": tag.model,
        "noise": tag.noise,
    }
