"""Bytes to text: byte order mark, valid UTF-8, the document's declaration, the header, in this order.

Valid UTF-8 wins over every label, because text in another encoding is almost never valid UTF-8 by chance
(WHATWG Encoding 4.3 gives the labels; RFC 9110 no longer has a default charset for text).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_declaration = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_charset = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# Labels that mean a superset (WHATWG), and the encodings of text that may be believed.
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
}
_BELIEVED = re.compile(r"utf-8|cp\d+|iso8859-\d+|koi8-[ru]|mac-\w+|gb18030|big5\w*|euc_\w+|iso2022_\w+|ptcp154|tis-620")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body, and what was lost on the way."""

    text: str
    warning: str | None = None


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Never fails: bytes that mean nothing become U+FFFD, and the warning tells how many."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _lossy(body[len(mark) :], encoding)
    unmarked = _utf16_without_mark(body)
    if unmarked:
        return _lossy(body, unmarked)
    declared = _label(_declaration.search(body[:1024]))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(body, declared, _header(content_type))
    if declared and declared.startswith("iso2022") and "\x1b" in text:
        return _lossy(body, declared)
    return Decoded(text)


def _legacy(body: bytes, declared: str | None, header: str | None) -> Decoded:
    for encoding in (declared, header):
        if encoding and encoding != "utf-8":
            return _lossy(body, encoding)
    return _lossy(body, "utf-8")


def _lossy(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, errors="replace")
    before = body.count("\ufffd".encode(encoding)) if encoding.startswith("utf") else 0
    lost = text.count("\ufffd") - before
    return Decoded(text, f"{lost} bytes are not valid {encoding} and were replaced" if lost > 0 else None)


def _utf16_without_mark(body: bytes) -> str | None:
    head = body[:4]
    if head[1:2] == head[3:4] == b"\0" and b"\0" not in (head[:1], head[2:3]):
        return "utf-16-le"
    if head[:1] == head[2:3] == b"\0" and b"\0" not in (head[1:2], head[3:4]):
        return "utf-16-be"
    return None


def _header(content_type: str) -> str | None:
    found = _charset.search(content_type[:1000])
    return _known(found[1]) if found else None


def _label(found: re.Match[bytes] | None) -> str | None:
    return _known(found[1].decode("ascii")) if found else None


def _known(label: str) -> str | None:
    """Python's name of an encoding of text; None for unknown ones and for UTF-7, which hides markup."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if _BELIEVED.fullmatch(name) else None
