"""One value of the file → one value of the settings, or what was wanted and what was given instead."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from monitor import text
from monitor.clock import duration as read_duration
from monitor.config.secrets import PLACE, safe_url

Read = Callable[[object], Any]  # raises Refused

NAME_LIMIT = 200
TEXT_LIMIT = 4_000
YEAR = timedelta(days=365)
# The client sets these itself; a second one would contradict it.
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
NO_COMMANDS = (
    "runs a command, which a feeds.toml that lies in the current directory may not; "
    "to allow it name the file: --config ./feeds.toml, or PIVOTWATCH_CONFIG"
)
_SIZES = {"kB": 1_000, "MB": 1_000_000}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")


class Refused(Exception):
    """Why a value cannot be used; `below` leads from the key to the part of it that is wrong."""

    def __init__(self, why: str, *below: str | int) -> None:
        super().__init__(why)
        self.below = below


@lru_cache(maxsize=4_096)
def nearest(word: str, known: tuple[str, ...]) -> str:
    """`; did you mean every?`, or the names there are, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100].casefold(), known[:500], n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def given(value: object) -> str:
    """What was given, in words and clean."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'the text "{text.visible(value, 60)}"'
        case int() | float():
            return f"the number {_digits(value)}"
        case list():
            return "a list"
        case dict():
            return "a table"
        case datetime() | date() | time():
            return f"the date {value}"
    return "nothing"


def _digits(value: float) -> str:
    return f"of {value.bit_length()} bits" if isinstance(value, int) and abs(value) > 10**18 else f"{value}"


def words(value: object, limit: int = TEXT_LIMIT) -> str:
    """Text on one line, not empty, without anything that does not show."""
    if not isinstance(value, str):
        raise Refused(f"wanted a text, got {given(value)}")
    if not value.strip():
        raise Refused("wanted a text, got an empty one")
    if len(value) > limit:
        raise Refused(f"wanted at most {limit:,} characters, got {len(value):,}")
    if text.line(value, limit) != value:
        raise Refused(f"wanted one line without control, invisible or outer blank characters, got {given(value)}")
    return value


name: Read = partial(words, limit=NAME_LIMIT)


def texts(value: object) -> tuple[str, ...]:
    """A list of names."""
    if not isinstance(value, list):
        raise Refused(f'wanted a list of texts such as ["press"], got {given(value)}')
    return tuple(_each(value, name))


def _each(value: list[object], read: Read) -> list[Any]:
    found = []
    for place, item in enumerate(value):
        try:
            found.append(read(item))
        except Refused as refused:
            raise Refused(str(refused), place) from None
    return found


def choice(known: Collection[str]) -> Read:
    """One of the known names."""

    def read(value: object) -> str:
        chosen = name(value)
        if chosen not in known:
            raise Refused(f"unknown {text.visible(chosen, 60)}{nearest(chosen, tuple(known))}")
        return str(chosen)

    return read


def number(value: object) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f"wanted a number, got {given(value)}")
    try:
        finite = float(value)
    except OverflowError:
        finite = math.inf
    if not math.isfinite(finite):
        raise Refused(f"wanted a finite number, got {given(value)}")
    return finite


def positive(value: object) -> float:
    """A finite number above 0."""
    if (found := number(value)) <= 0:
        raise Refused(f"wanted a number above 0, got {given(value)}")
    return found


def whole(low: int, high: int) -> Read:
    """A whole number from low to high."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Refused(f"wanted a whole number from {low} to {high}, got {given(value)}")
        return value

    return read


def duration(low: str, high: str = "365d", nothing: str | None = None) -> Read:
    """A duration from low to high; the word `nothing`, where there is one, reads as None."""
    least, most = read_duration(low), read_duration(high)
    limits = f"an integer and s, m, h or d, from {low} to {high}"
    wanted = f'{limits}, or "{nothing}"' if nothing else limits

    def read(value: object) -> timedelta | None:
        if nothing is not None and value == nothing:
            return None
        try:
            found = read_duration(value) if isinstance(value, str) and value.isascii() else None
        except ValueError:
            found = None
        if found is None or not least <= found <= most:
            raise Refused(f"wanted a duration ({wanted}), got {given(value)}")
        return found

    return read


def size(low: int, high: int) -> Read:
    """A size in kB (1,000 bytes) or MB (1,000,000), as bytes."""

    def read(value: object) -> int:
        found = re.fullmatch(r"([0-9]{1,9})(kB|MB)", value) if isinstance(value, str) else None
        size = int(found[1]) * _SIZES[found[2]] if found else 0
        if not low <= size <= high:
            limits = f"from {low // 1_000}kB to {high // 1_000_000}MB"
            raise Refused(f'wanted a size such as "10MB" ({limits}), got {given(value)}')
        return size

    return read


