"""feeds.toml: what is read, and one line with file, line, key and nearest name for whatever is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest
from support.configs import NAMES, WHOLE, problems, read

from monitor.config import FeedConfig, RuleConfig, SignalConfig, SinkConfig, load, story_query
from monitor.errors import ConfigError


def test_every_key_of_every_table_is_read(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    assert settings.monitor.poll == timedelta(minutes=15)
    assert settings.monitor.retain == timedelta(days=365)
    assert settings.network.allow_private == {("127.0.0.1", 18080), ("::1", 8080)}
    assert settings.network.max_bytes == 10_000_000
    assert settings.network.timeout == timedelta(seconds=20)
    assert settings.feeds == (
        FeedConfig(
            name="CoinDesk",
            url="https://a.example/feed",
            kind="json",
            every=timedelta(minutes=30),
            role="analysis",
            tags=("press",),
            headers={"Authorization": "Bearer ${FEED_TOKEN}"},
            options={"items": "hits"},
        ),
    )
    assert settings.signals == (
        SignalConfig(
            name="btc_price",
            source="Coinbase",
            url="https://b.example/ticker",
            value="USD",
            observed_at="time",
            where={"gpu": "H100", "n": "8"},
            unit="USD",
            every=timedelta(minutes=5),
            stale_after=timedelta(hours=1),
            min=100,
            max=10_000_000,
            max_jump=0.5,
        ),
    )
    assert settings.sites[0].values == {"power_price": 45.0}
    assert settings.sinks == (SinkConfig(name="desk", webhook="https://c.example/hook", secret="${HOOK_SECRET}"),)


def test_a_rule_is_read_and_by_counts_only_for_stories(tmp_path: Path) -> None:
    stories = WHOLE.replace('"spread.after_capex"', """'stories("stance:critic since:24h")'""")
    spread, counted = read(tmp_path, WHOLE).rules[0], read(tmp_path, stories).rules[0]
    assert spread == RuleConfig(
        name="pivot pays",
        when="spread.after_capex",
        enter=25,
        exit=10,
        site="Texas",
        pending_for=timedelta(days=3),
        keep=timedelta(days=1),
        mean=timedelta(days=7),
        sinks=("stdout", "desk"),
    )
    assert counted.by == "firm"
    assert story_query(counted.when) == "stance:critic since:24h"


def test_what_is_left_out_takes_the_interval_of_the_file(tmp_path: Path) -> None:
    signal = '[[signal]]\nname = "x"\nsource = "s"\nurl = "https://e.example/"\nvalue = "a"\n'
    settings = read(tmp_path, '[monitor]\npoll = "7m"\nretain = "never"\n' + signal)
    assert settings.signals[0].every == timedelta(minutes=7)
    assert settings.signals[0].stale_after == timedelta(hours=1)
    assert settings.monitor.retain is None
    assert settings.feeds == ()
    daily = read(tmp_path, signal + 'every = "1d"\n').signals[0]
    assert daily.stale_after == timedelta(days=3)


HEADERS = 'headers = { Authorization = "Bearer ${FEED_TOKEN}" }'

# A line of WHOLE → what stands there instead, and what is told of it (with the line where it is not the same).
WRONG = [
    ('every = "30m"', 'evry = "30m"', "unknown key evry; did you mean every?"),
    ('tags = ["press"]', "intervall = 5", "unknown key intervall"),
    ('every = "30m"', 'every = "ten"', 'every: wanted a duration (an integer and s, m, h or d, from 60s to 365d)'),
    ('every = "30m"', "every = 5", "got the number 5"),
    ('every = "30m"', 'every = "0s"', "from 60s to 365d"),
    ('every = "30m"', 'every = "1s"', 'got the text "1s"'),
    ('every = "30m"', 'every = "-15m"', "from 60s to 365d"),
    ('every = "30m"', 'every = "1000000000000s"', "from 60s to 365d"),
    ('every = "30m"', 'every = "366d"', "from 60s to 365d"),
    ('every = "30m"', 'every = "15 m"', "from 60s to 365d"),
    ('every = "30m"', 'every = "٣٠m"', "from 60s to 365d"),
    ('poll = "15m"', 'poll = "59s"', "poll: wanted a duration"),
    ('retain = "365d"', 'retain = "12m"', 'from 1d to 36500d, or "never"'),
    ('timeout = "20s"', "timeout = true", "h or d, from 1s to 10m), got true"),
    ('max_bytes = "10MB"', 'max_bytes = "10mb"', 'max_bytes: wanted a size such as "10MB" (from 1kB to 100MB)'),
    ('max_bytes = "10MB"', "max_bytes = 10000000", "got the number 10000000"),
    ("concurrency = 16", "concurrency = 0", "concurrency: wanted a whole number from 1 to 256, got the number 0"),
    ("concurrency = 16", "concurrency = 1.5", "got the number 1.5"),
    ("per_host = 4", "per_host = true", "got true"),
    ('user_agent = "pivotwatch (+you@example.org)"', 'user_agent = ""', "user_agent: wanted a text, got an empty one"),
    ('allow_private = ["127.0.0.1:18080", "[::1]:8080"]', 'allow_private = ["127.0.0.1"]', "wanted host:port"),
    ('allow_private = ["127.0.0.1:18080", "[::1]:8080"]', 'allow_private = ["10.0.0.0/8:80"]', "not a range"),
    ('allow_private = ["127.0.0.1:18080", "[::1]:8080"]', 'allow_private = "h:1"', "wanted a list such as"),
    ('allow_private = ["127.0.0.1:18080", "[::1]:8080"]', 'allow_private = ["h:65536"]', "wanted host:port"),
    ('url = "https://a.example/feed"', 'url = "a.example/feed"', "begins with https:// or http://, got a.example/feed"),
    ('url = "https://a.example/feed"', 'url = "file:///etc/passwd"', "got file:///etc/passwd"),
    ('url = "https://a.example/feed"', 'url = "|cmd"', "got |cmd"),
    ('url = "https://a.example/feed"', 'url = "exec:ls"', "got exec:ls"),
    ('url = "https://a.example/feed"', 'url = "https://a.example/a b"', "holds white space"),
    ('url = "https://a.example/feed"', 'url = "https://a.example/\\n"', "url: holds a control character"),
    ('url = "https://a.example/feed"', 'url = "https://a.example\\\\@b.example"', "holds white space, a backslash"),
    ('url = "https://a.example/feed"', 'url = "https://a.example/\\u202e"', "invisible character"),
    ('url = "https://a.example/feed"', 'url = "https://"', "no usable host or port"),
    ('url = "https://a.example/feed"', 'url = "https://a.example:99999/"', "no usable host or port"),
    ('url = "https://a.example/feed"', 'url = "https://[::1/"', "no usable host or port"),
    ('url = "https://a.example/feed"', "url = 5", "url: wanted a text"),
    ('kind = "json"', 'kind = "jsn"', "kind: unknown jsn; did you mean json?"),
    ('kind = "json"', "kind = 1", "kind: wanted a text, got the number 1"),
    ('items = "hits"', "items = 1", "items: wanted a text, got the number 1"),
    ('items = "hits"', 'item = "hits"', "unknown key item; did you mean items?"),
    ('role = "analysis"', 'role = "new"', "role: unknown new; did you mean news?"),
    ('tags = ["press"]', 'tags = "press"', 'tags: wanted a list of texts such as ["press"], got the text "press"'),
    ('tags = ["press"]', "tags = [1]", "tags: wanted a text, got the number 1"),
    ('tags = ["press"]', 'tags = [""]', "tags: wanted a text, got an empty one"),
    ('name = "CoinDesk"', 'name = ""', "name: wanted a text, got an empty one"),
    ('name = "CoinDesk"', 'name = "a\\u001b[31m"', "without control, invisible or outer blank characters"),
    ('name = "CoinDesk"', "name = 1999-01-01", "name: wanted a text, got the date 1999-01-01"),
    (HEADERS, 'headers = "x"', "headers: wanted a table"),
    (HEADERS, "headers = { A = 1 }", "headers: A: wanted a text"),
    (HEADERS, 'headers = { "A B" = "1" }', "A B is no name of a header"),
    (HEADERS, 'headers = { host = "h" }', "host is set by the program"),
    (HEADERS, 'headers = { A = "1", a = "2" }', "a is set twice"),
    (HEADERS, 'headers = { A = "a\\r\\nb" }', "A: holds a control character"),
    (HEADERS, 'headers = { A = "${cmd:a \'b}" }', "no closing quotation"),
    (HEADERS, 'headers = { A = "${cmd:}" }', "names no command"),
    ('format = "auto"', 'format = "xml"', "format: unknown xml; there are: auto, json, csv"),
    ('format = "auto"', 'format = "json"', "where: chooses rows of a CSV, but format is json"),
    ("scale = 1.0", "scale = nan", "scale: wanted a finite number"),
    ("min = 100", "min = 1e8", "min: must be below max"),
    ("max_jump = 0.5", "max_jump = 0", "max_jump: wanted a number above 0"),
    ("where = { gpu = \"H100\", n = 8 }", "where = { gpu = [] }", "where: gpu: wanted a text or a number, got a list"),
    ('stale_after = "1h"', 'stale_after = "0s"', "stale_after: wanted a duration"),
    ("power_price = 45", 'power_price = "45"', 'power_price: wanted a number, got the text "45"'),
    ("power_price = 45", "power_price = -1", "power_price is -1; allowed: at least 0"),
    ("power_price = 45", "powr_price = 45", "unknown key powr_price; did you mean power_price?"),
    ("enter = 25", "enter = 10", "exit: must differ from enter"),
    ("enter = 25", "enter = nan", "enter: wanted a finite number, got the number nan"),
    ("enter = 25", "enter = inf", "enter: wanted a finite number"),
    ("enter = 25", 'enter = "1,000"', 'enter: wanted a number, got the text "1,000"'),
    ("enter = 25", f"enter = 1{'0' * 400}", "enter: wanted a finite number, got the number of 1329 bits"),
    ('when = "spread.after_capex"', 'when = "spread.after"', "did you mean spread.after_capex?"),
    ('when = "spread.after_capex"', 'when = "dificulty"', "when: unknown dificulty; did you mean difficulty?"),
    ('when = "spread.after_capex"', 'when = "feed.blind"', "did you mean feeds.blind?"),
    ('when = "spread.after_capex"', "when = 'stories(\"\")'", 'stories("") would match every story'),
    ('when = "spread.after_capex"', "when = 'stories(x)'", 'write stories("…") with a query'),
    ('when = "spread.after_capex"', "when = 'stories(\"stanc:critic\")'", "when: query column 1: unknown field stanc"),
    ('by = "firm"', 'by = "feed"', "by: unknown feed; there are: firm"),
    ('site = "Texas"', 'site = "Texs"', "site: there is no [[site]] Texs; did you mean Texas?"),
    ('tier = "colo"', 'tier = "clod"', "tier: unknown clod; did you mean cloud?"),
    ('severity = "warning"', 'severity = "warn"', "severity: unknown warn; did you mean warning?"),
    ('sinks = ["stdout", "desk"]', 'sinks = ["desc"]', "sink: there is no [[sink]] desc; did you mean desk?"),
    ('repeat = "never"', 'repeat = "1s"', 'from 60s to 365d, or "never"), got the text "1s"'),
    ('for = "3d"', "for = -1", "for: wanted a duration"),
    ('name = "desk"', 'name = "stdout"', "name: stdout is built in"),
    ('webhook = "https://c.example/hook"', 'webhook = "c.example"', "webhook: wanted an address"),
    ('webhook = "https://c.example/hook"', 'command = "mail me"', "command: Refused: hooks are argument lists"),
    ('webhook = "https://c.example/hook"', "command = []", "command: wanted an argument list"),
    ('webhook = "https://c.example/hook"', 'command = ["a", 1]', "command: wanted a text, got the number 1"),
    ('webhook = "https://c.example/hook"', 'command = ["a"]', "secret: signs a webhook, and this sink has none"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "instead", "told"), WRONG, ids=[instead[:50] for _, instead, _ in WRONG])
def test_what_is_wrong_is_told_once_with_its_line(line: str, instead: str, told: str, tmp_path: Path) -> None:
    before, found, after = WHOLE.partition(f"\n{line}\n")
    assert found, f"no line {line} in the sample"
    lines = problems(tmp_path, f"{before}\n{instead}\n{after}")
    here = before.count("\n") + 2
    about = [problem for problem in lines if told in problem]
    assert len(about) == 1, lines
    assert about[0].startswith("feeds.toml:")
    number = int(about[0].split(":")[1])
    nearby = {"exit: must": 1, "when: query": 0, "secret: signs": 1, "where: chooses": 3}
    assert number == here + next((n for start, n in nearby.items() if start in told), 0)
    assert "\n" not in about[0]


def test_all_problems_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = WHOLE.replace('poll = "15m"', "poll = 1").replace("[[site]]\n", "[[site]]\nx = 1\n").replace("25", '"a"')
    lines = problems(tmp_path, text)
    assert [line.split(":")[1] for line in lines] == ["2", "36", "45"]


def test_a_table_that_lacks_what_it_needs_is_named_by_its_line(tmp_path: Path) -> None:
    text = '# one\n[[feed]]\nname = "a"\n\n[[signal]]\nname = "b"\n\n[[rule]]\nname = "c"\n'
    assert problems(tmp_path, text) == [
        "feeds.toml:2: [[feed]] needs url",
        "feeds.toml:5: [[signal]] needs source",
        "feeds.toml:5: [[signal]] needs url",
        "feeds.toml:5: [[signal]] needs value",
        "feeds.toml:8: [[rule]] needs enter",
        "feeds.toml:8: [[rule]] needs exit",
        "feeds.toml:8: [[rule]] needs when",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[feed]\nname = "a"\n', "feeds.toml:1: feed: write [[feed]], in two brackets, once for each feed"),
        ("[[monitor]]\n", "feeds.toml:1: monitor: write [monitor] once, with its keys below it"),
        ("feed = 5\n", "feeds.toml:1: feed: write [[feed]], in two brackets, once for each feed"),
        ("[[feeds]]\n", "feeds.toml:1: unknown key feeds; did you mean feed?"),
        (
            "version = 2\nnonsense = 1\n",
            "feeds.toml:1: version: made for a newer pivotwatch (format 2, this one reads 1); upgrade pivotwatch",
        ),
        ('version = "1"\n', 'feeds.toml:1: version: wanted a whole number from 1, got the text "1"'),
    ],
)  # fmt: skip
def test_the_shape_of_the_file(text: str, told: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text) == [told]


def test_duplicates_name_both_lines(tmp_path: Path) -> None:
    feed = '[[feed]]\nname = "{}"\nurl = "https://user:pass@{}.example/"\n'
    signal = '[[signal]]\nname = "{}"\nsource = "{}"\nvalue = "a"\nurl = "https://e.example/"\n'
    text = feed.format("a", "x") + feed.format("a", "y") + feed.format("b", "x")
    text += signal.format("s", "1") + signal.format("s", "2") + signal.format("s", "1")
    assert problems(tmp_path, text) == [
        "feeds.toml:5: name: there already is a feed a (first on line 2)",
        "feeds.toml:9: url: there already is a feed https://***@x.example/ (first on line 3)",
        "feeds.toml:22: source: there already is a signal s from 1 (first on line 12)",
    ]


@pytest.mark.parametrize("key", ["site", "rule", "sink"])
def test_other_names_are_unique_too(key: str, tmp_path: Path) -> None:
    lines = problems(tmp_path, f'[[{key}]]\nname = "n"\n[[{key}]]\nname = "n"\n')
    assert f"feeds.toml:4: name: there already is a {key} n (first on line 2)" in lines


def test_a_sink_sends_one_way(tmp_path: Path) -> None:
    two = '[[sink]]\nname = "a"\napprise = "x://"\ncommand = ["b"]\n[[sink]]\nname = "c"\n'
    assert problems(tmp_path, two) == [
        "feeds.toml:1: [[sink]] needs exactly one of apprise, command, webhook; it has apprise and command",
        "feeds.toml:5: [[sink]] needs exactly one of apprise, command, webhook; it has none of them",
    ]


def test_a_file_that_nobody_named_may_not_run_commands(tmp_path: Path) -> None:
    text = """\
