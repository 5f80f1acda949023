"""Any bytes for a config, any text for a query: settings or one line, a tree or one line, and nothing else."""

from __future__ import annotations

import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.configs import NAMES, WHOLE

from monitor.config import Secrets, Settings, load, safe_url
from monitor.config.toml_lines import index, line_of
from monitor.config.values import Refused, address
from monitor.errors import ConfigError, UsageError
from monitor.query import matches, parse
from monitor.text import visible

EXAMPLES = 20_000 if os.environ.get("PIVOTWATCH_LONG") else 150

VALUES = st.recursive(
    st.one_of(
        st.integers(),
        st.floats(),
        st.booleans(),
        st.text(max_size=20),
        st.sampled_from(["15m", "10MB", "https://e.example/", "stdout", "auto", "spread.gross", "${A}", "${cmd:a}"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=4,
)
KEYS = sorted({line.split(" = ")[0] for line in WHOLE.splitlines() if " = " in line} | {"apprise", "command"})
LINES = st.sampled_from(WHOLE.splitlines())
WORDS = st.sampled_from(
    [
        "lease",
        '"a b"',
        "-",
        "OR",
        "AND",
        "(",
        ")",
        "/a+/",
        "/(/",
        "stance:critic",
        "noise:<4",
        "since:7d",
        ":",
        '"',
        "*",
    ]
)


def dumped(value: object) -> str:
    """A value as TOML; what TOML cannot say comes out as something that it refuses."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{dumped(str(key))} = {dumped(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ",\n ".join(map(dumped, value)) + "]"
    if isinstance(value, str):
        plain = "".join(c if c.isalnum() or c in " ${}:/." else f"\\U{ord(c):08x}" for c in value)
        return f'"{plain}"'
    return str(value).lower()


def check(body: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feeds.toml"
        path.write_bytes(body)
        try:
            assert isinstance(load(path, NAMES, trusted=False), Settings)
        except ConfigError as error:
            for problem in error.problems:
                told = str(problem)
                assert visible(told, 10_000) == told
                assert problem.line is None or 1 <= problem.line <= body.count(b"\n") + 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_settings_or_problems(body: bytes) -> None:
    check(body)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.one_of(LINES, st.tuples(st.sampled_from(KEYS), VALUES)), max_size=12))
def test_any_lines_are_settings_or_problems(parts: list[str | tuple[str, object]]) -> None:
    lines = [part if isinstance(part, str) else f"{part[0]} = {dumped(part[1])}" for part in parts]
    check("\n".join(lines).encode("utf-8", "replace"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4), st.integers(0, 3))
def test_every_key_of_any_document_has_a_line(tables: dict[str, object], blank: int) -> None:
    document = "\n" * blank + "\n".join(f"{dumped(key)} = {dumped(value)}" for key, value in tables.items())
    try:
        read = tomllib.loads(document)
    except ValueError:
        return
    lines = index(document)
    expected = blank + 1
    for key, value in tables.items():
        assert lines[key,] == expected
        expected += dumped(value).count("\n") + 1
    assert {path[0] for path in lines} == set(read)
    assert line_of(lines, ("no such key", 1)) is None or "no such key" in read


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=8).map(" ".join)))
def test_any_text_is_a_query_or_one_line(text: str) -> None:
    try:
        tree = parse(text)
    except UsageError as error:
        assert visible(str(error), 10_000) == str(error)
        column = int(str(error).split()[2].rstrip(":"))
        assert 1 <= column <= len(text) + 1
        return
    now = datetime(2026, 6, 26, tzinfo=UTC)
    entry = {"title": text, "summary": text, "first_seen_at": now, "noise": 3.0, "stance": "critic"}
    assert matches(tree, entry, now) in (True, False)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(min_size=1, max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_secret_survives_redaction(secret: str, before: str, after: str) -> None:
    known = Secrets({"A": secret}, Settings(path=Path("feeds.toml")))
    known.resolve("https://e.example/${A}")
    if secret.isprintable() and "*" not in secret:
        assert secret not in known.redact(f"{before}{secret}{after}").replace("***", "")


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(alphabet="ab/@?#:\\ \n${}", max_size=12))
def test_no_password_of_an_address_is_shown_in_a_problem(noise: str) -> None:
    url = f"https://me:hunter2{noise}@e.example/feed"
    try:
        address(url, commands=True)
    except Refused as refused:
        assert "hunter2" not in str(refused)
    else:
        assert "hunter2" not in safe_url(url)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=80))
@example("//[@")
def test_a_template_without_places_stays_as_it_is(text: str) -> None:
    if "${" not in text:
        assert Secrets({}, Settings(path=Path("feeds.toml"))).resolve(text).text == text  # type: ignore[union-attr]
