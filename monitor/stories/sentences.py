"""Sentences: cut out of clean text, judged for whether they can be read alone. Extracted, never rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 5, 45  # words of a sentence that is worth quoting

_END = re.compile(r"(?<=[.!?…])[\"”’»)\]]*\s+(?=[\"“‘«(\[]?[^\W_a-z])|\n+|(?<=[。！？])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|LLC|plc|Mr|Mrs|Ms|Dr|St|No|vs|approx|Jr|Sr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
    r"|U\.S|U\.K|e\.g|i\.e|p\.m|a\.m)|\b[A-Z]|^\W*Item \d+)\.$"
)
_DATELINE = re.compile(r"^(?:\(via [^)]{2,60}\)\s*|[A-Z][A-Z .,'&-]{2,40}\s[–—-]{1,2}\s)")
# A sentence that leans on the one before it: a pronoun or connective first.
_LEANS = re.compile(
    r"^[\"“‘]?(?:it|its|he|she|they|their|his|her|this|that|these|those|here|such|and|but|so|or|yet|also|then|there"
    r"|however|instead|meanwhile|moreover|both|neither|one of them|the other|which|against that|if so|as a result"
    r"|the former|the latter|another|thanks|read more|click|subscribe|follow us|note why)\b",
    re.IGNORECASE,
)
_PROMOTION = re.compile(
    r"click here|subscribe|sign up|giveaway|promo code|partner links|not (?:financial|investment) advice"
    r"|forward-looking statements|follow us|read more|continue reading|the post .{3,200} appeared first",
    re.IGNORECASE,
)


def split(text: str) -> Iterator[str]:
    """The sentences of `text`, in order, each on one line, without dateline or "via" mark."""
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.start()]
        if "\n" not in end[0] and _ABBREVIATION.search(piece[-24:]):
            continue
        yield from _clean(text[start : end.end()])
        start = end.end()
    yield from _clean(text[start:])


def readable_alone(sentence: str) -> bool:
    """Whether a reader who saw nothing else would understand `sentence`: whole, not leaning, not promotion."""
    words = sentence.split()
    if not SHORTEST <= len(words) <= LONGEST or _LEANS.match(sentence) or _PROMOTION.search(sentence):
        return False
    if sentence.count("“") != sentence.count("”") or sentence.count('"') % 2:
        return False
    if words[0].startswith("“") and not sentence.endswith(("”", ".", "!", "?")):
        return False
    return sentence[-1] in '.!?…”"’)。！？' and not sentence[0].islower()


def _clean(piece: str) -> Iterator[str]:
    sentence = _DATELINE.sub("", " ".join(piece.split()))
    if sentence:
        yield sentence
