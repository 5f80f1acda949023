"""The grammar of figures: what a number with its unit looks like in English text, kind by kind. Pure.

Patterns are tried in order and take the text they match: what is no figure (another currency, a price per
share) is taken first, so that its number is not offered to a later pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 2_000  # characters of a sentence that are read
CROWD = 40  # figures of one sentence, after which no more are looked for

N = r"(?:\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,12})?)(?!\d)"
SCALE = r"(?:thousand|million|billion|trillion|mln|mm|bn|mn|tn|k|m|b|t)"
SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
USD = r"(?<![\w$])(?:US\$|USD ?\$?|\$)\s?"
AMOUNT = rf"{USD}(?P<a>{N})(?:[ -]?(?P<as>{SCALE})\b)?"
PER = r"(?:\s?/\s?|\s(?:per|a|an)\s|[- ](?:per[- ])?)"
WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30,
}  # fmt: skip
COUNT = rf"(?:\d{{1,3}}(?:\.\d+)?|{'|'.join(sorted(WORDS, key=len, reverse=True))})"
MONTHS = "january february march april may june july august september october november december".split()
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
YEAR = r"(?:20[0-4]\d)(?![\d,.]\d|\s?(?:MW|GW|BTC|bitcoin|EH|PH|%|million|shares))"
CONTRACT = (
    r"(?:lease|contract|agreement|deal|term|ppa|purchase agreement|commitment|hosting|renewals?|extensions?|option"
    r"|loan|facility|licen[cs]e|tenancy|abatement|tax break|partnership|service agreement|offtake|rent)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A figure and where it stands in its sentence."""

    kind: str
    value: float | str
    unit: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Figures without overlap: what a longer or more exact pattern took is not offered to the next."""
    taken: list[Found] = []
    barred: list[tuple[int, int]] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in barred):
                continue
            barred.append(match.span())
            taken += read(match, text)
            if len(taken) >= CROWD:
                return taken
    return taken


def number(digits: str, scale: str | None = None) -> float:
    """`3.9`, `billion` -> 3.9e9, without the noise of a float product."""
    return round(float(digits.replace(",", "")) * (SCALES[scale.lower()] if scale else 1.0), 6)


def _one(kind: str, unit: str, factor: Callable[[re.Match[str]], float] = lambda _: 1.0) -> Callable[..., list[Found]]:
    def read(match: re.Match[str], _: str) -> list[Found]:
        value = number(match["a"], match["as"]) * factor(match)
        return [Found(kind, round(value, 10), unit, match.start(), match.end())]

    return read


def _nothing(match: re.Match[str], _: str) -> list[Found]:
    return []


def _hashprice_factor(match: re.Match[str]) -> float:
    return {"T": 1_000.0, "P": 1.0, "E": 0.001}[match["u"][0].upper()]


def _power(match: re.Match[str], _: str) -> list[Found]:
    factor = {"k": 0.001, "m": 1.0, "g": 1_000.0}[match["u"][0].lower()]
    ends = [match["a"], match["b"]] if match["b"] else [match["a"]]
    return [Found("power", round(number(n) * factor, 10), "MW", match.start(), match.end()) for n in ends]


def _hashrate(match: re.Match[str], _: str) -> list[Found]:
    factor = {"t": 1e-6, "p": 1e-3, "e": 1.0, "z": 1e3}[match["u"][0].lower()]
    return [Found("hashrate", round(number(match["a"]) * factor, 12), "EH/s", match.start(), match.end())]


def _efficiency(match: re.Match[str], _: str) -> list[Found]:
    return [Found("efficiency", number(match["a"]), "J/TH", match.start(), match.end())]


def _count(text: str) -> float:
    return float(WORDS.get(text.lower(), 0) or text)


def _term(match: re.Match[str], text: str) -> list[Found]:
    if not re.search(rf"\b{CONTRACT}\b|\bleas(?:es|ed|ing)\b|\brents?\b", text, re.I):
        return []
    if re.match(
        r"\W*(?:ago|old|running|earlier|before|later|in a row|low|high|treasur|bond|yield|chart)",
        text[match.end() :],
        re.I,
    ):
        return []
    years = _count(match["a"]) / (12 if match["u"].lower().startswith("mo") else 1)
    return [Found("term", years, "years", match.start(), match.end())] if 0 < years <= 99 else []


def _date(match: re.Match[str], _: str) -> list[Found]:
    got = match.groupdict()
    value = got["y"]
    if got.get("q"):
        quarter = {"first": "1", "second": "2", "third": "3", "fourth": "4", "final": "4", "last": "4"}
        value += "-Q" + quarter.get(got["q"].lower(), got["q"][-1])
    elif got.get("h"):
        value += "-H" + {"first": "1", "second": "2"}.get(got["h"].lower(), got["h"][-1])
    elif got.get("m"):
        month = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(got["m"].lower()[:3]))
        value += f"-{month:02d}"
        if got.get("d"):
            if not 1 <= int(got["d"]) <= 31:
                return []
            value += f"-{int(got['d']):02d}"
    elif got.get("iso"):
        value = got["iso"]
    return [Found("date", value, "date", match.start(), match.end())]


def _money(match: re.Match[str], text: str) -> list[Found]:
    """An amount, or the other end of a price given per unit in the same sentence (`from $1.70 to $2.35 an hour`)."""
    value = number(match["a"], match["as"] or match["bs"])
    kind, unit = _priced(text, value) if not (match["as"] or match["bs"]) else ("money", "USD")
    found = [Found(kind, value, unit, match.start(), match.end())]
    if match["b"]:
        other = number(match["b"], match["bs"] or match["as"])
        found.append(Found(kind, other, unit, match.start(), match.end()))
    return found


def _hourly(match: re.Match[str], text: str) -> list[Found]:
    """A price an hour: of a GPU where the sentence is about them, else of somebody's work."""
    if not re.search(_GPU, text, re.I):
        return []
    return [Found("gpu_hour", number(match["a"], match["as"]), "USD/GPU-h", match.start(), match.end())]


