"""Numbers with a meaning, found in text with their unit and the sentence they came from. Pure.

Kinds and units: money USD, power MW, rent USD/kW-month, gpu_hour USD/GPU-h, hashprice USD/PH/day, hashrate
EH/s, efficiency J/TH, term years, date (2027-03-31, 2027-03, 2027-Q3, 2027-H1 or 2027). A price of something
else (a share, a coin's worth of power, a megawatt built) is no figure: it would be taken for an amount. Other
currencies are left out rather than converted. A figure that is only possible says so (`qualifier`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

from monitor.model import Entry
from monitor.stories.figure_grammar import LONGEST, find
from monitor.stories.sentences import split

MOST = 100  # figures kept of one entry
SIGNALS: Mapping[str, str] = {"rent": "colo_rent", "gpu_hour": "gpu_hour", "hashprice": "hashprice"}  # kind -> signal


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one entry."""

    figure_id: str
    kind: str
    value: float | str  # a str for dates only
    unit: str
    qualifier: str | None  # up_to, option, conditional
    sentence: str
    arithmetic: str | None = None  # how it was computed, where the text does not say it itself


def of(entry: Entry) -> tuple[Figure, ...]:
    """The figures of an entry's title and summary, in order, each value once; at most MOST."""
    seen: dict[tuple[str, float | str, str | None], Figure] = {}
    for sentence in (entry.title, *split(entry.summary)):
        for figure in in_sentence(sentence, entry.entry_id):
            seen.setdefault((figure.kind, figure.value, figure.qualifier), figure)
        if len(seen) >= MOST:
            break
    rent = lease_rent(entry)
    if rent is not None:
        seen.setdefault((rent.kind, rent.value, rent.qualifier), rent)
    return tuple(islice(seen.values(), MOST))


def in_sentence(sentence: str, entry_id: str = "") -> Iterator[Figure]:
    """The figures of one sentence, in order."""
    text = sentence[:LONGEST]
    for found in sorted(find(text), key=lambda f: f.start):
        seed = f"{entry_id}\0{found.kind}\0{found.value}\0{text}"
        name = "f" + blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        yield Figure(name, found.kind, found.value, found.unit, qualifier(text, found.start, found.end), sentence)


def as_data(figure: Figure) -> dict[str, object]:
    """A figure in the shape of exports."""
    data: dict[str, object] = {
        "id": figure.figure_id,
        "kind": figure.kind,
        "value": figure.value,
        "unit": figure.unit,
        "qualifier": figure.qualifier,
        "sentence": figure.sentence,
    }
    return data if figure.arithmetic is None else {**data, "arithmetic": figure.arithmetic}


# ---------------------------------------------------------------- possible rather than certain