[[feed]]
name = "a"
url = "https://e.example/${cmd:pass show a}"
[[feed]]
name = "b"
url = "https://f.example/"
headers = { A = "x", B = "${cmd:pass show b}" }
[[sink]]
name = "c"
command = ["notify-send", "x"]
"""
    assert problems(tmp_path, text) == []
    lines = problems(tmp_path, text, trusted=False)
    assert [line.split(":")[1] for line in lines] == ["3", "7", "10"]
    assert all("--config ./feeds.toml, or PIVOTWATCH_CONFIG" in line for line in lines)


def test_places_to_be_filled_may_stand_anywhere_in_an_address(tmp_path: Path) -> None:
    for url in ("${URL}", "https://${HOST}:${PORT}/${cmd:pass show x}?k=${K}", "https://u:${P}@e.example/"):
        assert problems(tmp_path, f'[[feed]]\nname = "a"\nurl = "{url}"\n') == []


def test_secrets_are_not_shown_in_problems(tmp_path: Path) -> None:
    text = WHOLE.replace("https://a.example/feed", "htp://me:hunter2@a.example/?token=hunter3")
    text = text.replace("Bearer ${FEED_TOKEN}", "Bearer hunter4\\u0007").replace("${HOOK_SECRET}", "hunter5\\u0007")
    lines = "\n".join(problems(tmp_path, text))
    assert lines.count("\n") == 2
    assert "hunter" not in lines
    for url in (
        "https://me:hunter/2@e.example/",
        "https://me:hunter 2@e.example/",
        "htp:/me:hunter2@e.example",
    ):
        lines = "".join(problems(tmp_path, f'[[feed]]\nname = "a"\nurl = "{url}"\n'))
        assert lines
        assert "hunter" not in lines


def test_a_rule_may_name_the_site_that_is_built_in_only_where_none_is_declared(tmp_path: Path) -> None:
    rule = '[[rule]]\nname = "r"\nwhen = "spread.gross"\nsite = "default"\nenter = 1\nexit = 0\n'
    assert problems(tmp_path, rule) == []
    assert problems(tmp_path, rule + '[[site]]\nname = "Texas"\n') != []


def test_a_rule_may_watch_any_declared_signal(tmp_path: Path) -> None:
    signal = '[[signal]]\nname = "gas"\nsource = "s"\nurl = "https://e.example/"\nvalue = "a"\n'
    rule = '[[rule]]\nname = "r"\nwhen = "gas"\nenter = 1\nexit = 2\n'
    assert problems(tmp_path, signal + rule) == []
    assert "unknown gas" in problems(tmp_path, rule)[0]


@pytest.mark.parametrize(
    ("when", "query"),
    [
        ('stories("stance:critic")', "stance:critic"),
        ("stories('\"google backstop\"')", '"google backstop"'),
        (r'stories("\"two words\" a")', '"two words" a'),
        ("spread.gross", None),
        ("stories(x)", None),
    ],
)
def test_the_query_of_a_rule(when: str, query: str | None) -> None:
    assert story_query(when) == query


def test_ten_thousand_feeds_and_a_thousand_rules_load_in_two_seconds(tmp_path: Path) -> None:
    feeds = "".join(f'[[feed]]\nname = "f{n}"\nurl = "https://e{n}.example/feed"\n' for n in range(10_000))
    rules = "".join(f'[[rule]]\nname = "r{n}"\nwhen = "spread.gross"\nenter = {n}\nexit = -1\n' for n in range(1_000))
    path = tmp_path / "feeds.toml"
    path.write_text(feeds + rules)
    start = process_time()
    assert len(load(path, NAMES).feeds) == 10_000
    assert process_time() - start < 2


def test_ten_thousand_faults_are_told_without_delay(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text("".join(f'[[rule]]\nname = "r"\nwhen = "x{n}"\nenter = 1\nexit = 1\n' for n in range(2_000)))
    start = process_time()
    with pytest.raises(ConfigError) as caught:
        load(path, NAMES)
    assert len(caught.value.problems) == 2_000 + 2_000 + 1_999
    assert process_time() - start < 4
