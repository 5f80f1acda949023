"""Feed text is hostile: here it becomes plain, bounded and inert, once, after all decoding.

What passes `line` or `block` has no control character (C0, C1, DEL), no surrogate or non-character, no
character that changes direction, and no invisible one but the joiners that emoji and some scripts need.
Every function takes time linear in its input and is idempotent, `from_html` apart (a text that spells out
markup is markup when read again).

Sources: Unicode 16 DerivedCoreProperties (Default_Ignorable_Code_Point), Bidi_Control, UTS #39 (confusable
letters), WHATWG HTML (character references, block elements), RFC 3986 (addresses).
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

TITLE_LIMIT = 1_000
SUMMARY_LIMIT = 20_000
URL_LIMIT = 2_048
MARKS_A_LETTER = 4
HTML_LIMIT = 1_000_000  # characters of markup read; beyond it no summary has room for its text
_TREE_LIMIT = 200_000  # characters read by the tree, which takes 100 times their memory at worst
_SLACK = 20  # times the limit is read: room for white space and characters that go

# ------------------------------------------------------------------ plain text

_CONTROL = r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # the others are white space to str.split
_BROKEN = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(0x10000 * p + 0xFFFE)}-{chr(0x10000 * p + 0xFFFF)}" for p in range(17)
)
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_EMOJI = (
    "#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# Arabic, Syriac, Thaana, N'Ko, Indic, Tibetan, Myanmar, Khmer, Mongolian and their supplements: the scripts
# in which a joiner or non-joiner changes the word.
_JOINING = "\u0620-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af\u1a20-\u1cff\ua840-\ua87f\ua8e0-\ua8ff"
_PICTURE = _EMOJI.replace("#*0-9", "")
_KEPT = (
    f"(?<=[{_EMOJI}])\ufe0f"
    f"|(?:(?<=[{_PICTURE}])|(?<=[{_PICTURE}]\ufe0f))\u200d(?=[{_PICTURE}])"
    f"|(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
)

_unwanted = re.compile(f"[{_CONTROL}]")
_broken = re.compile(f"[{_BROKEN}]")
_hidden = re.compile(f"({_KEPT})|[{_INVISIBLE}]")
_marks = re.compile(rf"[^\w\s\x00-\x7f]{{{MARKS_A_LETTER + 1},}}")  # marks are no word characters
_suspect = re.compile(f"[{_CONTROL}{_BROKEN}{_INVISIBLE}]|{_marks.pattern}")
# Latin, Greek, Cyrillic, Japanese, Chinese and Korean letters and the usual punctuation: none is invisible, a mark or
# white space but the blank. Only a text with others is worth a closer look, which takes ten times as long.
_USUAL = (
    "\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u214f"
    "\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f"
)
_rare = re.compile(f"[^{_USUAL}]")
_blanks = re.compile("  +")  # twice as fast as " {2,}", which has no beginning to look for
_escaped = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_BROKEN}{_INVISIBLE}]")


def line(text: str, limit: int = TITLE_LIMIT) -> str:
    """One clean line of at most `limit` characters; a longer one is cut between letters and ends in …"""
    return _cut(_clean(text[: limit * _SLACK]), limit)


def block(text: str, limit: int = SUMMARY_LIMIT) -> str:
    """A clean summary of at most `limit` characters.

    One line too: a line feed is a control character, and no stored text holds one.
    """
    return _cut(_clean(text[: limit * _SLACK]), limit)


def visible(text: str, limit: int = 200) -> str:
    """Foreign text for an error line: whatever is not printable is shown as an escape (`\\x1b`), then cut."""
    shown = _escaped.sub(_escape, text[: limit + 1])
    return _cut(shown, limit)


def _clean(text: str) -> str:
    text = _blanks.sub(" ", text.replace("\n", " "))
    if not _rare.search(text):
        return text.strip()
    text = " ".join(text.split())
    if not _suspect.search(text):
        return text
    text = _broken.sub("\ufffd", _unwanted.sub("", text))
    text = _hidden.sub(r"\1", text)
    capped = _marks.sub(_cap_marks, text)
    if capped != text:
        text = _hidden.sub(r"\1", capped)  # a joiner may have lost the mark it stood on
    return " ".join(text.split())


def _cap_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for letter in found[0]:
        kind = unicodedata.category(letter)
        if kind[0] == "M":
            marks += 1
        elif kind != "Cf":  # a joiner does not begin a new letter
            marks = 0
        if kind[0] != "M" or marks <= MARKS_A_LETTER:
            kept.append(letter)
    return "".join(kept)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit - 1
    for _ in range(2 * MARKS_A_LETTER):  # a letter with its marks and joiners stays whole
        if end == 0 or not (_belongs_to_the_left(text[end]) or text[end - 1] == "\u200d"):
            break
        end -= 1
    return text[:end].rstrip() + "…"


def _belongs_to_the_left(letter: str) -> bool:
    return (
        letter in "\u200c\u200d"
        or letter >= "\u0300"
        and (unicodedata.category(letter)[0] == "M" or "\U0001f3fb" <= letter <= "\U0001f3ff")
    )


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


# ------------------------------------------------------------------ HTML to text

_BLOCKS = """
    address article aside blockquote br canvas caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr img legend li main menu nav noscript ol option
    p pre section select summary table tbody td tfoot th thead tr ul video
