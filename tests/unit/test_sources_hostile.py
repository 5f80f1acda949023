"""Every hostile document comes to the right entries or to one clean line, and in little time."""

from __future__ import annotations

import time

import pytest
from support.feed_documents import Hostile, hostile

from monitor.config import FeedConfig
from monitor.errors import ParseError
from monitor.sources import parse
from monitor.text import block, line

FEED = FeedConfig(name="x", url="http://h/feed")


@pytest.mark.parametrize("case", hostile(), ids=lambda case: case.name)
def test_hostile_document(case: Hostile) -> None:
    began = time.process_time()
    try:
        feed = parse(case.body, FEED, url=FEED.url)
    except ParseError as error:
        count, told = None, str(error)
    else:
        count, told = len(feed.entries), feed.warning or ""
        for entry in feed.entries:
            assert line(entry.title) == entry.title
            assert block(entry.summary) == entry.summary
            assert "root:" not in entry.summary
            assert "lollol" not in entry.summary
    assert count == case.entries, told
    assert case.told in told
    assert told.isprintable()
    assert time.process_time() - began < 5
