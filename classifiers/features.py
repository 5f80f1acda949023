"""What the models read in a text: terms (words, pairs, letters, pieces) and a few counted signs.

Every block is plain Python over one text, used by scikit-learn in training (as `analyzer`) and by the tagger
at run time, so both see the same features. Texts are normalised first (normalise.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifiers.normalise import clean, fold

CHAR_ORDERS = (3, 4, 5)
CACHE = 50_000  # words whose reading is remembered
LONG = 64  # distinct words beyond which a text's evidence grows no further
LONGEST = 40  # letters read of a word
_END = re.compile(r"[.!?]+(?:\s|$)")
_TOKEN = re.compile(
    r"[^\W\d_][^\W_]*(?:['.&][^\W_]+)*"  # words, with digits inside (h100, q3) and inner marks (u.s, it's)
    r"|\d[\d.,]*"  # numbers; a unit that sticks to one is a word of its own (15mw)
    r"|[^\w\s.,;:()\[\]{}'/|*_#@+=<>~^&\\-]"  # signs that carry tone: ? ! $ % quotes, emoji
)
NUMBER = "0"  # all numbers are one word: the amount is no stance


@dataclass(frozen=True, slots=True)
class Text:
    """What is tagged: title and summary as plain text; the outlet is not read (no house predicts a stance)."""

    title: str
    summary: str = ""
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text made ready: its words with their case (`raw`), as terms (`tokens`), and each term once (`distinct`).

    The first `head` of raw and tokens are the title's.
    """

    raw: tuple[str, ...]
    tokens: tuple[str, ...]
    distinct: tuple[str, ...]
    head: int
    sentences: int


@lru_cache(maxsize=512)  # more than a batch of the tagger
def read(text: Text) -> Reading:
    """The normalised form of a text."""
    title, summary = fold(clean(text.title)), fold(clean(text.summary))
    first, rest = _TOKEN.findall(title), _TOKEN.findall(summary)
    raw = (*first, *rest)
    tokens = tuple(map(term, raw))
    return Reading(raw, tokens, tuple(dict.fromkeys(tokens)), len(first), len(_END.findall(summary)))


@lru_cache(maxsize=CACHE)
def term(word: str) -> str:
    return NUMBER if word[0].isdigit() else word.lower()


# ---------------------------------------------------------------- terms

# Every term block is a sum over the distinct words of a text (a word said twice counts once, so that repeating a
# word changes nothing), divided by `spread`. A word's terms are remembered, which makes reading fast.


def spread(text: Text) -> float:
    """What sums over words are divided by: the root of their number, and the number itself beyond LONG words."""
    count = max(1, len(read(text).distinct))
    return float(max(count**0.5, count / LONG**0.5))


def word_terms(text: Text) -> list[str]:
    return list(read(text).distinct)


def head_terms(text: Text) -> list[str]:
    """The words of the title, apart from the same words elsewhere: a headline's verb says more."""
    reading = read(text)
    return [f"^{word}" for word in dict.fromkeys(reading.tokens[: reading.head])]


def pair_terms(text: Text) -> list[str]:
    """Pairs of neighbouring words, each once."""
    words = read(text).tokens
    return list(dict.fromkeys(f"{a} {b}" for a, b in zip(words, words[1:], strict=False)))


def char_terms(text: Text) -> list[str]:
    """Runs of 3 to 5 letters inside each word; a blank marks its edges."""
    return [gram for word in read(text).distinct for gram in word_chars(word)]


@lru_cache(maxsize=CACHE)
def word_chars(word: str) -> tuple[str, ...]:
    padded = f" {word[:LONGEST]} "
    return tuple(padded[i : i + order] for order in CHAR_ORDERS for i in range(len(padded) - order + 1))


def word_pieces(word: str, known: Container[str]) -> tuple[str, ...]:
    """The longest known pieces of a word from left to right (WordPiece); none if a part is not known."""
    if word in known:
        return (word,)
    found: list[str] = []
    for part in re.split(r"['.&]", word[:LONGEST]):
        start = 0
        pieces: list[str] = []
        while start < len(part):
            mark = "##" if start else ""
            ends = (end for end in range(len(part), start, -1) if f"{mark}{part[start:end]}" in known)
            end = next(ends, None)
            if end is None:
                pieces = []
                break
            pieces.append(f"{mark}{part[start:end]}")
            start = end
        found += pieces
    return tuple(found)


# ---------------------------------------------------------------- counted signs


