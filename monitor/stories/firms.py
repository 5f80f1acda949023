"""Which firms a text is about, and what is known of each: status by dated evidence, contracts, balance. Pure.

A name that is also a word (Riot, Hive, Galaxy) counts only as a name: written as one, in a text about mining or
data centres, and not inside a phrase that means something else. A ticker counts with its mark ($HUT, NASDAQ:
HUT), or bare where it is no word.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.data.tables import Firm
from monitor.model import Sides, TaggedEntry
from monitor.stories import figures, timeline
from monitor.stories.measure import count_sides
from monitor.stories.timeline import Event
from monitor.stories.words import READ_LIMIT

WORDS = frozenset({"ANY", "CAN", "GREE"})  # tickers that count with their mark only
WORDLIKE = frozenset({"HUT", "HIVE", "KEEL", "RIOT"})  # tickers that count bare in context
CONTEXT = re.compile(
    r"\b(?:bitcoin|btc|crypto\w*|mining|miners?|mines?|mined|hash ?rate|hash ?price|EH/s|J/TH|exahash\w*|megawatts?"
    r"|data cent(?:er|re)s?|HPC|colocation|hyperscaler|AI (?:lease|compute|cloud|host\w*|campus|pivot|infrastructure)"
    r"|GPUs?|halving|ASICs?|hash|hosting|tenants?|leases?)\b|\d ?[MG]W\b|(?-i:\bAI\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_][\w.&'-]*", re.UNICODE)
_MARKED = re.compile(
    r"\$([A-Z]{2,5})\b|\b(?:NASDAQ|NYSE|TSXV?|Nasdaq)(?: ?CM| ?GS)?\s?: ?([A-Z]{2,5})\b|\(([A-Z]{2,5})\)"
)
BALANCE_SPAN = timedelta(days=7)
SAME_LOAD = 0.02  # contracts of one firm whose megawatts differ by less are one contract told twice
LEAST_LEASE = (5.0, 50e6)  # MW and USD from which a text's lease counts


class Index:
    """The names of firms, ready to be found."""

    def __init__(self, firms: Iterable[Firm]) -> None:
        self._names: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
        self._tickers: dict[str, str] = {}
        self._friends: dict[str, re.Pattern[str]] = {}
        for firm in firms:
            for name in (firm.name, *firm.aliases):
                self._add(firm.firm, name, sure=name not in firm.short)
            for name in firm.short:
                self._add(firm.firm, name, sure=False)
            for ticker in firm.tickers:
                self._tickers[ticker] = firm.firm
                if ticker not in WORDS:
                    self._add(firm.firm, ticker, sure=ticker not in WORDLIKE)
            if firm.false_friends:
                phrases = "|".join(re.escape(phrase) for phrase in firm.false_friends)
                self._friends[firm.firm] = re.compile(rf"(?<!\w)(?:{phrases})(?!\w)")
        for names in self._names.values():
            names.sort(key=lambda item: (-len(item[0]), not item[2]))

    def find(self, text: str) -> tuple[str, ...]:
        """The firms that `text` names, the most named first."""
        read = text[: READ_LIMIT + 1_000]
        found = Counter(self._named(read))
        found.update(
            firm for match in _MARKED.finditer(read) if (firm := self._tickers.get(next(filter(None, match.groups()))))
        )
        return tuple(sorted(found, key=lambda firm: (-found[firm], firm)))

    def _add(self, firm: str, name: str, *, sure: bool) -> None:
        for form in {name, name.upper()} if sure else {name}:
            self._names[_WORD.match(form)[0]].append((form, firm, sure))  # type: ignore[index]  # names begin with a letter

    def _named(self, text: str) -> Iterable[str]:
        in_context: bool | None = None
        end = 0
        for word in _WORD.finditer(text):
            if word.start() < end:
                continue
            first = word[0].removesuffix("'s").rstrip(".'-") if word[0] not in self._names else word[0]
            for name, firm, sure in self._names.get(first, ()):
                if not _stands(text, name, word.start()):
                    continue
                if self._is_friend(firm, text, word.start(), name):
                    break
                if not sure:
                    in_context = bool(CONTEXT.search(text)) if in_context is None else in_context
                    if not in_context or (name.isupper() and _shouted(text)):
                        break
                yield firm
                end = word.start() + len(name)
                break

    def _is_friend(self, firm: str, text: str, start: int, name: str) -> bool:
        """Whether the name stands inside a phrase that means something else."""
        pattern = self._friends.get(firm)
        if pattern is None:
            return False
        around = text[max(0, start - 24) : start + len(name) + 24].casefold()
        at = min(start, 24)
        return any(found.start() < at + len(name) and at < found.end() for found in pattern.finditer(around))


def _shouted(text: str) -> bool:
    """Whether capitals tell nothing because all is written in them."""
    title = text.partition("\n")[0]
    letters = [char for char in title if char.isalpha()]
    return sum(char.isupper() for char in letters) > 0.7 * len(letters)


def _stands(text: str, name: str, start: int) -> bool:
    """Whether `name` is at `start` as whole words."""
    end = start + len(name)
    if not text.startswith(name, start):
        return False
    after = text[end : end + 1]
    return not (after.isalnum() or after == "_")


# ---------------------------------------------------------------- the board


@dataclass(frozen=True, slots=True)
class Lease:
    """One contract of a firm: megawatts of IT load and US dollars over its term."""

    firm: str
    mw: float
    usd: float
    entry_id: str | None = None  # None for the shipped table


@dataclass(frozen=True, slots=True)
class FirmRow:
    """One firm on the board."""

    firm: str
    name: str
    status: str
    status_date: str
    status_evidence: str
    status_url: str | None
    newer: tuple[Event, ...]  # events told since that evidence, which may have changed the status
    contracted_mw: float
    contracted_usd: float
    contracts: tuple[Lease, ...]
    balance: Sides  # of the last week
    balance_before: Sides  # of the week before it
    last_event: Event | None
    filings: tuple[Event, ...]
    entries: int
    usd_per_mw: float | None  # market value per contracted MW, where a quote is known


def board(
    firms: Sequence[Firm],
    told: Mapping[str, Sequence[TaggedEntry]],
    leases: Sequence[Lease],
    now: datetime,
    *,
    market_values: Mapping[str, float] | None = None,
) -> tuple[FirmRow, ...]:
    """One row for each firm, those most told of first.

    `told` has the entries that name each firm, oldest first; `leases` the known contracts; `market_values`
    (USD, by firm) gives the valuation for each contracted megawatt where a quote signal is configured.
    """
    rows = [_row(firm, told.get(firm.firm, ()), leases, now, (market_values or {}).get(firm.firm)) for firm in firms]
    return tuple(sorted(rows, key=lambda row: (-row.entries, row.name)))


def lease_of(tagged: TaggedEntry, index: Index) -> Lease | None:
    """The lease that an entry tells with value, megawatts and term, for the firm its title names; else None."""
    rent = figures.lease_rent(tagged.entry)
    named = index.find(tagged.entry.title) or index.find(tagged.entry.summary)
    if rent is None or not named:
        return None
    mw, usd = figures.lease_terms(rent)
    return Lease(named[0], mw, usd, tagged.entry.entry_id) if mw >= LEAST_LEASE[0] and usd >= LEAST_LEASE[1] else None


def _row(
    firm: Firm,
    entries: Sequence[TaggedEntry],
    leases: Sequence[Lease],
    now: datetime,
    market_value: float | None,
) -> FirmRow:
    events = timeline.events(entries, most=None)
    contracts = _distinct(lease for lease in leases if lease.firm == firm.firm)
    megawatts = sum(lease.mw for lease in contracts)
    return FirmRow(
        firm=firm.firm,
        name=firm.name,
        status=firm.status,
        status_date=firm.evidence_date,
        status_evidence=firm.evidence,
        status_url=firm.evidence_url,
        newer=tuple(
            e for e in events if e.at.strftime("%Y-%m-%d") > firm.evidence_date and e.kind in {"rebrand", "lease"}
        ),
        contracted_mw=megawatts,
        contracted_usd=sum(lease.usd for lease in contracts),
        contracts=contracts,
        balance=count_sides([t for t in entries if t.entry.first_seen_at > now - BALANCE_SPAN]),
        balance_before=count_sides(
            [t for t in entries if now - 2 * BALANCE_SPAN < t.entry.first_seen_at <= now - BALANCE_SPAN]
        ),
        last_event=events[-1] if events else None,
        filings=tuple(e for e in events if e.primary),
        entries=len(entries),
        usd_per_mw=market_value / megawatts if market_value and megawatts else None,
    )


def _distinct(leases: Iterable[Lease]) -> tuple[Lease, ...]:
    """Each contract once: the first of those whose megawatts are the same."""
    kept: list[Lease] = []
    for lease in leases:
        if not any(abs(lease.mw - other.mw) <= SAME_LOAD * other.mw for other in kept):
            kept.append(lease)
    return tuple(kept)
