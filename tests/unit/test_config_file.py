"""The file itself: missing, empty, not text, no TOML; and on which line its keys stand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.configs import NAMES, WHOLE, problems, read

from monitor.config import default_config, load
from monitor.config.toml_lines import index, line_of
from monitor.errors import ConfigError


@contextmanager
def without_root() -> Iterator[None]:
    """Root may read everything: be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def told(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, NAMES)
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_empty_missing_a_directory_and_unreadable_are_four_sentences(tmp_path: Path) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text("# nothing but talk\n")
    closed = tmp_path / "closed.toml"
    closed.write_text(WHOLE)
    closed.chmod(0)
    assert told(empty) == f"{empty}: the file is empty; copy what you need from {default_config()}"
    assert told(tmp_path / "no.toml") == (
        f"{tmp_path}/no.toml: there is no such file; a sample to copy is {default_config()}"
    )
    assert told(tmp_path) == f"{tmp_path}: is a directory; name the file in it"
    with without_root():
        assert "closed.toml: may not be read; run chmod u+r" in told(closed)


@pytest.mark.parametrize("path", ["a\0b", "x" * 300])
def test_a_name_that_no_file_can_have(path: str) -> None:
    assert "cannot be read" in told(Path(path))


def test_the_file_is_named_as_the_user_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feeds.toml").write_text("evry = 1\n")
    monkeypatch.chdir(tmp_path)
    assert told(Path("feeds.toml")).startswith("feeds.toml:1: unknown key evry")


def test_bom_and_crlf_are_read(tmp_path: Path) -> None:
    body = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()
    assert read(tmp_path, body).feeds == read(tmp_path, WHOLE).feeds
    wrong = body.replace(b"every =", b"evry =")
    assert problems(tmp_path, wrong)[0].startswith("feeds.toml:16: unknown key evry")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('name = "é"'.encode("latin-1"), "not UTF-8 at byte 8; save it as UTF-8"),
        ("[monitor]".encode("utf-16"), "not UTF-8 at byte 0; save it as UTF-8"),
        ("[monitor]".encode("utf-16-le"), "not UTF-8 at byte 1, which is NUL; save it as UTF-8 text"),
        (b'name = "a\0b"', "not UTF-8 at byte 9, which is NUL; save it as UTF-8 text"),
        (b"\xef\xbb\xbf\xff", "not UTF-8 at byte 3; save it as UTF-8"),
    ],
)
def test_what_is_not_utf8_is_told_with_its_byte(body: bytes, why: str, tmp_path: Path) -> None:
    assert problems(tmp_path, body) == [f"feeds.toml: {why}"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a = 1\nname "x"\n', "feeds.toml:2: column 6: Expected '=' after a key in a key/value pair: name \"x\""),
        ('a = 1\n  b = "\x1b[31m"\n', 'feeds.toml:2: column 8: Illegal character \'\\x1b\': b = "\\x1b[31m"'),
        ("a = 1\na = 2\n", "feeds.toml:2: column 6: Cannot overwrite a value: a = 2"),
        ("[a", "feeds.toml:1: column 3: Expected ']' at the end of a table declaration: [a"),
        ('b = 1\nsecret = "hunter2\n', "feeds.toml:2: column 18: Illegal character '\\n': secret = ***"),
        ('h = { Authorization = "hunter2\n', "Illegal character '\\n': h = { Authorization = ***"),
        ('x "https://me:hunter2@e.example"', "column 3: Expected '=' after a key in a key/value pair: x \"https://***@"),
        ("a = " + "[" * 5_000, "feeds.toml: brackets are nested too deeply"),
        ("a = " + "1" * 5_000, "feeds.toml: Exceeds the limit"),
    ],
)  # fmt: skip
def test_no_toml_is_told_with_line_column_and_the_line_itself(text: str, why: str, tmp_path: Path) -> None:
    lines = problems(tmp_path, text)
    assert len(lines) == 1
    assert why in lines[0]
    assert "hunter" not in lines[0]


def test_a_file_may_come_through_a_pipe(tmp_path: Path) -> None:
    receiver, sender = os.pipe()
    os.write(sender, WHOLE.encode())
    os.close(sender)
    try:
        assert load(Path(f"/dev/fd/{receiver}"), NAMES).feeds
    finally:
        os.close(receiver)


# ------------------------------------------------------------------ lines

DOCUMENT = r'''# a comment with [brackets] and "quotes
top = 1
text = """
[[feed]]
name = "no key"
\""" """   # a comment
raw = \'\'\'
x = 1\'\'\'
"quoted \"key\"" = 2
'it''s' = 3
dotted.a = 4
dotted . b = 5
number = 1.5e3
date = 1979-05-27 07:32:00Z
list = [ # first
  1, # one
  [ "]", ']' ],
  { a = 1, b = { c = 2 } },
]
inline = { d = 1, e.f = 2 }

[table] # x
k = 1
[table.sub]
k = 1
[[feed]]
name = "a"
[feed.headers]
A = "1"
[[feed]]
name = """
two
lines"""
url = "b"
headers.A = "1"
[[feed.deep]]
x = 1
[[feed.deep]]
x = 2
'''.replace("\\'", "'").replace("'it''s'", "'it s'")

WHERE = {
    ("top",): 2,
    ("text",): 3,
    ("raw",): 7,
    ('quoted "key"',): 9,
    ("it s",): 10,
    ("dotted",): 11,
    ("dotted", "a"): 11,
    ("dotted", "b"): 12,
    ("number",): 13,
    ("date",): 14,
    ("list", 0): 16,
    ("list", 1): 17,
    ("list", 2): 18,
    ("list", 2, "b", "c"): 18,
    ("inline", "d"): 20,
    ("inline", "e", "f"): 20,
    ("table",): 22,
    ("table", "k"): 23,
    ("table", "sub"): 24,
    ("table", "sub", "k"): 25,
    ("feed", 0): 26,
    ("feed", 0, "name"): 27,
    ("feed", 0, "headers"): 28,
    ("feed", 0, "headers", "A"): 29,
    ("feed", 1): 30,
    ("feed", 1, "name"): 31,
    ("feed", 1, "url"): 34,
    ("feed", 1, "headers", "A"): 35,
    ("feed", 1, "deep", 0): 36,
    ("feed", 1, "deep", 0, "x"): 37,
    ("feed", 1, "deep", 1, "x"): 39,
}


def test_every_key_is_found_on_its_line() -> None:
    lines = index(DOCUMENT)
    assert {path: lines.get(path) for path in WHERE} == WHERE
    assert not any("no key" in path for path in lines)


def test_what_has_no_line_of_its_own_has_that_of_what_it_is_in() -> None:
    lines = index(DOCUMENT)
    assert line_of(lines, ("feed", 1, "every")) == 30
    assert line_of(lines, ("nowhere",)) is None
