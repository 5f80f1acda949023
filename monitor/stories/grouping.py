"""Which entries tell the same event. Pure: a fingerprint in, the story it belongs to out.

Two entries are near when they share words, names and numbers that few other entries hold: the cosine of
their terms, each weighted by its inverse document frequency, falling with the time between them. An entry
joins the story whose few nearest entries are nearest on average, or begins its own. Once placed it stays:
an id never changes under the reader, and only a person merges or splits.

Terms are 32-bit hashes, so that a fingerprint is some 150 bytes and the store can look up neighbours by
integers alone.
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import islice

from monitor.data import tables
from monitor.model import Entry
from monitor.stories.words import READ_LIMIT, foreign, numbers, terms
from monitor.text import without_tracking

WINDOW = timedelta(days=14)  # a story that heard nothing for so long takes no more entries
NEAR = 0.07  # least nearness to join; chosen on the labelled events (bench/grouping.py)
NEAREST = 4  # entries of a story that are compared: one alone would chain unlike events together
ONE_NAME = 0.4  # of the strongest shared term is not counted: the same firm alone is not the same event
FADE_DAYS = 8.0  # nearness falls to 1/e over this time
PRIOR = 300  # entries that the shipped word shares count for beside those seen
RARE = 1 / 1500  # share of entries assumed to hold a word that is not in the shipped table
LOOK_UPS = 24  # rarest known terms by which neighbours are looked up
FOUND_BY = 24  # rarest terms by which an entry is found later
COMMON, COMMON_SHARE = 400, 0.02  # a term that more entries hold finds nobody, where there are rarer ones
LEAST_LOOK_UPS = 4
COPY_TERMS, COPY_SHARE = 6, 0.5  # terms shared, and share of all terms of both, that make a copy
SHOWN = 6  # shared terms that are shown
LINK_RARITY = 4.0  # an address shared by more than a few entries is a section, not a page
LINK_PATH = 6  # characters after the host from which an address names a page
MOST_TERMS = 48
MOST_NUMBERS = 12
MOST_WORDS = 120
OFF_TOPIC_TERMS = 12  # off-topic entries are grouped by little more than their titles

TITLE_BOOST, NUMBER_BOOST = 1.5, 1.4  # what a term counts for by where it stands; 1 in the summary


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The terms of one entry, each once, and when it was published."""

    keys: tuple[int, ...]  # title, then numbers, then summary
    titles: int  # how many of the keys are the title's
    numbers: int  # how many of those after it are numbers, an entry's own address among them
    at: datetime
    link: int | None = None  # the key of that address

    def packed(self) -> bytes:
        return array("I", (self.titles, self.numbers, *self.keys)).tobytes()


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry that already has a story: a candidate for what came in."""

    story: str
    size: int  # entries of that story, as far as NEAREST
    at: datetime
    norm: float
    packed: bytes  # its fingerprint


@dataclass(frozen=True, slots=True)
class Weighed:
    """A fingerprint with the weight of each term today."""

    fingerprint: Fingerprint
    weights: Mapping[int, float]  # key -> weight, boost of its place included
    rarity: Mapping[int, float]  # key -> inverse document frequency
    norm: float
    look_up: Mapping[int, float]  # the rarest known keys and their weights, for finding neighbours
    found_by: tuple[int, ...]  # the rarest keys, for being found


def story_id(entry: Entry) -> str:
    """The id of a story that begins with `entry`: the same on every machine that saw it first."""
    return "s" + blake2b(entry.entry_id.encode(), digest_size=6).hexdigest()


def fingerprint(entry: Entry, *, on_topic: bool = True) -> Fingerprint:
    """What grouping sees of `entry`: of an off-topic one its title and first numbers, of one in another
    language than English its names and numbers."""
    most = MOST_TERMS if on_topic else OFF_TOPIC_TERMS
    body = entry.summary[:READ_LIMIT]
    abroad = foreign(f"{entry.title} {body}")
    title = terms(entry.title, names_only=abroad)
    seen: dict[int, None] = dict.fromkeys(key(term) for term in islice(title, most))
    titles = len(seen)
    link = _link(entry.url)
    figures = islice(numbers(f"{entry.title}\n{body}"), MOST_NUMBERS)
    seen |= dict.fromkeys([link] if link is not None else [])
    seen |= dict.fromkeys(key(figure) for figure in figures)
    both = len(seen)
    if on_topic:
        seen |= dict.fromkeys(key(term) for term in islice(terms(body, names_only=abroad), MOST_WORDS))
    at = entry.first_seen_at if entry.published_estimated else entry.published_at
    keys = tuple(islice(seen, most))
    at = min(at, entry.first_seen_at)
    return Fingerprint(keys, min(titles, most), min(both, most) - min(titles, most), at, link)


def weigh(mark: Fingerprint, counts: Mapping[int, int], total: int) -> Weighed:
    """Weigh terms by how few of the `total` entries hold them (`counts` by key), shipped shares included."""
    rarity = {k: _rarity(k, counts.get(k, 0), total) for k in mark.keys}
    numbers_end = mark.titles + mark.numbers
    weights = {
        k: rarity[k] * (TITLE_BOOST if n < mark.titles else NUMBER_BOOST if n < numbers_end else 1.0)
        for n, k in enumerate(mark.keys)
    }
    norm = math.sqrt(sum(weight * weight for weight in weights.values()))
    rarest = sorted(mark.keys, key=lambda k: (-rarity[k], k))
    look_up = {k: weights[k] for k in _known(rarest, counts, total)}
    return Weighed(mark, weights, rarity, norm or 1.0, look_up, tuple(rarest[:FOUND_BY]))


def _known(rarest: Sequence[int], counts: Mapping[int, int], total: int) -> list[int]:
    """The keys worth looking up: held by others, by few if possible."""
    held = [k for k in rarest if counts.get(k)]
    few = [k for k in held if counts[k] <= max(COMMON, COMMON_SHARE * total)]
    return (few if len(few) >= LEAST_LOOK_UPS else held)[:LOOK_UPS]


def decide(weighed: Weighed, candidates: Iterable[Placed]) -> str | None:
    """The story that `weighed` belongs to, None where it begins its own; candidates lie within WINDOW of it."""
    nearness: dict[tuple[str, int], list[float]] = defaultdict(list)
    for placed in candidates:
        nearness[placed.story, placed.size].append(near(weighed, placed))
    stories = {story: _mean_of_nearest(values, size) for (story, size), values in nearness.items()}
    best = max(stories, key=lambda story: (stories[story], story), default=None)
    return best if best is not None and stories[best] >= NEAR else None


def near(weighed: Weighed, placed: Placed) -> float:
    """0-1: the cosine of shared terms, faded by the time between the two."""
    apart = abs((weighed.fingerprint.at - placed.at).total_seconds()) / 86_400
    terms = array("I")
    terms.frombytes(placed.packed)
    titles, figures = terms[0], terms[0] + terms[1]
    shared, weight, strongest = weighed.weights.keys() & set(terms[2:]), 0.0, 0.0
    if not shared:
        return 0.0
    boosts = dict.fromkeys(terms[2 : 2 + titles], TITLE_BOOST)
    boosts.update(dict.fromkeys(terms[2 + titles : 2 + figures], NUMBER_BOOST))
    for k in shared:
        part = weighed.weights[k] * weighed.rarity[k] * boosts.get(k, 1.0)
        weight += part
        strongest = max(strongest, part)
    cosine = (weight - ONE_NAME * strongest) / (weighed.norm * placed.norm)
    alike = len(shared) / (len(weighed.weights) + len(terms) - 2 - len(shared))
    # A copy is a copy however common its words have become: in a flood of them none is rare.
    nearness = max(cosine, alike) if len(shared) >= COPY_TERMS and alike >= COPY_SHARE else cosine
    if weighed.fingerprint.link in shared and weighed.rarity[weighed.fingerprint.link] >= LINK_RARITY:
        nearness = 1.0
    return nearness * math.exp(-apart / FADE_DAYS)


def why_together(one: Entry, other: Entry) -> tuple[str, ...]:
    """What two entries share that few entries hold, the most telling first: for showing why they are one story."""
    shared = _spelled(one) & _spelled(other)
    return tuple(sorted(shared, key=lambda term: (_shares().get(key(term), RARE), term))[:SHOWN])


def _spelled(entry: Entry) -> set[str]:
    text = f"{entry.title}\n{entry.summary[:READ_LIMIT]}"
    return {*terms(text), *numbers(text)}


def _link(url: str | None) -> int | None:
    """The key of an address that names one page; None for none and for a site's front page."""
    path = "" if url is None else url.partition("://")[2].partition("/")[2]
    return None if url is None or len(path) < LINK_PATH else key(f"link:{without_tracking(url)}")


@lru_cache(maxsize=65_536)
def key(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


def _mean_of_nearest(values: Sequence[float], size: int) -> float:
    """The mean over NEAREST entries of a story, or all of a small one; those not looked up count 0."""
    nearest = sorted(values, reverse=True)[:NEAREST]
    return sum(nearest) / max(min(size, NEAREST), len(nearest))


def _rarity(term: int, count: int, total: int) -> float:
    share = _shares().get(term, RARE)
    return -math.log(min((count + PRIOR * share + 0.5) / (total + PRIOR), 1.0))


@cache
def _shares() -> dict[int, float]:
    return {key(word): share for word, share in tables.word_shares().items()}