"""
BLOCK_ELEMENTS = frozenset(_BLOCKS.split())
_NO_TEXT = ["script", "style", "template", "iframe", "object", "noembed", "noframes", "title", "svg", "math"]
# What these hold is no text of the page, or is read by other rules than the rest.
_OPAQUE = frozenset([*_NO_TEXT, "textarea", "xmp", "plaintext"])
_GAP = {f"{slash}{name}": " " for name in BLOCK_ELEMENTS for slash in ("", "/")}
# No part of it crosses a <, and nothing is tried twice: linear, however many tags are left open.
_tag = re.compile(
    r"""<(/?[a-zA-Z][^\s<>/"']*+)[^<>"']*+(?>"[^"<>]*+"[^<>"']*+|'[^'<>]*+'[^<>"']*+)*+>""",
)
_other_tag = re.compile(r"<[a-zA-Z/!?]")
_reference = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")  # as html.unescape finds them
_LONGEST_REFERENCE = 40


def from_html(fragment: str) -> str:
    """The text of HTML or of plain text: tags and scripts gone, blocks apart, references resolved once.

    Not clean yet: pass it to `line` or `block`.
    """
    if len(fragment) > HTML_LIMIT:
        fragment = _cut_markup(fragment, HTML_LIMIT)
    if "<" in fragment:
        parts = _tag.split(fragment)  # text, tag, text, tag, ..., text
        names = [name.lower() for name in parts[1::2]]
        parts[1::2] = [_GAP.get(name, "") for name in names]
        bare = "".join(parts)
        if not _OPAQUE.isdisjoint(names) or _other_tag.search(bare):
            return _by_tree(fragment)
        fragment = bare
    return _reference.sub(_character, fragment) if "&" in fragment else fragment


def _character(found: re.Match[str]) -> str:
    # Python refuses to read a number of thousands of digits; no such reference means a character.
    return _known_character(found[0]) if len(found[0]) < _LONGEST_REFERENCE else "\ufffd"


@lru_cache(maxsize=1_000)
def _known_character(reference: str) -> str:
    return html.unescape(reference)


def _cut_markup(fragment: str, limit: int) -> str:
    """The beginning, without a tag that is cut in two."""
    fragment = fragment[:limit]
    last = fragment.rfind("<")
    return fragment[:last] if last > fragment.rfind(">") else fragment


def _by_tree(fragment: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # only for markup that a tag pattern cannot tell

    fragment = _cut_markup(fragment, _TREE_LIMIT) if len(fragment) > _TREE_LIMIT else fragment
    spaced = _tag.sub(lambda tag: _GAP.get(tag[1].lower(), "") + tag[0], fragment)
    tree = LexborHTMLParser(_broken.sub("\ufffd", spaced))
    tree.strip_tags(_NO_TEXT)
    return tree.root.text() if tree.root is not None else ""


# ------------------------------------------------------------------ keys for matching

_lookalike = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_word = re.compile(r"\w+")
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԚԜаеѕіјорсухһԁԛԝвкмнтгпΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχγ",
    "ABESIJKMHOPCTYXQWaesijopcyxhdqwbkmhtrnABEZHIKMNOPTYXaeikvoptuxy",
)


def match_key(text: str) -> str:
    """A key under which look-alike spellings are equal: NFKC, one alphabet a word, no case."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", re.sub(f"[{_INVISIBLE}]", "", text))
        if _lookalike.search(text):
            text = _word.sub(_one_alphabet, text)
    return " ".join(text.casefold().split())


def _one_alphabet(found: re.Match[str]) -> str:
    word = found[0]
    mixed = _lookalike.search(word) and re.search("[A-Za-z]", word)
    return word.translate(_LOOKALIKES) if mixed else word


# ------------------------------------------------------------------ addresses

_plain_url = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
    r"(?:[/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?"
)
_label = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_SAFE = "/?#[]@!$&'()*+,;=:%~-._"
_TRACKING = re.compile(
    r"(?:utm_\w*|mtm_\w*|pk_\w*|at_(?:medium|campaign|custom\d)|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid"
    r"|twclid|ttclid|igshid|mc_[ce]id|_hsenc|_hsmi|_ga|_gl|xtor|wt_mc|cmpid|ncid|s_cid|guccounter|guce_\w*"
    r"|echobox|ftag)(?:=.*)?",
    re.IGNORECASE | re.DOTALL,
)


def http_url(text: str) -> str | None:
    """A clean http(s) address of at most 2,048 ASCII characters, its host in lower-case punycode; else None.

    Refused: other schemes, user information, white space, control or direction characters, backslashes.
    """
    text = text.strip()
    if not 10 <= len(text) <= URL_LIMIT:
        return None
    if _plain_url.fullmatch(text) and len(text.split("/", 3)[2]) < 64:
        return text
    if any(c.isspace() for c in text) or "\\" in text or _escaped.search(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:  # UnicodeError of the host name too
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not host:
        return None
    rest = text.split("//", 1)[1][len(parts.netloc) :]
    url = f"{parts.scheme}://{host}{f':{port}' if port else ''}{quote(rest, safe=_SAFE)}"
    return url if len(url) <= URL_LIMIT else None


def _host(name: str) -> str | None:
    if ":" in name:
        from ipaddress import IPv6Address

        return f"[{IPv6Address(name).compressed}]"
    ascii_name = name.encode("idna").decode("ascii").lower() if len(name) <= 253 else ""
    good = all(_label.fullmatch(label) for label in ascii_name.removesuffix(".").split("."))
    return ascii_name if good else None


def without_tracking(url: str) -> str:
    """The same address without the parameters that only tell where a reader came from."""
    if "?" not in url and "#" not in url:
        return url
    url, hash_mark, fragment = url.partition("#")
    path, _, query = url.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not _TRACKING.fullmatch(part))
    if _TRACKING.fullmatch(fragment):
        hash_mark = fragment = ""
    return path + ("?" + kept if kept else "") + hash_mark + fragment
