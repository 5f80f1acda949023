"""A brief as text, Markdown, HTML and JSON. Feed text is escaped for each: it can carry no markup of its own."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from monitor.clock import to_text
from monitor.stories.brief import CAVEAT, SIDES, Brief, Empty, Extract

DATE = "%Y-%m-%d %H:%M"
HEADINGS = {"critic": "Critics", "defender": "Defenders", "neutral": "Neutral"}


def to_json(brief: Brief) -> str:
    """One strict JSON object (CLI.md, `brief`)."""
    return json.dumps(as_data(brief), ensure_ascii=False, allow_nan=False)


def as_data(brief: Brief) -> dict[str, Any]:
    return {
        "story_id": brief.story_id,
        "title": brief.title,
        "stance": brief.stance,
        "blind_spot": brief.blind_spot,
        "why_it_matters": _data(brief.why_it_matters, _extract),
        "key_points": _data(brief.key_points, _extract),
        "summary": _data(brief.summary, _extract),
        "plain_words": _data(brief.plain_words, lambda w: {"term": w.term, "text": f"{w.text} {w.picture}"}),
        "sides": _empty(brief.sides)
        if isinstance(brief.sides, Empty)
        else {
            name: {"n": side.n, "quote": side.quote, "entry_id": side.entry_id} for name, side in brief.sides.items()
        },
        "noise": brief.noise,
        "noise_parts": {
            name: {"value": part.value, "weight": part.weight, "why": part.why}
            for name, part in brief.noise_parts.items()
        },
        "forecast": _empty(brief.forecast)
        if isinstance(brief.forecast, Empty)
        else {"text": brief.forecast.text, "caveat": CAVEAT, **brief.forecast.data},
        "timeline": _data(
            brief.timeline,
            lambda e: {"date": to_text(e.at), "kind": e.kind, "text": e.text, "entry_id": e.entry_id or None},
        ),
        "moves": _data(brief.moves, str),
        "notes": _data(brief.notes, str),
    }


def _data(part: Any, one: Callable[[Any], Any]) -> Any:
    return _empty(part) if isinstance(part, Empty) else [one(item) for item in part]


def _empty(part: Empty) -> dict[str, str]:
    return {"empty": part.reason}


def _extract(extract: Extract) -> dict[str, str]:
    return {"text": extract.text, "entry_id": extract.entry_id}


# ---------------------------------------------------------------- the page, once for all forms

Block = tuple[str, str, str]  # what it is (title, heading, bullet, text, empty, quote), text, entry_id or ""


def page(brief: Brief) -> Iterator[Block]:
    """The parts of the page in reading order, as plain text with the entry each line comes from."""
    yield "title", brief.title, ""
    yield "text", f"{brief.story_id} · {brief.stance} · noise {brief.noise:.0f} of 100", ""
    if brief.blind_spot:
        yield "text", f"Blind spot: {brief.blind_spot}", ""
    yield from _extracts("Why it matters", brief.why_it_matters, "text")
    yield from _extracts("Key points", brief.key_points, "bullet")
    yield from _extracts("Summary", brief.summary, "text")
    yield from _listed("In plain words", brief.plain_words, lambda w: f"{w.term}: {w.text} {w.picture}")
    yield from _sides(brief)
    yield "heading", "Noise level", ""
    yield "text", f"{brief.noise:.0f} of 100", ""
    for name, part in brief.noise_parts.items():
        yield "bullet", f"{name} {part.value:.0%} (weight {part.weight:.0%}): {part.why}", ""
    yield "heading", "Forecast", ""
    if isinstance(brief.forecast, Empty):
        yield "empty", brief.forecast.reason, ""
    else:
        yield "text", brief.forecast.text, ""
        yield "text", CAVEAT, ""
    if not isinstance(brief.moves, Empty):
        yield from _listed("News and number", brief.moves, str)
    yield "heading", "Timeline", ""
    if isinstance(brief.timeline, Empty):
        yield "empty", brief.timeline.reason, ""
    else:
        for event in brief.timeline:
            yield "bullet", f"{event.at.strftime(DATE)} UTC, {event.kind}: {event.text}", event.entry_id
    yield from _listed("Notes", brief.notes, str)


def _extracts(heading: str, part: tuple[Extract, ...] | Empty, kind: str) -> Iterator[Block]:
    yield "heading", heading, ""
    if isinstance(part, Empty):
        yield "empty", part.reason, ""
        return
    for extract in part:
        yield kind, extract.text, extract.entry_id


def _listed(heading: str, part: Iterable[Any] | Empty, line: Callable[[Any], str]) -> Iterator[Block]:
    yield "heading", heading, ""
    if isinstance(part, Empty):
        yield "empty", part.reason, ""
        return
    for item in part:
        yield "bullet", line(item), ""


def _sides(brief: Brief) -> Iterator[Block]:
    yield "heading", "Sides", ""
    if isinstance(brief.sides, Empty):
        yield "empty", brief.sides.reason, ""
        return
    for name in SIDES:
        side = brief.sides[name]
        yield "text", f"{HEADINGS[name]} ({side.n})", ""
        if side.quote:
            yield "quote", side.quote, side.entry_id or ""
    if brief.counts.unsure:
        yield "text", f"Unsure ({brief.counts.unsure}), counted for no side", ""


# ---------------------------------------------------------------- text


def to_terminal(brief: Brief, *, width: int = 80, ascii_only: bool = False) -> str:
    """The page for a terminal `width` cells wide; `ascii_only` folds what the terminal cannot show."""
    lines: list[str] = []
    for kind, text, entry_id in page(brief):
        source = f" [{brief.feeds[entry_id]}]" if entry_id in brief.feeds else ""
        shown = text + source
        shown = _ascii(shown) if ascii_only else shown
        if kind == "heading":
            lines += ["", shown.upper()]
        elif kind == "title":
            lines += [*_wrap(shown, width), "=" * min(cells(shown), width)]
        else:
            first, later = {"bullet": ("- ", "  "), "quote": ("  > ", "    "), "empty": ("(", " ")}.get(kind, ("", ""))
            lines += _wrap(shown + (")" if kind == "empty" else ""), width, first, later)
    return "\n".join(lines) + "\n"


def _wrap(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    lines, line = [], first
    for word in text.split():
        space = "" if line in (first, later) else " "
        if space and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line, space = later, ""
        line += space + word
    return [*lines, line]


def cells(text: str) -> int:
    """Width on a terminal: wide letters take two cells, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


