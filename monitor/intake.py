"""Which entries of a feed are new, edited or repeats. Pure: values in, decision out.

Two items of one feed are the same when they share their GUID and also their link or title, or when they
share link (without tracking parameters) and title. A GUID alone is not trusted: feeds reuse them, and
feeds change them at every poll.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.clock import to_text
from monitor.model import Changed, Decision, Entry, Identity, Known, New, ParsedEntry
from monitor.text import without_tracking

FUTURE_TOLERANCE = timedelta(hours=1)  # a date further ahead would pin the entry to the top
ALIKE = 0.5  # share of words two titles have in common to be one edited headline where no link tells


def identify(item: ParsedEntry) -> Identity:
    link = without_tracking(item.url) if item.url else None
    # Where no link tells items apart, title and text together do; so do they where a title is missing.
    told_apart = link and (item.title or not item.guid)
    title = item.title if told_apart else f"{item.title}\n{item.summary}"
    return Identity(_key(item.guid) if item.guid else None, _key(link) if link else None, _key(title))


def decide(
    feed: str,
    items: Sequence[ParsedEntry],
    known: Iterable[Known],
    now: datetime,
    identities: Sequence[Identity] | None = None,
) -> Decision:
    """Sort the items of one answer into new, changed and repeated ones.

    `known` holds at least the stored items of `feed` that share a GUID or title key with an item;
    `identities` are those of the items, for a caller that has them already.
    """
    index = _Index()
    for stored in known:
        index.add(stored)
    new: list[New] = []
    changed: list[Changed] = []
    settled: set[int] = set()  # what a document says first of an item counts; feeds do contradict themselves
    repeats = 0
    for item, identity in zip(items, identities or map(identify, items), strict=True):
        match = index.find(identity, item.title)
        if match is None:
            new.append(New(_entry(feed, item, identity, now), identity))
            index.add(Known(-len(new), identity, item.title, item.summary))
            continue
        edited = match.n > 0 and (match.title, match.summary) != (item.title, item.summary)
        if edited and match.n not in settled:
            changed.append(Changed(match, item, identity))
        else:
            repeats += 1
        settled.add(match.n)
    return Decision(tuple(new), tuple(changed), repeats, index.reuses_ids)


class _Index:
    """Known items by GUID and by title."""

    def __init__(self) -> None:
        self._by_guid: dict[bytes, list[Known]] = defaultdict(list)
        self._by_title: dict[bytes, list[Known]] = defaultdict(list)
        self.reuses_ids = False

    def add(self, item: Known) -> None:
        if item.identity.guid is not None:
            self._by_guid[item.identity.guid].append(item)
        self._by_title[item.identity.title].append(item)

    def find(self, identity: Identity, title: str) -> Known | None:
        if identity.guid is not None:
            candidates = self._by_guid.get(identity.guid, [])
            for item in candidates:
                if _same_under_one_guid(item, identity, title):
                    return item
            self.reuses_ids = self.reuses_ids or bool(candidates)
        for item in self._by_title.get(identity.title, ()):
            if item.identity.link == identity.link:
                return item
        return None


def _same_under_one_guid(item: Known, identity: Identity, title: str) -> bool:
    if item.identity.title == identity.title or (title and item.title == title):
        return True
    if item.identity.link is not None or identity.link is not None:
        return item.identity.link == identity.link
    return _alike(item.title, title)


def _alike(a: str, b: str) -> bool:
    words_a, words_b = set(a.casefold().split()), set(b.casefold().split())
    return len(words_a & words_b) >= ALIKE * max(len(words_a | words_b), 1)


def _entry(feed: str, item: ParsedEntry, identity: Identity, now: datetime) -> Entry:
    published = item.published_at
    estimated = published is None or published > now + FUTURE_TOLERANCE
    seed = "\0".join([feed, item.guid, item.url or "", identity.title.hex()])
    return Entry(
        entry_id=blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest(),
        feed=feed,
        url=item.url,
        title=item.title,
        summary=item.summary,
        author=item.author,
        published_at=now if published is None or estimated else published,
        published_estimated=estimated,
        published_raw=_raw_date(item) if estimated else None,
        first_seen_at=now,
    )


def _raw_date(item: ParsedEntry) -> str | None:
    if item.published_raw:
        return item.published_raw
    return to_text(item.published_at) if item.published_at else None


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
