"""SEC EDGAR: filings of one company (`browse-edgar?action=getcompany&…&output=atom`) or of all (`getcurrent`).

EDGAR answers 403 without a user agent that names a contact; that is `[network] user_agent` or the feed's headers.
Items of Form 8-K by their numbers: SEC, Form 8-K, General Instructions.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from monitor.errors import ParseError
from monitor.model import ParsedEntry, ParsedFeed
from monitor.sources import auto, damaged, xmlfeed
from monitor.sources.decoding import decode
from monitor.sources.feed import Feed
from monitor.text import line

_ITEMS_8K = {
    "1.01": "entry into a material definitive agreement",
    "1.02": "termination of a material definitive agreement",
    "1.03": "bankruptcy or receivership",
    "1.05": "material cybersecurity incident",
    "2.01": "completion of acquisition or disposition of assets",
    "2.02": "results of operations and financial condition",
    "2.03": "creation of a direct financial obligation",
    "2.04": "triggering events that accelerate a financial obligation",
    "2.05": "costs of exit or disposal",
    "2.06": "material impairments",
    "3.01": "notice of delisting",
    "3.02": "unregistered sales of equity securities",
    "3.03": "material modification to rights of security holders",
    "4.01": "change of accountant",
    "4.02": "non-reliance on previous financial statements",
    "5.01": "change in control",
    "5.02": "departure or election of directors or officers",
    "5.03": "amendments to articles or bylaws",
    "5.07": "vote of security holders",
    "7.01": "Regulation FD disclosure",
    "8.01": "other events",
    "9.01": "financial statements and exhibits",
}
_item_number = re.compile(r"\b\d\.\d\d\b")


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The filings; title and summary are made of form, company and items."""
    if b"Undeclared Automated Tool" in body or b"Request Rate Threshold Exceeded" in body:
        raise ParseError(
            "SEC refuses the request: set a user agent with a name and a mail address, 10 requests/s at most"
        )
    found = auto.parse(body, feed, content_type=content_type, url=url)
    details = _details(body, content_type)
    company = line(details.pop("", {}).get("conformed-name", ""), 120)
    entries = tuple(_filing(entry, details.get(entry.guid, {}), company) for entry in found.entries)
    return replace(found, kind="edgar", entries=entries)


def _filing(entry: ParsedEntry, detail: dict[str, str], company: str) -> ParsedEntry:
    if not detail.get("filing-type"):
        return entry  # the feed of all companies says everything in its titles
    form = detail["filing-type"]
    if detail.get("form-name"):
        form += f" ({detail['form-name'].strip().removeprefix('[').removesuffix(']')})"
    numbers = _item_number.findall(detail.get("items-desc", ""))
    told = "; ".join(f"item {number} {_ITEMS_8K.get(number, '')}".strip() for number in numbers)
    who = f"{company}: " if company else ""
    summary = f"{who}{form} filed {detail.get('filing-date', '')}. {told}".strip()
    return replace(entry, title=line(f"{who}{form}{': ' + told if told else ''}", 300), summary=line(summary, 2_000))


def _details(body: bytes, content_type: str) -> dict[str, dict[str, str]]:
    """What each filing's content says, by the entry's id; the company's own under ""."""
    text = damaged.from_root(damaged.without_doctype(decode(body, content_type).text))
    try:
        root = xmlfeed.tree(text)
    except etree.XMLSyntaxError:
        return {}
    found = {"": _texts(next(root.iterchildren("{*}company-info"), None))}
    for entry in root.iterchildren("{*}entry"):
        guid = (entry.findtext("{*}id") or "").strip()
        found[guid] = _texts(next(entry.iterchildren("{*}content"), None))
    return found


def _texts(element: etree._Element | None) -> dict[str, str]:
    if element is None:
        return {}
    return {etree.QName(child).localname: child.text or "" for child in element if isinstance(child.tag, str)}
