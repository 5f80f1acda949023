"""Documents for whole polls: what a hostile, careless or unlucky feed serves, and what must come of it.

A `Served` is one feed of the poll: its documents, one a poll (the last one again and again), and how many
new entries each poll must find (None: an error). Those of support/feed_documents.py are among them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count

from support.feed_documents import hostile, item, json_feed, rss
from support.hostile_http import KEEP, Asked, Case, answer

MARKER = "marker-of-a-local-file"
LARGE = {"20,000 entries", "5,000 entries", "5,000 mismatched tags", "over 2 MB"}  # thousands of entries
TOLD_BY_POLLS = {"blank": "empty answer", "page with a feed": "/f.xml"}  # where the parser alone says it otherwise
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{}</feed>'
BITTEN = "\ufffd"


@dataclass(frozen=True)
class Served:
    """See the module's text. `told` is in the first poll's error or warning."""

    name: str
    bodies: tuple[bytes, ...]
    new: tuple[int | None, ...]
    told: str = ""
    kind: str = "application/rss+xml"  # the Content-Type
    titles: tuple[str, ...] | None = None  # of all entries after both polls, in any order
    holds: tuple[str, ...] = ()  # texts that some title, summary or author holds
    lacks: tuple[str, ...] = ()  # texts that none does
    urls: tuple[str | None, ...] | None = None  # of all entries, in any order
    estimated: int | None = None  # entries whose date is the time they were first seen
    updated: int = 0  # at the second poll

    def case(self) -> Case:
        """The documents in turn, one for each request."""
        served = count()

        async def play(_: Asked) -> AsyncIterator[bytes]:
            body = self.bodies[min(next(served), len(self.bodies) - 1)]
            yield answer(body, headers=(f"Content-Type: {self.kind}",) if self.kind else ())
            yield KEEP

        return play


def documents(canary: str, marker: str) -> list[Served]:
    """All of them. `canary`: an address that nobody may ask; `marker`: a file that nobody may open."""
    inherited = [
        Served(one.name, (one.body,), (one.entries, 0 if one.entries is not None else None), told, lacks=("root:",))
        for one in hostile()
        for told in [TOLD_BY_POLLS.get(one.name, one.told)]
    ]
    groups = (
        inherited, _outside(canary, marker), _bulk(), _encodings(), _identities(), _dates(), _json(), _text(), _links(),
    )  # fmt: skip
    return [one for group in groups for one in group]


def _one(name: str, body: str | bytes, new: int | None, told: str = "", **more: object) -> Served:
    """A document that does not change."""
    encoded = body.encode() if isinstance(body, str) else body
    return Served(name, (encoded,), (new, 0 if new is not None else None), told, **more)  # type: ignore[arg-type]


def _entry(n: int, **fields: str) -> str:
    """An RSS item of these elements only; the texts as they stand."""
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in fields.items()) + "</item>"


GOOD = [item(n) for n in range(10)]

# ---------------------------------------------------------------- XML that reaches outside, or grows


def _outside(canary: str, marker: str) -> Iterator[Served]:
    laughs = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(97 + n)} "{f"&{chr(96 + n)};" * 10}">' for n in range(1, 12))
    quadratic = f'<!ENTITY q "{"x" * 50_000}">'
    bombs = {"laughs in one line": (laughs, "&l;"), "quadratic blow-up": (quadratic, "&q;" * 20_000)}
    for name, (entities, use) in bombs.items():
        body = rss(item(0, use), *GOOD[1:], before=f"<!DOCTYPE rss [{entities}]>")
        yield _one(name, body, 10, "kept 10 of 10", lacks=("hahaha", "xxxx"))
    outer = {
        "file": f'<!ENTITY x SYSTEM "file://{marker}">',
        "public file": f'<!ENTITY x PUBLIC "-//x" "file://{marker}">',
        "address": f'<!ENTITY x SYSTEM "{canary}/entity">',
        "expect": '<!ENTITY x SYSTEM "expect://id">',
        "php": f'<!ENTITY x SYSTEM "php://filter/convert.base64-encode/resource={marker}">',
        "parameter": f'<!ENTITY % p SYSTEM "{canary}/parameter"> %p;',
        "parameter file": f'<!ENTITY % p SYSTEM "file://{marker}"> %p; <!ENTITY x "%p;">',
    }
    for name, entity in outer.items():
        body = rss(item(0, "&x;"), *GOOD[1:], before=f"<!DOCTYPE rss [{entity}]>")
        yield _one(f"outside: {name}", body, 10, lacks=(MARKER,))
    yield _one("outside: DTD", rss(*GOOD, before=f'<!DOCTYPE rss SYSTEM "{canary}/x.dtd">'), 10)
    yield _one("outside: stylesheet", rss(*GOOD, before=f'<?xml-stylesheet type="text/xsl" href="{canary}/x"?>'), 10)
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{marker}" parse="text"/>'
    yield _one("outside: XInclude", rss(item(0, include), *GOOD[1:]), 10, lacks=(MARKER,))
    remote = f'&lt;img src="{canary}/i.png"&gt;&lt;iframe src="{canary}/f"&gt;&lt;/iframe&gt;&lt;object data="{canary}/o"&gt;'
    yield _one("outside: images", rss(item(0, remote), *GOOD[1:]), 10)
    enclosure = f'<item><title>E</title><enclosure url="{canary}/$(id).mp3" type="audio/mpeg" length="1"/></item>'
    yield _one("outside: enclosure", rss(enclosure, *GOOD), 11)
    for path in (marker, "/dev/zero", f"file://{marker}", f"{canary}/path", "../../etc/passwd", "-", "|id"):
        yield _one(f"a path: {path}", path, None, "not a feed", lacks=(MARKER,))


def _bulk() -> Iterator[Served]:
    nested = "&lt;div&gt;" * 100_000 + "deep" + "&lt;/div&gt;" * 100_000
    yield _one("deep HTML, closed", rss(item(0, nested), *GOOD[1:]), 10)
    yield _one("1 MB title", rss(_entry(0, title="t" * 1_000_000, guid="g"), *GOOD), 11, holds=("t" * 900,))
    yield _one("9 MB summary", rss(_entry(0, title="s", description="word " * 1_800_000), *GOOD), 11)
    yield _one("long word", rss(item(0, "w" * 10_000), *GOOD[1:]), 10, holds=("w" * 10_000,))
    yield _one("1 MB author", rss(_entry(0, title="a", author="a@" * 500_000), *GOOD), 11)
    yield _one("1 MB guid", rss(_entry(0, title="a", guid="g" * 1_000_000), *GOOD), 11)
    yield _one("1 MB date", rss(_entry(0, title="a", pubDate="(" * 1_000_000), *GOOD), 11)
    yield _one("1 MB link", rss(_entry(0, title="a", link="http://e.org/" + "a" * 1_000_000), *GOOD), 11)
    yield _one(
        "500 categories", rss(item(0, ""), "<item><title>c</title>" + "<category>x</category>" * 500 + "</item>"), 2
    )
    cut = rss(*(item(n) for n in range(500)))
    yield _one("cut in the middle of a letter", (cut[:-200] + "\u20ac").encode()[:-1], 498, "kept 498 of 499")
    yield _one("two documents", rss(*GOOD) + rss(*(item(n) for n in range(20, 25))), 15)
    yield _one("empty channel", rss(), 0)
    yield _one("only white space in items", rss(*("<item> \n </item>",) * 3), 0)


# ---------------------------------------------------------------- encodings

EURO = "Zürich: 5 € – “Ok”"


def _encodings() -> Iterator[Served]:
    def feed(label: str | None, title: str = EURO) -> str:
        declared = f'<?xml version="1.0" encoding="{label}"?>' if label else '<?xml version="1.0"?>'
        return (
            f"{declared}<rss version='2.0'><channel><title>E</title><item><title>{title}</title></item></channel></rss>"
        )

    def one(name: str, body: bytes, title: str = EURO, kind: str = "text/xml") -> Served:
        return _one(f"encoding: {name}", body, 1, titles=(title,), kind=kind)

    yield one("utf-8 with mark", b"\xef\xbb\xbf" + feed("utf-8").encode())
    for codec, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        yield one(f"{codec} with mark", mark + feed("utf-16").encode(codec))
        yield one(f"{codec} without mark", feed("utf-16").encode(codec))
        yield one(f"{codec} said to be utf-8", mark + feed("utf-8").encode(codec), kind="text/xml; charset=utf-8")
    for codec, mark in (("utf-32-le", b"\xff\xfe\0\0"), ("utf-32-be", b"\0\0\xfe\xff")):
        yield one(f"{codec} with mark", mark + feed("utf-32").encode(codec))
    yield one("windows-1252", feed("windows-1252").encode("cp1252"))
    yield one("windows-1252 said to be iso-8859-1", feed("iso-8859-1").encode("cp1252"))
    yield one("windows-1252 in the header only", feed(None).encode("cp1252"), kind="text/xml; charset=windows-1252")
    russian = "Биткойн и ИИ"
    yield one("windows-1251", feed("windows-1251", russian).encode("cp1251"), russian)
    yield one(
        "windows-1251 in the header", feed(None, russian).encode("cp1251"), russian, "text/xml; charset=windows-1251"
    )
    yield one("koi8-r", feed("koi8-r", russian).encode("koi8-r"), russian)
    yield one("gb2312", feed("gb2312", "比特币矿工").encode("gb18030"), "比特币矿工")
    yield one("shift_jis", feed("shift_jis", "採掘ビット").encode("cp932"), "採掘ビット")
    yield one("euc-kr", feed("euc-kr", "비트코인").encode("euc-kr"), "비트코인")
    yield one("big5", feed("big5", "比特幣").encode("big5"), "比特幣")
    yield one("header against document", feed("utf-8").encode(), kind="text/xml; charset=iso-8859-1")
    yield one("text/xml without charset", feed(None).encode(), kind="text/xml")
    yield one("label of nothing", feed("x-no-such-thing").encode())
    yield one("label of a codec that is none", feed("rot13").encode())
    yield one("label of a codec of bytes", feed("zip").encode())
    yield one("header of nothing", feed("utf-8").encode(), kind='text/xml; charset="; DROP"')
    for name, label, body in (
        ("windows-1251 said to be utf-8", "utf-8", russian.encode("cp1251")),
        ("koi8-r without label", None, russian.encode("koi8-r")),
    ):
        wrapped = feed(label, "@").encode().replace(b"@", body)
        yield _one(f"encoding: {name}", wrapped, 1, "not valid utf-8", holds=(BITTEN,))
    utf7 = "+ADw-script+AD4-evil+ADw-/script+AD4-"
    yield one("utf-7", feed("utf-7", utf7).encode(), utf7)
    yield _one(
        "encoding: overlong", feed("utf-8", "a@b").encode().replace(b"@", b"\xc0\xbc\xe0\x80\xbc"), 1,
        "not valid utf-8", holds=(BITTEN,), lacks=("<",),
    )  # fmt: skip
    bad = rss(*GOOD).encode().replace(b"About 3", b"About \xff3")
    yield _one("encoding: one bad byte", bad, 10, "1 bytes are not valid utf-8", holds=(f"About {BITTEN}3", "About 4"))
    surrogates = rss(*GOOD).encode().replace(b"About 3", b"About \xed\xa0\x80\xed\xb0\x80")
    yield _one("encoding: surrogates in utf-8", surrogates, 10, "not valid utf-8")
    yield _one("encoding: NUL bytes", rss(*GOOD).encode().replace(b"About", b"Ab\0out"), 10)


# ---------------------------------------------------------------- identity over polls


def _feed(*fields: dict[str, str]) -> bytes:
    return rss(*(_entry(n, **one) for n, one in enumerate(fields))).encode()


def _identities() -> Iterator[Served]:
    numbers = range(10)
    plain = [{"title": f"Story {n}", "link": f"http://e.org/{n}", "guid": f"g{n}"} for n in numbers]
    yield _one("every entry twice", _feed(*plain, *plain), 10)
    yield _one("one GUID, ten links", _feed(*({**one, "guid": "same"} for one in plain)), 10, "reuses ids")
    same = [{"title": f"Story {n}", "guid": "same", "description": f"About {n}"} for n in numbers]
    yield _one("one GUID, no links", _feed(*same), 10, "reuses ids")
    yield _one("no GUID", _feed(*({k: one[k] for k in ("title", "link")} for one in plain)), 10)
    yield _one("neither GUID nor link", _feed(*({"title": one["title"]} for one in plain)), 10)
    yield _one("only descriptions", _feed(*({"description": f"Words of {n}"} for n in numbers)), 10)
    yield _one("only links", _feed(*({"link": one["link"]} for one in plain)), 10)
    yield _one("empty GUIDs", _feed(*({**one, "guid": " "} for one in plain)), 10)
    yield _one("one title, ten GUIDs, no links", _feed(*(
        {"title": "Update", "guid": f"g{n}", "description": f"Text {n}"} for n in numbers
    )), 10)  # fmt: skip
    yield _one("no titles, ten GUIDs, no links", _feed(*(
        {"title": " ", "guid": f"g{n}", "description": f"Text {n}"} for n in numbers
    )), 10)  # fmt: skip
    yield _one("one title, ten links", _feed(*({**one, "title": "Update"} for one in plain)), 10)
    rename = _feed(*({**one, "guid": f"other-{one['guid']}"} for one in plain))
    yield Served("GUIDs change", (_feed(*plain), rename), (10, 0))
    no_link = [{k: one[k] for k in ("title", "guid")} for one in plain]
    renamed = _feed(*({**one, "guid": f"other-{one['guid']}"} for one in no_link))
    yield Served("GUIDs change, no links", (_feed(*no_link), renamed), (10, 0))
    tracked = [
        _feed(*({**one, "link": f"{one['link']}?utm_source=rss&amp;utm_id={poll}", "guid": f"{poll}-{n}"} for n, one in enumerate(plain)))
        for poll in range(2)
    ]  # fmt: skip
    yield Served("tracking changes", (tracked[0], tracked[1]), (10, 0))
    edited = _feed({**plain[0], "title": "Story 0, corrected"}, *plain[1:])
    yield Served("edited headline", (_feed(*plain), edited), (10, 0), updated=1, holds=("Story 0, corrected",))
    bare = {"guid": "g", "title": "Miner Halden signs a lease with a cloud"}
    corrected = {**bare, "title": "Miner Halden signs a big lease with a cloud"}
    yield Served("edited headline, no link", (_feed(bare), _feed(corrected)), (1, 0), updated=1)
    other = {"guid": "g0", "link": "http://e.org/else", "title": "Bitcoin falls to a new low"}
    yield Served("another story under an old GUID", (_feed(*plain), _feed(other, *plain[1:])), (10, 1))
    unlinked = {"guid": "g", "title": "Bitcoin falls below all records"}
    yield Served("another story under an old GUID, no link", (_feed(bare), _feed(unlinked)), (1, 1))
    yield Served("edited text", (_feed({**plain[0], "description": "a"}), _feed({**plain[0], "description": "b"})), (1, 0), updated=1)  # fmt: skip
    yield _one("same GUIDs as its neighbour", _feed(*plain), 10)
    yield _one("long GUIDs", _feed(*({**one, "guid": "g" * 100_000 + one["guid"]} for one in plain)), 10)
    yield _one(
        "GUIDs of SQL", _feed(*({**one, "guid": f"'); DROP TABLE entries; -- {one['guid']}"} for one in plain)), 10
    )
    forms = ["caf\u00e9", "cafe\u0301", "CAF\u00c9", "\uff43afe", "cafe"]
    yield _one("GUIDs alike when normalised", _feed(*(
        {"title": f"T {n}", "guid": form, "link": f"http://e.org/{n}"} for n, form in enumerate(forms)
    )), 5)  # fmt: skip
    yield Served("empties", (_feed(*plain), rss().encode(), _feed(*plain)), (10, 0))
    rotated = _feed(*({"title": f"New {n}", "link": f"http://e.org/n{n}", "guid": f"n{n}"} for n in numbers))
    yield Served("rotates", (_feed(*plain), rotated), (10, 10))
    yield _one("empty entries among good ones", rss(*GOOD, "<item/>", "<item><author>a</author></item>"), 10)


# ---------------------------------------------------------------- dates

WILD = (
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1000000000000000", "30 Feb 2026 10:00:00 GMT",
    "2026-02-30T00:00:00Z", "Fri, 26 Jun 2026 10:00:75 GMT", "Fri, 26 Jun 2026 25:61:00 GMT",
    "Freitag, 26. Juni 2026", "٢٠٢٦-٠٦-٢٦T١٠:٠٠:٠٠Z", "((((", "yesterday", "Fri, 26 Jun 1926 10:00:00 GMT",
    "1969-12-31T23:59:59Z", "-1", "99999999999999999999", "2026-06-26T10:00:00+99:99", "Thu, 01 Jan 1970 00:00:00 GMT",
    "2099-01-01T00:00:00Z", "Fri, 32 Jun 2026 10:00:00 GMT", "\u202e2026", "NaN", "1e400", "2026-13-01", "T",
)  # fmt: skip
SOUND_DATES = (
    "Fri, 26 Jun 2026 10:00:60 GMT", "1782468000000", "1782468000", "2026-06-26", "26 Jun 2026", "2026-06-26T10:00:00",
    "Fri, 26 Jun 2026 10:00:00 +0530", "20260626T100000Z", "June 26, 2026 10:00 AM",
)  # fmt: skip


def _dated(dates: tuple[str, ...]) -> bytes:
    return rss(
        *(f"<item><title>D {n}</title><guid>d{n}</guid><pubDate>{d}</pubDate></item>" for n, d in enumerate(dates))
    ).encode()


def _dates() -> Iterator[Served]:
    yield _one("wild dates", _dated(WILD), len(WILD), estimated=len(WILD))
    yield _one("dates in many forms", _dated(SOUND_DATES), len(SOUND_DATES), estimated=0)
    yield _one("no dates", _feed(*({"title": f"N {n}"} for n in range(10))), 10, estimated=10)
    yield _one("all dates in 2099", _dated(("Fri, 26 Jun 2099 10:00:00 GMT",) * 10), 10, estimated=10)
    moved = tuple(_dated((f"Fri, 26 Jun 2026 10:00:0{poll} GMT",) * 10) for poll in range(2))
    yield Served("now at every poll", moved, (10, 0), estimated=0)
    atom = ATOM.format("".join(
        f"<entry><title>D {n}</title><id>d{n}</id><updated>{d}</updated></entry>" for n, d in enumerate(WILD)
    ))  # fmt: skip
    yield _one("wild dates in Atom", atom, len(WILD), estimated=len(WILD), kind="application/atom+xml")


# ---------------------------------------------------------------- JSON Feed


def _json() -> Iterator[Served]:
    def one(name: str, body: str | bytes, new: int | None, told: str = "", **more: object) -> Served:
        return _one(f"JSON: {name}", body, new, told, **{"kind": "application/feed+json", **more})

    good = [{"id": str(n), "url": f"http://e.org/{n}", "title": f"J {n}", "content_text": "t"} for n in range(10)]
    feed = json_feed(*good)
    yield one("sound", feed, 10)
    yield one("mark", b"\xef\xbb\xbf" + feed.encode(), 10)
    yield one("utf-16", b"\xff\xfe" + feed.encode("utf-16-le"), 10)
    yield one("labelled as RSS", feed, 10, kind="application/rss+xml")
    yield one("cut", feed[:-40], None, "invalid JSON at line 1 column")
    yield one("odd items", feed.replace("[{", '{"a": [{').replace("}]", "}]}"), None, "items is an object")
    yield one("string at the top", '"feed"', None, "not a feed")
    yield one("no version", json.dumps({"title": "x", "items": good}), None, "not a feed")
    wrong = [7, None, "x", [], {"id": 1, "title": []}, {"id": {}, "title": "a"}, {"title": True}]
    yield one("wrong types among good items", json_feed(*good, *wrong), 10, "item 10: a number, not an object")
    yield one("ids over 2^64", json_feed(*({"id": 2**70 + n, "title": f"big {n}"} for n in range(10))), 10)
    lone = '{"version":"https://jsonfeed.org/version/1.1","items":[' + ",".join(
        f'{{"id":"\\ud800{n}","url":"http://e.org/{n}","title":"a\\udfff{n}","content_text":"\\ud83d\\ude00 \\udc00"}}' for n in range(10)
    ) + "]}"  # fmt: skip
    yield one("lone surrogates", lone, 10, holds=("\U0001f600", BITTEN))
    yield one("NUL", json_feed({"id": "a\0b", "title": "x\0y", "content_text": "\0"}), 1, titles=("xy",))
    yield one("Infinity", feed.replace('"t"', "Infinity", 1), None, "Infinity is no number")
    yield one("nested objects", '{"a":' * 100_000, None, "nested too deeply")
    yield one("deep in an item", json_feed(*good).replace('"t"', "[" * 900 + "]" * 900, 1), 9, "item 0")
    yield one("next address for ever", json.dumps({**json.loads(feed), "next_url": "http://127.0.0.1/next"}), 10)
    yield one("one huge number", feed.replace('"t"', "1" + "0" * 400_000, 1), None, "digits")
    yield one("comment", feed.replace("{", "/* x */{", 1), None, "not a feed")


# ---------------------------------------------------------------- text

CONTROLS = "".join(chr(n) for n in (*range(0x20), *range(0x7F, 0xA0)))
# HTML reads the references to 0x80-0x9F as windows-1252: &#x9b; is ›.
JSON_TITLES = {  # what a JSON Feed can say that XML cannot: name → (title, clean)
    "SGR": ("a\x1b[31mred\x1b[0m", "a[31mred[0m"),
    "clear screen": ("\x1b[2J\x1b[Hx", "[2J[Hx"),
    "open OSC": ("\x1b]0;title", "]0;title"),
    "OSC 52": ("\x1b]52;c;aGk=\x07x", "]52;c;aGk=x"),
    "OSC 8": ("\x1b]8;;file:///etc/passwd\x1b\\x\x1b]8;;\x1b\\", "]8;;file:///etc/passwd\\x]8;;\\"),
    "DCS": ("\x1bP+q\x1b\\x", "P+q\\x"),
    "C1": ("a\x9b31mb\x9d0;t\x9c", "a31mb0;t"),
    "escape in an escape": ("\x1b\x1b[[31m", "[[31m"),
    "every control": (f"a{CONTROLS}b", "a b"),
    "bells": ("\x07" * 500 + "x", "x"),
    "overwrite": ("good\b\b\b\bevil\rx", "goodevil x"),
    "lines": ("a\nb\tc\u2028d\u2029e\x85f\x0bg\x0ch", "a b c d e f g h"),
    "override": ("a\u202eb\u2066c\u2069\u200f", "abc"),
    "Hebrew": ("כורי ביטקוין", "כורי ביטקוין"),
    "Arabic": ("تعدين البيتكوين", "تعدين البيتكوين"),
    "Persian joiner": ("می\u200cخواهم", "می\u200cخواهم"),
    "invisible": ("pi\u200bv\u00ado\u2060t\U000e0041 \ufe0fx", "pivot x"),
    "joined emoji": ("\U0001f469\u200d\U0001f680 \u2764\ufe0f", "\U0001f469\u200d\U0001f680 \u2764\ufe0f"),
    "Zalgo": ("Z" + "\u0301" * 50 + "a", "Z\u0301\u0301\u0301\u0301a"),
    "full width": ("ＡＢＣ", "ＡＢＣ"),
    "brackets": ("[TODO] [b]x[/b] [/] [link=x] :warning: 10:30:45", "[TODO] [b]x[/b] [/] [link=x] :warning: 10:30:45"),
    "SQL": ("'; DROP TABLE entries; -- 100%_ \"x\" {0} %s ${x} {{x}}", "'; DROP TABLE entries; -- 100%_ \"x\" {0} %s ${x} {{x}}"),
    "path": ("../../etc/passwd CON", "../../etc/passwd CON"),
    "markup": ("<b>Bold</b> &amp; <script>x()</script>", "Bold &"),
    "twice escaped": ("&lt;b&gt;x&lt;/b&gt;", "<b>x</b>"),
    "escape by reference": ("a&#27;[31m&#x9b;b", "a[31m›b"),
    "non-characters": ("a\ufffeb\U0001ffffc", "a\ufffdb\ufffdc"),
    "wide": ("矿" * 400, "矿" * 400),
}  # fmt: skip
XML_TITLES = {
    "escape by reference": ("a&amp;#27;[31mb&amp;#x9b;31m", "a[31mb›31m"),
    "escape twice by reference": ("a&amp;amp;#27;[31mb", "a&#27;[31mb"),
    "C1 in the document": ("a\x9b31mb", "a31mb"),
    "C1 by reference": ("a&#155;31mb&#x9d;", "a31mb"),
    "markup": ("&lt;b&gt;Bold&lt;/b&gt; &amp;amp; more", "Bold & more"),
    "CDATA": ("<![CDATA[<i>a</i> &amp; b]]>", "a & b"),
    "markup as elements": ("<b xmlns='http://www.w3.org/1999/xhtml'>a</b> b", "a b"),
    "lines": ("a\n  b\tc&#13;d&#x2028;e", "a b c d e"),
    "override": ("a\u202eb&#x202e;c&amp;#x202e;", "abc"),
    "caf\u00e9": ("caf&eacute; &nbsp;x", "café x"),
    "comparison": ("5 &lt; 6 &amp; 7 &gt; 6", "5 < 6 & 7 > 6"),
}


def _text() -> Iterator[Served]:
    for name, (title, clean) in JSON_TITLES.items():
        body = json_feed({"id": "1", "title": title, "content_text": title, "author": {"name": title}})
        yield _one(f"text: {name}", body, 1, titles=(clean,), kind="application/feed+json")
    for name, (title, clean) in XML_TITLES.items():
        body = rss(f"<item><title>{title}</title><description>{title}</description><author>{title}</author></item>")
        yield _one(f"XML text: {name}", body, 1, titles=(clean,))
    blank = [
        _entry(n, title=t, description=f"Words {n}", guid=f"b{n}")
        for n, t in enumerate(("", " \n ", "&#160;", "&lt;b&gt;&lt;/b&gt;"))
    ]
    yield _one("blank titles", rss(*blank), 4, titles=("",) * 4)
    raw = rss(*GOOD).encode().replace(b"About 3", b"\x1b]0;x\x07 \x00 \x08 \x9b")
    yield _one("controls in the document", raw, 10)


HOSTS = {
    "javascript:alert(1)": None, "data:text/html,x": None, "file:///etc/passwd": None, "vscode://x": None,
    "ssh://h": None, "-dash": "DIR/-dash", "%61ction": "DIR/%61ction", "https://e.org/$(id);`x`": "https://e.org/$(id);%60x%60",
    "https://e.org/a b": None, "https://user:pw@e.org/": None, "https://e.org\\@evil.org/": None,
    "https://e.org/\u202ex": None, "//e.org/x": "http://e.org/x", "/abs": "HOST/abs", "https://e.org/" + "a" * 10_000: None,
    "https://\u0430pple.com/": "https://xn--pple-43d.com/", "HTTPS://E.org/": "https://e.org/", "https://e.org:99999/": None,
    "http://": None, "https://[::1]/": "https://[::1]/", "https://e.org/\x9b31m": None, "JaVaScRiPt:x": None, "": None,
}  # fmt: skip


def _links() -> Iterator[Served]:
    fields = [{"title": f"L {n}", "guid": f"l{n}", "link": link.replace("&", "&amp;")} for n, link in enumerate(HOSTS)]
    for one in fields:
        one["guid isPermaLink='false'"] = one.pop("guid")
    body = rss(*(_entry(n, **one).replace("</guid isPermaLink='false'>", "</guid>") for n, one in enumerate(fields)))
    yield _one("odd links", body, len(HOSTS), urls=tuple(HOSTS.values()))
