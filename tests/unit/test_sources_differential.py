"""All readers give the same entries: lxml's for well-formed documents, feedparser's for damaged ones.

Every idiom stands in every frame of its family; feedparser is the judge of what an idiom means.
"""

from __future__ import annotations

import pytest

from monitor.config import FeedConfig
from monitor.sources import parse, xmlfeed
from monitor.sources.guessed import guess

BASE = "http://h.org/dir/feed"
FEED = FeedConfig(name="x", url=BASE)
MODULES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:a="http://www.w3.org/2005/Atom" '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:zz="urn:zz"'
)
RSS_FRAMES = {
    "rss20": f'<rss version="2.0" {MODULES}><channel><title>T</title>{{}}</channel></rss>',
    "rss092": f'<rss version="0.92" {MODULES}><channel><title>T</title><link>http://h.org/</link>{{}}</channel></rss>',
    "rss20 in a name space": (
        f'<rss version="2.0" xmlns="http://backend.userland.com/rss2" {MODULES}><channel>{{}}</channel></rss>'
    ),
    "rdf10": (
        f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" {MODULES}><channel rdf:about="http://h.org/"><title>T</title>'
        "</channel>{}</rdf:RDF>"
    ),
    "rdf090": (
        f'<rdf:RDF xmlns="http://my.netscape.com/rdf/simple/0.9/" {MODULES}><channel><title>T</title></channel>{{}}'
        "</rdf:RDF>"
    ),
    "rss without channel": f'<rss version="2.0" {MODULES}>{{}}</rss>',
}
RSS_IDIOMS = [
    "<title>Plain</title>",
    "<title>Tom &amp; Jerry &lt;b&gt;bold&lt;/b&gt;</title>",
    "<title>Twice &amp;amp; escaped</title>",
    "<title><![CDATA[In <i>CDATA</i> &amp; more]]></title>",
    "<title>  white \n\t space  </title>",
    "<title>a &lt; b and c &gt; d</title>",
    "<title>caf&#233; &#x2019;s</title>",
    "<title>caf&amp;eacute; &amp;#8217;s</title>",
    "<title/><description>only text</description>",
    "<title>T</title><description/>",
    "<title>T</title><link>http://h.org/1</link>",
    "<title>T</title><link>  http://h.org/1\n </link>",
    "<title>T</title><link>/relative</link>",
    "<title>T</title><link>relative?x=1&amp;y=2</link>",
    "<title>T</title><link><![CDATA[http://h.org/1?a=1&b=2]]></link>",
    "<title>T</title><link>javascript:alert(1)</link>",
    "<title>T</title><link>http://user:word@h.org/1</link>",
    "<title>T</title><link/><guid>http://h.org/g</guid>",
    "<title>T</title><guid>http://h.org/g</guid>",
    '<title>T</title><guid isPermaLink="true">http://h.org/g</guid>',
    '<title>T</title><guid isPermaLink="false">http://h.org/g</guid>',
    '<title>T</title><guid isPermaLink="false">tag:h.org,2026:1</guid><link>http://h.org/1</link>',
    "<title>T</title><guid>not an address</guid>",
    "<title>T</title><guid> id with spaces </guid>",
    '<title>T</title><a:link href="http://h.org/a"/>',
    '<title>T</title><a:link rel="self" href="http://h.org/self"/><link>http://h.org/1</link>',
    '<title>T</title><link>http://h.org/1</link><enclosure url="http://h.org/x.mp3" type="audio/mpeg" length="1"/>',
    '<title>T</title><enclosure url="http://h.org/x.mp3" type="audio/mpeg" length="1"/>',
    "<title>T</title><description>&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;br/&gt;three&lt;/p&gt;</description>",
    "<title>T</title><description><![CDATA[<p>one</p><p>two &amp; &lt;3</p>]]></description>",
    "<title>T</title><description>a &amp;lt; b</description>",
    "<title>T</title><description>&lt;script&gt;alert(1)&lt;/script&gt;after</description>",
    "<title>T</title><description>&lt;img src='x' alt='a &gt; b'&gt;after</description>",
    "<title>T</title><description>short</description><content:encoded><![CDATA[<p>much longer</p>]]></content:encoded>",
    "<title>T</title><content:encoded>&lt;p&gt;full&lt;/p&gt;</content:encoded><description>d</description>",
    "<title>T</title><description>the longer of both</description><content:encoded>c</content:encoded>",
    "<title>T</title><description>one</description><dc:description>another text</dc:description>",
    "<title>T</title><pubDate>Fri, 26 Jun 2026 10:00:00 GMT</pubDate>",
    "<title>T</title><pubDate>Fri, 26 Jun 2026 10:00:00 -0500</pubDate>",
    "<title>T</title><pubDate>26 Jun 2026 10:00 EST</pubDate>",
    "<title>T</title><dc:date>2026-06-26T10:00:00+02:00</dc:date>",
    "<title>T</title><dcterms:issued>2026-06-26</dcterms:issued>",
    "<title>T</title><pubDate>yesterday</pubDate>",
    "<title>T</title><pubDate>yesterday</pubDate><dc:date>2026-06-26T10:00:00Z</dc:date>",
    "<title>T</title><pubDate/>",
    "<title>T</title><a:updated>2026-06-26T10:00:00Z</a:updated>",
    "<title>T</title><author>jane@h.org (Jane Doe)</author>",
    "<title>T</title><author>Jane Doe</author>",
    "<title>T</title><dc:creator>Jane Doe</dc:creator>",
    "<title>T</title><dc:creator><![CDATA[Jane & Co]]></dc:creator>",
    "<title>T</title><category>x</category><comments>http://h.org/c</comments><zz:title>other</zz:title>",
    "<title>T</title><source url='http://h.org/s'>Source</source>",
    "<title>T</title><media:content url='http://h.org/i.jpg' medium='image'/>",
    "<title>T</title><media:title>Other</media:title>",
    "<title>One</title><title>Two</title>",
    "<dc:title>From a module</dc:title>",
    "<title>\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u65e5\u672c \U0001f600</title>",
    "<title>T</title><description>\u202eabc\u200b\u00ad d</description>",
]
ATOM_FRAMES = {
    "atom10": f'<feed xmlns="http://www.w3.org/2005/Atom" {MODULES}><title>T</title>{{}}</feed>',
    "atom03": f'<feed version="0.3" xmlns="http://purl.org/atom/ns#" {MODULES}><title>T</title>{{}}</feed>',
    "atom10 without a name space": f"<feed {MODULES}><title>T</title>{{}}</feed>",
    "atom10 with a base": (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.org/x/" {MODULES}><title>T</title>{{}}</feed>'
    ),
}
ATOM_IDIOMS = [
    "<title>Plain</title>",
    '<title type="text">Tom &amp; Jerry</title>',
    '<title type="html">Tom &amp;amp; &lt;b&gt;Jerry&lt;/b&gt;</title>',
    '<title type="html"><![CDATA[Tom &amp; <b>Jerry</b>]]></title>',
    '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Tom <b>Jerry</b></div></title>',
    "<title>a &lt; b</title>",
    '<title>T</title><link href="http://h.org/1"/>',
    '<title>T</title><link rel="alternate" type="text/html" href="http://h.org/1"/>',
    '<title>T</title><link rel="self" href="http://h.org/s"/><link rel="alternate" href="http://h.org/1"/>',
    '<title>T</title><link rel="enclosure" href="http://h.org/x"/><link href="/rel"/>',
    '<title>T</title><link rel="alternate" type="application/json" href="http://h.org/j"/><link href="http://h.org/1"/>',
    '<title>T</title><link rel="alternate" type="application/json" href="http://h.org/j"/>',
    '<title>T</title><link href="javascript:alert(1)"/>',
    "<title>T</title><id>http://h.org/id</id>",
    "<title>T</title><id>tag:h.org,2026:1</id>",
    '<title>T</title><id>urn:uuid:1</id><link href="http://h.org/1"/>',
    "<title>T</title><summary>plain</summary>",
    '<title>T</title><summary type="html">&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</summary>',
    '<title>T</title><content type="html">&lt;p&gt;one &amp;amp; two&lt;/p&gt;</content>',
    '<title>T</title><content type="text">a &lt; b</content>',
    '<title>T</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>one</p><p>two</p></div></content>',
    '<title>T</title><summary>short</summary><content type="html">&lt;p&gt;the long one&lt;/p&gt;</content>',
    "<title>T</title><summary>the summary is the longer one</summary><content>short</content>",
    '<title>T</title><content src="http://h.org/c" type="text/html"/>',
    "<title>T</title><published>2026-06-26T10:00:00Z</published><updated>2026-06-27T10:00:00Z</updated>",
    "<title>T</title><updated>2026-06-27T10:00:00.123+02:00</updated>",
    "<title>T</title><issued>2026-06-26T10:00:00Z</issued><modified>2026-06-27T10:00:00Z</modified>",
    "<title>T</title><created>2026-06-26T10:00:00Z</created>",
    "<title>T</title><published>soon</published>",
    "<title>T</title><author><name>Jane Doe</name></author>",
    "<title>T</title><author><name>Jane Doe</name><email>jane@h.org</email><uri>http://h.org</uri></author>",
    "<title>T</title><author><name>Jane</name></author><author><name>Joe</name></author>",
    "<title>T</title><dc:creator>Jane Doe</dc:creator>",
    '<title>T</title><category term="x"/><rights>r</rights><zz:summary>other</zz:summary>',
    "<title>T</title><source><title>Elsewhere</title><id>http://s.org/</id><updated>2020-01-01T00:00:00Z</updated></source>",
    "<title>T</title><media:group><media:title>M</media:title><media:description>D</media:description></media:group>",
    "<summary>no title</summary>",
    "<title>\u05e9\u05dc\u05d5\u05dd \U0001f600</title>",
]


def documents() -> list[tuple[str, bytes]]:
    rss = [(f, n, RSS_FRAMES[f].format(f"<item>{i}</item>")) for f in RSS_FRAMES for n, i in enumerate(RSS_IDIOMS)]
    atom = [
        (f, n, ATOM_FRAMES[f].format(f"<entry>{i}</entry>")) for f in ATOM_FRAMES for n, i in enumerate(ATOM_IDIOMS)
    ]
    return [(f"{frame} {n}", text.encode()) for frame, n, text in rss + atom]


@pytest.mark.parametrize("document", [d for _, d in documents()], ids=[name for name, _ in documents()])
def test_all_readers_give_the_same_entry(document: bytes) -> None:
    by_lxml = xmlfeed.read(document, BASE, 10).entries
    broken = document.replace(b"</item>", b"<zz:open></item>").replace(b"</entry>", b"<zz:open></entry>")
    assert guess(document, BASE) == by_lxml  # feedparser, strict
    assert list(parse(broken, FEED, url=BASE).entries) == by_lxml  # cut to entries, feedparser, loose


def test_there_are_a_few_hundred_documents() -> None:
    assert len(documents()) >= 300