_FOLDED = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-", "€": "EUR"}
)


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join(char for char in folded if not unicodedata.combining(char)).encode("ascii", "replace").decode()


# ---------------------------------------------------------------- Markdown


def to_markdown(brief: Brief) -> str:
    """The page as Markdown in which every link is the entry's own."""
    lines: list[str] = []
    for kind, text, entry_id in page(brief):
        shown = markdown_text(text) + _markdown_source(brief, entry_id)
        form = {
            "title": "# {}\n",
            "heading": "\n## {}\n",
            "bullet": "- {}",
            "quote": "> {}\n",
            "empty": "*({})*\n",
        }
        lines.append(form.get(kind, "{}\n").format(shown))
    return "\n".join(lines) + "\n"


_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!$^=])")
_AT_START = re.compile(r"^(\d{1,9})([.)])|^([+-])")


def markdown_text(text: str) -> str:
    """`text` so that Markdown shows it as it is: no heading, list, link, image, HTML or bare address."""
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    escaped = _AT_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
    # Renderers make links of bare addresses: a comment inside stops them without being seen.
    return re.sub(r"(?i)(:(?=//)|www(?=\.)|(?<=[\w.+-])(?=@\w)|:(?=[\w.+-]+@))", r"\1<!-- -->", escaped)


def _markdown_source(brief: Brief, entry_id: str) -> str:
    if entry_id not in brief.feeds:
        return ""
    name, url = markdown_text(brief.feeds[entry_id]), brief.urls.get(entry_id)
    return f" ([{name}](<{_address(url)}>))" if url else f" ({name})"


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C").replace(" ", "%20")


# ---------------------------------------------------------------- HTML

STYLE = """body{font:16px/1.5 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h1{line-height:1.2}h2{font-size:1.1rem;margin:1.6rem 0 .4rem;border-bottom:1px solid #999}
p,li,blockquote{margin:.3rem 0}blockquote{margin-left:1rem;padding-left:.8rem;border-left:3px solid #999}
.source{font-size:.85em;color:#444}.empty{font-style:italic;color:#444}
@media print{body{margin:0;max-width:none;font-size:11pt}h2{break-after:avoid}li,blockquote{break-inside:avoid}
a::after{content:" <" attr(href) ">";font-size:.8em;word-break:break-all}}"""


def to_html(brief: Brief) -> str:
    """The page as one HTML file: no script, nothing loaded, prints well."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(brief.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(_html_lines(brief))
        + "\n</body>\n</html>\n"
    )


_HTML = {
    "title": "<h1>{}</h1>",
    "heading": "<h2>{}</h2>",
    "bullet": "<li>{}</li>",
    "quote": "<blockquote>{}</blockquote>",
    "empty": '<p class="empty">{}</p>',
}


def _html_lines(brief: Brief) -> Iterator[str]:
    in_list = False
    for kind, text, entry_id in page(brief):
        if in_list != (kind == "bullet"):
            yield "</ul>" if in_list else "<ul>"
            in_list = not in_list
        yield _HTML.get(kind, "<p>{}</p>").format(html.escape(text) + _html_source(brief, entry_id))
    if in_list:
        yield "</ul>"


def _html_source(brief: Brief, entry_id: str) -> str:
    if entry_id not in brief.feeds:
        return ""
    name, url = html.escape(brief.feeds[entry_id]), brief.urls.get(entry_id)
    if url and url.startswith(("http://", "https://")):
        name = f'<a href="{html.escape(url)}" rel="noopener noreferrer nofollow">{name}</a>'
    return f' <span class="source">({name})</span>'


FORMATS: Mapping[str, Callable[[Brief], str]] = {
    "text": to_terminal,
    "md": to_markdown,
    "html": to_html,
    "json": to_json,
}