def _yearly(match: re.Match[str], text: str) -> list[Found]:
    """A price a kW and year: a rent where somebody rents, else a grid charge."""
    if not re.search(r"\b(?:rent|leas|deal|coloc|tenant|hosting)", text, re.I):
        return []
    return [Found("rent", round(number(match["a"], match["as"]) / 12, 6), "USD/kW-month", match.start(), match.end())]


def _spelled(match: re.Match[str], _: str) -> list[Found]:
    return [Found("money", number(match["a"], match["as"]), "USD", match.start(), match.end())]


def _priced(text: str, value: float) -> tuple[str, str]:
    """What a bare small amount is the price of, by the sentence it stands in; money where nothing tells."""
    for kind, unit, cue, low, high in (
        ("hashprice", "USD/PH/day", r"\bhash ?price\b|/PH|per PH|petahash", 1, 1_000),
        (
            "gpu_hour",
            "USD/GPU-h",
            rf"(?:{_GPU}).*\b(?:hours?|hourly|hr)\b|\b(?:hours?|hourly|hr)\b.*(?:{_GPU})",
            0.05,
            100,
        ),
        ("rent", "USD/kW-month", r"\bkW[- /](?:per )?month|\bkilowatt[- ](?:per )?month", 20, 1_500),
    ):
        if low <= value <= high and re.search(cue, text, re.I):
            return kind, unit
    return "money", "USD"


_GPU = (
    r"\b(?:GPUs?|H100s?|H200s?|B200s?|B300s?|GB200|GB300|A100s?|accelerators?|AI chips?"
    r"|graphics (?:chips?|cards?))\b"
)
_HASH = r"(?:hash(?:es)?(?:/s| per second)?|H/s|H)"
_YEARLY = r"(?:year|yr|annum)"
_EACH = (
    rf"{PER}(?:share|(?:IT |grid )?MWh|kWh|megawatt-?hour|kilowatt-?hour|MW\b|megawatts?\b"
    rf"|kW\b|TH\b|T\b|terahash|bitcoin|BTC|coin|barrel"
    r"|unit|machine|miner|rack|job|GPU\b(?!-?\s?h)|square foot|acre|tonne?|ounce|household|MW-day|person|piece|day\b)"
)


