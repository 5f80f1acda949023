"""One form per text: what a reader sees, not how it was encoded.

Zero-width, full-width, look-alike and direction characters are the cheap ways around a classifier
(they change every n-gram and nothing on the screen), so they are folded away before any feature is read.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 5_000  # characters read of a title, and of a summary

# Letters of other scripts that look like a Latin one, after NFKC and accents are gone. A word is folded only
# if all its foreign letters are look-alikes, so that real Russian or Greek stays what it is.
_LOOKALIKES = str.maketrans(
    {
        **dict(zip("авекмнорстухісјѕԁԛԝһғвьґӏ", "abekmhopctyxicjsdqwhfbbrl", strict=True)),
        **dict(zip("АВЕКМНОРСТУХІЈЅԚԜҺҒҮЗӀЬ", "ABEKMHOPCTYXIJSQWHFY3Ib", strict=True)),
        **dict(zip("αβγεικνορτυχωηζµμ", "abyeikvoptuxwnzuu", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
        **dict(zip("ıſɑɡɩʟɴʀᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "isagilnracdejkmoptuvwz", strict=True)),
        **dict(zip("օսհոցԱՕՍ", "ouhngUOU", strict=True)),
        **dict(zip("‘’‛′ʼ＇`´“”„‟″‐‑‒–—―−", "''''''''\"\"\"\"\"-------", strict=True)),
    }
)
_BLANKS = str.maketrans(dict.fromkeys("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0", ""))
_FOREIGN_WORD = re.compile(r"[^\W\d_]*[\u0250-\u02af\u0370-\u058f\u1d00-\u1d7f]\w*")
_NOT_LATIN = re.compile(r"[\u0370-\u058f]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text in NFKC without invisible characters, its accents kept, at most LIMIT characters; case kept."""
    text = text[:LIMIT]
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text).strip()
    text = unicodedata.normalize("NFKC", text).translate(_BLANKS)
    shown = [
        " " if category in {"Cc", "Zl", "Zp"} else char
        for char, category in ((char, unicodedata.category(char)) for char in text)
        if category not in {"Cf", "Cs", "Co", "Cn"} and not 0xFE00 <= ord(char) <= 0xFE0F and char != "\u034f"
    ]
    return _SPACES.sub(" ", "".join(shown)).strip()


def fold(text: str) -> str:
    """A cleaned text without accents and look-alikes: `Вitcоin` and `bïtcoin` both give their Latin word."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in parts if unicodedata.category(char) != "Mn")
    return _FOREIGN_WORD.sub(_fold_word, bare).translate(_PUNCTUATION)


def _fold_word(match: re.Match[str]) -> str:
    word = match.group()
    folded = word.translate(_LOOKALIKES)
    return word if _NOT_LATIN.search(folded) else folded


_PUNCTUATION = {key: value for key, value in _LOOKALIKES.items() if not chr(key).isalpha()}