def template(value: object, *, commands: bool) -> str:
    """Text that may hold ${NAME} and, where `commands` may be run, ${cmd:…}. Never shown in an error."""
    if not isinstance(value, str):
        raise Refused(f"wanted a text, got {given(value) if isinstance(value, list | dict) else 'something else'}")
    if not value.strip() or len(value) > TEXT_LIMIT:
        raise Refused(f"wanted a text of 1 to {TEXT_LIMIT:,} characters")
    if _CONTROL.search(value):
        raise Refused("holds a control character, such as a line feed or a tab")
    for found in PLACE.finditer(value):
        if found["command"] is not None:
            _command_text(found["command"], allowed=commands)
    return value


def _command_text(command: str, *, allowed: bool) -> None:
    if not allowed:
        raise Refused("${cmd:…} " + NO_COMMANDS)
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise Refused(f"${{cmd:…}} cannot be split into arguments: {str(error).lower()}") from None
    if not arguments:
        raise Refused("${cmd:} names no command")


def address(value: object, *, commands: bool) -> str:
    """An http(s) address; user information and ${…} may be part of it."""
    url = template(value, commands=commands)
    shown = text.visible(safe_url(url), 100)
    if "@" in shown.removeprefix("https://***@"):
        shown = "the address"  # an unescaped / or ? in a password hides where user information ends
    bare = PLACE.sub("1", url)  # reads as a host, a port and a path alike
    if any(letter.isspace() for letter in bare) or "\\" in bare or text.line(bare, TEXT_LIMIT) != bare:
        raise Refused(f"{shown} holds white space, a backslash or an invisible character")
    if PLACE.match(url):
        return url  # the scheme is not known before the variable is
    if not re.match(r"https?://", bare, re.IGNORECASE):
        raise Refused(f"wanted an address that begins with https:// or http://, got {shown}")
    try:
        parts = urlsplit(bare)
        good = bool(parts.hostname) and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:
        good = False
    if not good:
        raise Refused(f"{shown} has no usable host or port")
    return url


def headers(value: object, *, commands: bool) -> Mapping[str, str]:
    """Request headers; the values may be secrets and are never shown."""
    if not isinstance(value, dict):
        raise Refused(f'wanted a table such as {{ Authorization = "Bearer ${{TOKEN}}" }}, got {given(value)}')
    seen: set[str] = set()
    for key, content in value.items():
        shown = text.visible(key, 60)
        if not _TOKEN.fullmatch(key):
            raise Refused(f"{shown} is no name of a header", key)
        if key.lower() in OWN_HEADERS or key.lower() in seen:
            raise Refused(f"{shown} is set {'by the program' if key.lower() not in seen else 'twice'}", key)
        seen.add(key.lower())
        try:
            if not template(content, commands=commands).isascii():
                raise Refused("holds characters outside ASCII")
        except Refused as refused:
            raise Refused(f"{shown}: {refused}", key) from None
    return dict(value)


def cells(value: object) -> Mapping[str, str]:
    """Column → content that a row must have; a number stands for the text it is written as."""
    if not isinstance(value, dict) or not value:
        raise Refused(f'wanted a table such as {{ gpu = "H100" }}, got {given(value)}')
    for key, content in value.items():
        if isinstance(content, bool) or not isinstance(content, str | int | float):
            raise Refused(f"{text.visible(key, 60)}: wanted a text or a number, got {given(content)}", key)
    return {key: str(content) for key, content in value.items()}


def dialable(value: object) -> frozenset[tuple[str, int]]:
    """A list of host:port, lower case; an IPv6 host stands in brackets and is kept without them."""
    if not isinstance(value, list):
        raise Refused(f'wanted a list such as ["127.0.0.1:8080"], got {given(value)}')
    return frozenset(_each(value, _host_and_port))


def _host_and_port(value: object) -> tuple[str, int]:
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not _HOST.fullmatch(host) or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
        raise Refused(f"wanted host:port, one place and not a range, got {given(value)}")
    return host.strip("[]").lower(), int(port)


def arguments(value: object) -> tuple[str, ...]:
    """The argument list of a command."""
    if not isinstance(value, list) or not value:
        raise Refused(
            'Refused: hooks are argument lists, such as ["notify-send", "pivotwatch"], never one shell string'
            if isinstance(value, str)
            else f'wanted an argument list such as ["notify-send", "pivotwatch"], got {given(value)}'
        )
    for place, argument in enumerate(value):
        if not isinstance(argument, str) or "\0" in argument or (place == 0 and not argument.strip()):
            raise Refused(f"wanted a text, got {given(argument)}", place)
    return tuple(value)