_KINDS: tuple[tuple[str, Callable[[re.Match[str], str], list[Found]]], ...] = (
    # Other currencies are barred, so that their numbers are not read as dollars or as anything else.
    (
        rf"(?-i:(?:\b(?:C|A|CA|AU|HK|NZ|S)\$|\b(?:CAD|AUD|HKD|SGD|NZD) ?\$|[€£¥₹]|\b(?:EUR"
        rf"|GBP|CAD|AUD|NOK|SEK|CNY|RMB|INR|JPY) )\s?{N}(?:[ -]?{SCALE}\b)?)",
        _nothing,
    ),
    (
        rf"{N}(?:[ -]?{SCALE})? (?:euros?|pounds|yuan|kroner|Canadian dollars|Australian"
        rf" dollars|rupees)\b",
        _nothing,
    ),
    (
        rf"{AMOUNT}{PER}(?:GPU|H100|H200|B200|B300|GB200|A100|chip|accelerator|card)s?{PER}?(?:hours?"
        rf"|hr|h)\b",
        _one("gpu_hour", "USD/GPU-h"),
    ),
    (
        rf"{AMOUNT}{PER}(?:kW|kilowatt)(?:s? of [\w ]{{2,20}})?{PER}(?:months?|mo)\b",
        _one("rent", "USD/kW-month"),
    ),
    (
        rf"{AMOUNT}{PER}(?:IT )?(?:MW|megawatt)(?:s? of [\w ]{{2,20}})?{PER}{_YEARLY}\b",
        _one("rent", "USD/kW-month", lambda _: 1 / 12_000),
    ),
    (rf"{AMOUNT}{PER}(?:kW|kilowatt){PER}{_YEARLY}\b", _yearly),
    (
        rf"{AMOUNT}{PER}(?P<u>[TPE])(?:H/s|H|eta{_HASH}|era{_HASH}|xa{_HASH})(?:/s)?{PER}days?\b",
        _one("hashprice", "USD/PH/day", _hashprice_factor),
    ),
    (
        rf"{AMOUNT}{PER}(?P<u>P)(?:H/s|H|eta{_HASH})(?![\w/])",
        _one("hashprice", "USD/PH/day", _hashprice_factor),
    ),
    (rf"{USD}(?P<a>{N})(?:(?:[ -]?{SCALE})?(?:\s?[-–]\s?| to )\$?{N})?(?:[ -]?(?P<as>{SCALE})\b)?{_EACH}", _nothing),
    (rf"{AMOUNT}{PER}(?:hours?|hr|h)\b", _hourly),
    (rf"(?P<a>{N})\s?(?:J/TH|J/T\b|W/TH|W/T\b|joules? (?:per|a) (?:terahash|TH))", _efficiency),
    (
        rf"(?<![$\w.,])(?P<a>{N})[ -]?(?P<u>[TPEZ])(?:H/s\b|H\b|eta{_HASH}\b|era{_HASH}\b"
        rf"|xa{_HASH}\b|etta{_HASH}\b)",
        _hashrate,
    ),
    (
        rf"(?<![$\w.,])(?P<a>{N})(?:(?:\s?[-–]\s?| to | and )(?P<b>{N}))?[ -]?(?P<u>MW"
        rf"|GW|kW|megawatts?|gigawatts?|kilowatts?)(?![-/ ]?(?:h\b|hours?\b)|/|[-\w]*-?(?:month"
        rf"|year|day)|\w)",
        _power,
    ),
    (
        rf"(?<![\w.,$])(?P<a>{COUNT})[- ](?P<u>years?|yrs?|months?)(?=[- ,]{{1,2}}(?:[\w$.,%-]+"
        rf" ){{0,6}}?{CONTRACT}\b)",
        _term,
    ),
    (
        rf"\b(?:for|over|of|runs?|lasts?|spans?|covers?|across|spread over|is) (?:an?"
        rf" )?(?:initial |base )?(?:term of )?(?:about |approximately |around |some"
        rf" |the next )?(?P<a>{COUNT})[- ](?P<u>years?|yrs?|months?)\b",
        _term,
    ),
    (rf"(?<=[/,] )(?P<a>{COUNT}) ?(?P<u>y|years?|yrs?)\b", _term),
    (r"\b(?P<iso>(?P<y>20\d\d)-\d\d-\d\d)\b", _date),
    (rf"(?-i:\b(?P<m>{MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>{YEAR})\b)", _date),
    (rf"(?-i:\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m>{MONTH}),? (?P<y>{YEAR})\b)", _date),
    (rf"(?-i:\b(?P<m>{MONTH}),? (?:of )?(?P<y>{YEAR})\b)", _date),
    (
        rf"\b(?P<q>Q[1-4]|(?:first|second|third|fourth|final|last)(?=[- ]quarter))(?:[- ]quarter)?"
        rf"(?: of)?[ -](?P<y>{YEAR})\b",
        _date,
    ),
    (rf"\b(?P<y>{YEAR})[ -](?P<q>Q[1-4])\b", _date),
    (rf"\b(?P<h>H[12]|(?:first|second)(?=[- ]half))(?:[- ]half)?(?: of)?[ -](?P<y>{YEAR})\b", _date),
    (rf"(?<=20\d\d and )(?P<y>{YEAR})\b", _date),
    (
        rf"\b(?:between|in|by|from|since|until|till|through|during|due|early|mid|late"
        rf"|end of|before|after|for)[ -](?:late |early |mid-?|the end of |end-)?(?P<y>{YEAR})\b",
        _date,
    ),
    (
        rf"{USD}(?P<a>{N})(?:[ -]?(?P<as>{SCALE})\b)?(?:\s?(?:[-–]|to|and)\s?(?:US\$"
        rf"|\$)?(?P<b>{N})(?:[ -]?(?P<bs>{SCALE})\b)(?!\s?(?:MW|GW|EH|BTC)))?",
        _money,
    ),
    (rf"(?<![$\w.,])(?P<a>{N})[ -]?(?P<as>{SCALE})? ?(?:US )?(?:dollars|USD)\b", _spelled),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in _KINDS)
