"""An address that two readers cannot read differently: what is checked here is what is dialled and sent."""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from monitor.errors import FetchError

LIMIT = 8_192  # characters
PORTS = {"http": 80, "https": 443}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_.])?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BRACKETED = re.compile(r"(?:^|@)\[[0-9A-Fa-f:.]+\](?::[0-9]*)?$")
_USER_INFO = re.compile(r"//[^/?#]*@")
_SAFE = "!#$%&'()*+,/:;=?@[]~"  # delimiters of RFC 3986, and % because it is already encoded


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) address in parts; the user information is kept apart and never in `text`."""

    scheme: str
    host: str  # lower case, ASCII; IPv6 without brackets
    port: int
    target: str  # path and query, percent-encoded
    user: str | None = None  # "user:password" as it goes into Basic credentials

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: configured headers stay within it (RFC 6454)."""
        return self.scheme, self.host, self.port

    @property
    def place(self) -> str:
        """`host:port`, as `allow_private` spells it."""
        return f"{self._bracketed}:{self.port}"

    @property
    def authority(self) -> str:
        """The Host field: the port only where it is not the scheme's own."""
        return self._bracketed if self.port == PORTS[self.scheme] else self.place

    @property
    def text(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def basic(self) -> str | None:
        """The value of Authorization for the user information (RFC 7617)."""
        return None if self.user is None else "Basic " + b64encode(self.user.encode()).decode("ascii")

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse(text: str) -> Address:
    """Read an absolute http(s) address; FetchError where it is none or can be read in two ways."""
    if len(text) > LIMIT:
        raise FetchError(f"the address is longer than {LIMIT:,} characters")
    _check(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"the address {_broken(text)} cannot be read") from error
    if parts.scheme not in PORTS:
        raise FetchError(f"the address {shown(text)} is neither http nor https")
    if port == 0 or parts.netloc.count("@") > 1:
        raise FetchError(f"the address {shown(text)} has no usable host and port")
    return Address(
        scheme=parts.scheme,
        host=_host(parts, text),
        port=port or PORTS[parts.scheme],
        target=_target(parts),
        user=_user(parts),
    )


def redirected(here: Address, location: str) -> Address:
    """Where a Location field leads from `here`. FetchError for what may not be followed."""
    try:
        _check(location)  # before `urljoin`, which drops control characters in silence
        there = parse(location if _SCHEME.match(location) else urljoin(here.text, location))
    except ValueError as error:
        raise FetchError(f"redirects to {_broken(location)}, which is no address") from error
    except FetchError as error:
        raise FetchError(f"redirects to a place that is not followed: {error}") from error
    if there.user is not None:
        raise FetchError(f"redirects to {there.text} with user information, which is not followed")
    if here.scheme == "https" and there.scheme == "http":
        raise FetchError(f"redirects from https to {there.text}, which is not encrypted, and is not followed")
    return there


def shown(text: str) -> str:
    """An address for a message: no user information, no query, at most 200 characters."""
    start, _, query = _USER_INFO.sub("//***@", text).partition("?")
    return (start[:200] + "…" if len(start) > 200 else start) + ("?***" if query else "")


def _check(text: str) -> None:
    if found := _FORBIDDEN.search(text):
        raise FetchError(f"{_broken(text)} holds {found[0]!r}, which no address may")


def _broken(text: str) -> str:
    """Where the parts are not sure, all up to the last @ may be a password."""
    return shown(re.sub("//.*@", "//***@", text, flags=re.DOTALL))


def _host(parts: SplitResult, text: str) -> str:
    host = (parts.hostname or "").lower()
    if "[" in parts.netloc:
        try:
            return str(ipaddress.IPv6Address(host)) if _BRACKETED.search(parts.netloc) else _no_host(text)
        except ValueError:
            return _no_host(text)
    if not host.isascii():
        host = _ascii(host[:256], text)
    labels = host.removesuffix(".").split(".")
    sound = _HOST_NAME.fullmatch(host) and all(0 < len(label) < 64 for label in labels)
    return host if sound else _no_host(text)


def _no_host(text: str) -> str:
    raise FetchError(f"the address {shown(text)} has no usable host")


def _ascii(host: str, text: str) -> str:
    import idna  # 20 ms, and few hosts need it

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return _no_host(text)


def _target(parts: SplitResult) -> str:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return target if target.isascii() else quote(target, safe=_SAFE)


def _user(parts: SplitResult) -> str | None:
    if "@" not in parts.netloc:
        return None
    return f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
