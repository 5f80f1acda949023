"""A loopback server of generated feeds, in a process of its own: `python -m bench.feedserver PORT FEEDS`.

Feeds look like those of the trade: 500 feeds hold 17,600 entries, RSS and Atom in turn, 55 kB each. It
answers conditional requests, keeps connections open, and rewrites 1% of the feeds on `GET /change`.
"""

from __future__ import annotations

import asyncio
import random
import sys
from hashlib import sha1
from html import escape

WORDS = """
    miner power lease grid hash rate data centre AI cloud tenant megawatt bitcoin shares quarter debt site Texas
    cooling contract energy price GPU cluster notes board company revenue margin halving difficulty network pool
""".split()
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
ENTRIES = (30, 40)  # a feed holds so many


class Feeds:
    """Documents by number, made once; `change` gives some of them one entry more."""

    def __init__(self, count: int) -> None:
        self.documents = [self._document(number, 0) for number in range(count)]
        self.generation = 0

    def change(self) -> None:
        self.generation += 1
        for number in range(0, len(self.documents), 100):
            self.documents[number] = self._document(number, self.generation)

    def _document(self, number: int, generation: int) -> tuple[bytes, str]:
        draw = random.Random(number)
        count = draw.randint(*ENTRIES) + generation
        made = [self._entry(number, n, draw, atom=number % 2 == 1) for n in range(count)]
        body = "".join(reversed(made))
        if number % 2:
            text = (
                f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
                f"<title>Feed {number}</title><id>urn:feed:{number}</id>"
                f"<updated>2026-11-01T00:00:00Z</updated>{body}</feed>"
            )
        else:
            text = (
                f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {SPACES}><channel>'
                f"<title>Feed {number}</title>"
                f"<link>https://example.org/{number}</link><description>News</description>{body}</channel></rss>"
            )
        document = text.encode()
        return document, f'"{sha1(document, usedforsecurity=False).hexdigest()}"'

    def _entry(self, number: int, n: int, draw: random.Random, *, atom: bool) -> str:
        title, excerpt = words(draw, 9), words(draw, 30)
        text = "".join(paragraph(draw) for _ in range(3))
        link, day = f"https://example.org/{number}/{n}", 1 + n % 28
        topics = draw.sample(WORDS, 3)
        if atom:
            categories = "".join(f'<category term="{topic}"/>' for topic in topics)
            return (
                f'<entry><title type="html">{title}</title><id>urn:{number}:{n}</id>'
                f'<link rel="alternate" href="{link}"/>'
                f"<published>2026-10-{day:02}T09:00:00Z</published><updated>2026-10-{day:02}T10:00:00Z</updated>"
                f"<author><name>A. Writer</name><uri>https://example.org/writer</uri></author>{categories}"
                f'<summary type="html">{excerpt}</summary><content type="html">{escape(text)}</content></entry>'
            )
        categories = "".join(f"<category><![CDATA[{topic}]]></category>" for topic in topics)
        return (
            f"<item><title>{title}</title><link>{link}</link><comments>{link}#comments</comments>"
            f"<dc:creator><![CDATA[A. Writer]]></dc:creator><pubDate>Thu, {day:02} Oct 2026 10:00:00 +0000</pubDate>"
            f'{categories}<guid isPermaLink="false">https://example.org/?p={1000 * number + n}</guid>'
            f'<media:thumbnail url="{link}.jpg" width="640" height="360"/>'
            f"<description><![CDATA[<p>{excerpt} [&#8230;]</p>]]></description>"
            f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
        )


def words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choices(WORDS, k=count))


def paragraph(draw: random.Random) -> str:
    """HTML as it comes out of a newsroom's editor."""
    link = f'<a href="https://example.org/{draw.random():.6f}" target="_blank" rel="noopener">{words(draw, 3)}</a>'
    picture = '<figure class="wp-block-image"><img src="https://example.org/i.jpg" alt="" width="640"/></figure>'
    text = f"{words(draw, 16)}, {link} <strong>{words(draw, 2)}</strong>&#8217;s {words(draw, 10)} &#8212;"
    return f"<p>{text} {words(draw, 8)}.</p>\n" + (picture if draw.random() < 0.3 else "")


async def serve(port: int, feeds: Feeds) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(reply(head, feeds))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()


def reply(head: bytes, feeds: Feeds) -> bytes:
    path = head.split(b" ", 2)[1].decode()
    if path == "/change":
        feeds.change()
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    document, tag = feeds.documents[int(path.rsplit("/", 1)[1])]
    if tag.encode() in head:
        return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
    fields = f"Content-Type: application/xml\r\nETag: {tag}\r\nContent-Length: {len(document)}"
    return f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + document


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Feeds(int(sys.argv[2]))))