_WORDS = {
    "first person": "i i'm i've i'd i'll me my we our us imo imho tbh ngl",
    "second person": "you your you're you'll yours folks guys buddy friends",
    "attribution": "said says told according wrote writes warns warned argues argued finds found reports reported",
    "contrast": "but though although yet while however despite still whereas",
    "negation": "not no never none nothing nobody without hardly barely cannot don't doesn't isn't won't can't didn't",
    "heated words": "insane crazy shocking secret guaranteed explode explodes exploding skyrocket skyrockets moon "
    "mooning 100x 10x massive huge unbelievable epic must hurry free now buy wake lol lmao literally everyone best "
    "worst ultimate game-changer game-changing next rich millionaire alpha gem rocket rockets soar soars soaring "
    "crash crashes doom doomed breaking",
    "filing words": "form filing filed announced quarter fiscal inc corp ltd plc agreement item pursuant registrant "
    "aggregate principal undersigned disclosed",
    "dates": "january february march april june july august september october november december jan feb mar apr jun "
    "jul aug sep sept oct nov dec monday tuesday wednesday thursday friday q1 q2 q3 q4 h1 h2",
    "units": "mw gw kw mwh kwh eh ph th percent million billion bn btc megawatts gigawatts megawatt gigawatt "
    "exahash years months weeks days",
}
_SIGNED: dict[str, set[str]] = {name: set(words.split()) for name, words in _WORDS.items()}
_SHAPES: Mapping[str, Callable[[str], bool]] = {
    "figures": lambda word: word[0].isdigit(),
    "money": lambda word: word in {"$", "€", "£", "¥"},
    "per cent": lambda word: word == "%",
    "quotations": lambda word: word == '"',
    "exclamation": lambda word: word == "!",
    "question": lambda word: word == "?",
    "emoji": lambda word: ord(word[0]) >= 0x2190 and not word[0].isalnum(),
    "capitals": lambda word: len(word) >= 4 and word.isupper(),
    "names": lambda word: word[0].isupper() and not word.isupper(),
}
_LISTED = {
    word: tuple(place for place, words in enumerate(_SIGNED.values()) if word in words)
    for word in set().union(*_SIGNED.values())
}
_COUNTED = (*_SIGNED, *_SHAPES)
_OTHER = ("question title", "exclaimed title", "short", "long", "no summary", "sentences")
SIGNS = (*_COUNTED, *(f"any {name}" for name in _COUNTED), *_OTHER)
MANY = 4  # a sign seen more often than this counts no more


def signs(text: Text) -> list[float]:
    """How the text is written, each sign between 0 and 1, in the order of SIGNS."""
    reading = read(text)
    counts = [0] * len(_COUNTED)
    for word in reading.raw:
        for place in _places(word):
            counts[place] += 1
    title, length = reading.raw[: reading.head], len(reading.raw)
    return [
        *(min(count, MANY) / MANY for count in counts),
        *(float(count > 0) for count in counts),
        float("?" in title),
        float("!" in title),
        max(0.0, 1 - length / 20),
        min(1.0, length / 80),
        float(length == reading.head),
        min(reading.sentences, MANY) / MANY,
    ]


@lru_cache(maxsize=CACHE)
def _places(word: str) -> tuple[int, ...]:
    """Which of the counted signs a word is."""
    listed = _LISTED.get(word.lower(), ())
    if word.islower() and word.isalpha():  # most words: they have no shape of their own
        return listed
    return (*listed, *(len(_SIGNED) + place for place, has in enumerate(_SHAPES.values()) if has(word)))


# ---------------------------------------------------------------- the subject's words


CueReader = Callable[[Text], list[float]]


def cue_names(groups: Iterable[str]) -> list[str]:
    """Names of the features that a cue reader gives, in its order."""
    names = list(groups)
    pairs = [f"{a} with {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    return [part for name in names for part in (name, f"any {name}", f"{name} in title")] + pairs


def cue_reader(cues: Mapping[str, Sequence[str]]) -> CueReader:
    """A function from a text to how often each group of words occurs, whether in the title, and which meet."""
    find = _cue_finder([[cue.split() for cue in words] for words in cues.values()])
    groups = range(len(cues))

    def count(text: Text) -> list[float]:
        reading = read(text)
        hits = [(group, place < reading.head) for group, place in find(reading.tokens)]
        totals = Counter(group for group, _ in hits)
        titles = {group for group, in_title in hits if in_title}
        single = [v for g in groups for v in (min(totals[g], MANY) / MANY, float(totals[g] > 0), float(g in titles))]
        return single + [float(totals[a] > 0 and totals[b] > 0) for a in groups for b in groups if a < b]

    return count


def _cue_finder(
    groups: Sequence[Sequence[Sequence[str]]],
) -> Callable[[Sequence[str]], list[tuple[int, int]]]:
    """A function from words to (group, place) of every cue in them."""
    cues = [(tuple(cue), group) for group, words in enumerate(groups) for cue in words]
    exact: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for cue, group in cues:
        exact.setdefault(cue[0], []).append((cue[1:], group))
    prefixes = [(cue[0][:-1], cue[1:], group) for cue, group in cues if cue[0].endswith("*")]
    starts = tuple({start for start, _, _ in prefixes})

    @lru_cache(maxsize=CACHE)
    def starting(word: str) -> tuple[tuple[tuple[str, ...], int], ...]:
        word = word.removesuffix("'s")
        found = tuple(exact.get(word, ()))
        if not word.startswith(starts):  # most words: one look in C instead of one for each prefix
            return found
        return (*found, *((rest, group) for start, rest, group in prefixes if word.startswith(start)))

    def find(words: Sequence[str]) -> list[tuple[int, int]]:
        found = []
        for place, word in enumerate(words):
            for rest, group in starting(word):
                after = words[place + 1 : place + 1 + len(rest)]
                if len(after) == len(rest) and all(map(_matches, after, rest)):
                    found.append((group, place))
        return found

    return find


def _matches(word: str, cue: str) -> bool:
    return word.startswith(cue[:-1]) if cue.endswith("*") else word == cue