_UP_TO = re.compile(
    r"(?:\bup to|\bas (?:much|many|high) as|\bmaximum of|\bat most|\bno more than|\bmax(?:imum)?\.?|\bpotentially)"
    r"(?: (?:about|approximately|another|an additional|a further|some|roughly|around))?\W*$",
    re.IGNORECASE,
)
_OPTION = re.compile(
    (
        r"\boptions?\b|\boptional\b|\brenewals?\b|\bextensions?\b|\bright of first"
        r" (?:refusal|offer)\b|\bROFO\b|\bexercised?\b"
        r"|\bmay (?:expand|extend|add|take|lease)\b|\bcould (?:expand|extend|be extended"
        r"|be expanded)\b|\bexpansion rights?\b"
    ),
    re.IGNORECASE,
)
# These make a whole sentence conditional: "signed for 180 MW, subject to approval".
_CONDITIONAL = re.compile(
    r"\bsubject to (?!recovery)|\bconditional\b|\bcontingent\b|\bnot (?:yet )?(?:effective"
    r"|signed|binding|closed|final)\b"
    r"|\bnon-?binding\b|\bletter of intent\b|\bLOI\b|\bin (?:advanced |early )?(?:talks|negotiations|discussions)\b"
    r"|\bproposed\b|^\W*if\b|\bunless\b|\bpending\b|\bonce approved\b|\bdependent on\b|\bMOU\b"
    r"|\bmemorandum of understanding\b|\bexclusivity\b|\bprovided that\b",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(r"\b(?:would|could|might|if)\b", re.IGNORECASE)  # these only their own clause
_CLAUSE = re.compile(r"[;:—–()]|,(?!\d)|\b(?:and|but|while|with|which|that|plus)\b")


def qualifier(text: str, start: int, end: int) -> str | None:
    """up_to, option or conditional where the clause around `start`-`end` says so; None for a plain figure."""
    if _UP_TO.search(text[max(0, start - 45) : start]):
        return "up_to"
    before = [m.end() for m in _CLAUSE.finditer(text[:start])]
    after = _CLAUSE.search(text, end)
    clause = text[before[-1] if before else 0 : after.start() if after else len(text)]
    if _OPTION.search(clause):
        return "option"
    return "conditional" if _CONDITIONAL.search(text) or _POSSIBLE.search(clause) else None


# ---------------------------------------------------------------- what a lease comes to

_LEASE = re.compile(r"\bleas(?:e|es|ed|ing)\b|\bcolocation\b|\bagreements?\b|\bcontracts?\b|\btenant\b", re.I)
_CLOUD = re.compile(
    r"\bGPUs?\b|\bcloud (?:contract|agreement|deal|services?)\b|\bcompute contract\b|\bprocessors\b", re.I
)
LEAST_VALUE, LEAST_MW, LEAST_YEARS = 20e6, 1.0, 2.0
RENTS = (20.0, 400.0)  # USD/kW-month; what falls outside is a GPU contract or a misreading


def lease_rent(entry: Entry) -> Figure | None:
    """The term-average rent that an entry's lease comes to: value / MW of IT load / years, in USD/kW-month.

    From the first value, power and term without a qualifier in the title and the sentences about a lease; None
    where one is missing, where the contract includes GPUs, or where the result is no rent that anybody pays.
    It is the average over the term: with yearly escalators the first year's rent is lower.
    """
    sentences = [s for s in (entry.title, *split(entry.summary)) if _LEASE.search(s) or s == entry.title]
    text = " ".join(sentences)
    if not re.search(r"\bleas(?:e|es|ed|ing)\b|\bcolocation\b|\brent\b", text, re.I) or _CLOUD.search(text):
        return None
    figures = [figure for s in sentences for figure in in_sentence(s, entry.entry_id)]
    value, power = _first(figures, "money", LEAST_VALUE), _first(figures, "power", LEAST_MW)
    term = _first(figures, "term", LEAST_YEARS)
    if value is None or power is None or term is None:
        return None
    money, load, years = float(value.value), float(power.value), float(term.value)
    rent = money / (load * 1_000 * years * 12)
    if not RENTS[0] <= rent <= RENTS[1]:
        return None
    how = f"${money / 1e9:g} billion / {load:g} MW / {years:g} years / 12"
    name = "f" + blake2b(f"{entry.entry_id}\0lease\0{how}".encode(), digest_size=6).hexdigest()
    evidence = " ".join(dict.fromkeys(figure.sentence for figure in (value, power, term)))
    return Figure(name, "rent", round(rent, 2), "USD/kW-month", None, evidence, how)


def lease_terms(rent: Figure) -> tuple[float, float]:
    """The megawatts and the dollars behind a computed rent."""
    found = re.match(r"\$([\d.e+]+) billion / ([\d.e+]+) MW", rent.arithmetic or "")
    return (float(found[2]), float(found[1]) * 1e9) if found else (0.0, 0.0)


def _first(figures: list[Figure], kind: str, least: float) -> Figure | None:
    return next((f for f in figures if usable(f, kind) and float(f.value) >= least), None)


def usable(figure: Figure, *kinds: str) -> bool:
    """Whether a figure is of one of `kinds` and stated without a qualifier."""
    return figure.kind in kinds and figure.qualifier is None


KIND_UNITS: Mapping[str, str] = {
    "money": "USD", "power": "MW", "rent": "USD/kW-month", "gpu_hour": "USD/GPU-h", "hashprice": "USD/PH/day",
    "hashrate": "EH/s", "efficiency": "J/TH", "term": "years", "date": "date",
}  # fmt: skip
