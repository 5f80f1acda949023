"""Text → words, numbers and sentences: the common ground of grouping, extraction and the glossary.

Linear in the text. English rules; other scripts fall back to whole words and to the numbers and names that
languages share.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

FOREIGN_WORDS, FOREIGN_LEAST, FOREIGN_SHARE = 60, 10, 0.1  # words looked at, fewest, share of stop words
READ_LIMIT = 4_000  # characters of a summary that are read: the event is told at the top

STOP = frozenset(
    """a about above across after again against ago ahead all almost along already also although always am among an
    and another any anybody are around as at away back be became because become been before behind being below best
    better between both but by came can cannot come could day days did do does doing done down during each early
    either else enough even ever every far few first for from full get gets give given go goes going gone good got
    had half has have having he her here him his hour hours how however i if in instead into is it its itself just
    keep kept know known last late later least less let like little long look lot made make makes many may me might
    month months more most much must my near nearly need never new next no nobody nor not nothing now of off often
    old on once one only onto or other others our out over own part per put quarter quite rather re really s said
    same say says second see seen several shall she should since so some something soon still such t take taken
    than that the their them then there these they thing things this those though three through time times to today
    together told too took toward towards two under until up upon us use used using ve very want was way we week
    weeks well went were what when where whether which while who whole whom whose why will with within without
    would year years yesterday yet you your i'm it's don't via amid says monday tuesday wednesday thursday friday
    saturday sunday com www http https html january february march april june july august september october
    november december""".split()
)

WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*", re.UNICODE)
NUMBER = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?:[ -]?(?P<scale>thousand|million(?:s|en|es)?|millones|billones|billionen"
    r"|billions?|trillion|mil millones|milliard(?:s|en)?"
    r"|milliarder|bn|mn|tn|mrd|mio|k|m|b|t)(?![^\W\d_/]|/)|(?P<cjk>[亿億万萬]))?"
    r"(?:[ -]?(?P<unit>%|per ?cent\b|prozent\b|EH/s|exahash\w*|PH/s|TH/s|J/TH|joules per terahash"
    r"|megawatts?\b(?!-hour)|gigawatts?\b(?!-hour)|MW\b(?!h)|GW\b(?!h)|btc\b|bitcoins?\b"
    r"|years?\b(?! ago)|ans\b|años\b|jahre\b))?",
    re.IGNORECASE,
)
SCALES = {
    "k": 1e3, "thousand": 1e3, "万": 1e4, "萬": 1e4, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6,
    "millones": 1e6, "亿": 1e8, "億": 1e8, "b": 1e9, "bn": 1e9, "mrd": 1e9, "billion": 1e9, "milliard": 1e9,
    "mil millones": 1e9, "billones": 1e12, "billionen": 1e12, "t": 1e12, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
UNITS = {
    "%": "%", "per": "%", "pro": "%", "mw": "mw", "meg": "mw", "gw": "gw", "gig": "gw", "eh/": "eh",
    "exa": "eh", "ph/": "ph", "th/": "th", "j/t": "jth", "jou": "jth", "btc": "btc", "bit": "btc",
    "yea": "y", "ans": "y", "año": "y", "jah": "y",
}  # fmt: skip
# One name for what is called by several.
SYNONYMS = {
    "aws": "amazon",
    "btc": "bitcoin",
    "datacenter": "data",
    "telco": "telecom",
    "gigafactory": "campus",
}


def terms(text: str, *, names_only: bool = False) -> Iterator[str]:
    """The stemmed words of `text` that carry meaning, in order, without numbers.

    `names_only` leaves those that begin with a Latin capital: what languages share.
    """
    for found in WORD.finditer(_plain(text)):
        word = stem(found[0])
        if word and (not names_only or "A" <= found[0][0] <= "Z"):
            yield word


def foreign(text: str) -> bool:
    """Whether `text` is long enough to tell, and not English: hardly a word of it is an English stop word."""
    words = [found[0].lower() for found in islice(WORD.finditer(text), FOREIGN_WORDS)]
    stops = sum(word in STOP for word in words)
    return (len(words) >= FOREIGN_LEAST or not text.isascii()) and stops < FOREIGN_SHARE * len(words)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The form under which a word is matched, "" for stop words and numbers."""
    word = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    if word in STOP or len(word) < 2 or word[0].isdigit():
        return ""
    return _stem(SYNONYMS.get(word, word))


def numbers(text: str) -> Iterator[str]:
    """The numbers of `text` that can tell events apart, each in one spelling: `3.9e+09`, `180mw`.

    The currency is left out: languages write it in too many places.
    """
    for found in NUMBER.finditer(text):
        name = number_name(found)
        if name:
            yield name


def number_name(found: re.Match[str]) -> str:
    """One spelling for equal numbers; "" for those that any text could hold (small counts, recent years)."""
    scale = (found["scale"] or found["cjk"] or "").lower()
    value = _value(found["digits"], bool(scale)) * (SCALES.get(scale) or SCALES.get(scale[:8].rstrip("se"), 1.0))
    unit = UNITS.get((found["unit"] or "").lower()[:3], "")
    if unit == "gw":
        value, unit = value * 1000, "mw"
    if not (unit or scale) and _says_little(value, found["digits"]):
        return ""
    return f"{value:.4g}{'' if unit == 'btc' else unit}"


def _value(digits: str, scaled: bool) -> float:
    """Read `9,7` and `9.7`, `3,200` and `3.200`: three digits after the only mark are thousands, unless scaled."""
    whole, mark, rest = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    thousands = mark == "," and len(rest) == 3 or (len(rest) == 3 and len(whole) <= 3 and (whole.count(".") > 0))
    if not mark or thousands:
        return float(re.sub("[.,]", "", digits))
    if mark == "." and len(rest) == 3 and scaled and "," not in whole:
        return float(re.sub("[.,]", "", digits))
    return float(re.sub("[.,]", "", whole) + "." + rest)


def _says_little(value: float, digits: str) -> bool:
    return (value < 100 and "." not in digits) or (1990 <= value <= 2040 and "," not in digits)


def _plain(text: str) -> str:
    """Full-width and accented forms folded to the letters that a keyboard has."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKD", text)
    return "".join(char for char in folded if not unicodedata.combining(char))


def _stem(word: str) -> str:
    for ending, by in (
        ("isation", "iz"),
        ("ization", "iz"),
        ("ising", "iz"),
        ("ised", "iz"),
        ("ises", "iz"),
        ("ise", "iz"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending) + by
    if word.endswith("centre"):
        return word.removesuffix("centre") + "center"
    for ending in ("ies", "ied"):
        if word.endswith(ending) and len(word) > 4:
            return word.removesuffix(ending) + "y"
    if (
        word.endswith("s")
        and not word.endswith(("ss", "is"))
        and (len(word) == 4 or word[-2:] != "us")
        and len(word) > 3
    ):
        word = word.removesuffix("es") if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word.removesuffix(ending)
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "ls" else word
    return word.removesuffix("e") if len(word) > 4 else word
