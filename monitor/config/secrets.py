"""${NAME} and ${cmd:…}: filled in when a source is used, and kept out of everything that is shown.

`${NAME}` is an environment variable, `${cmd:pass show feed}` the first line that a command prints (argument
list, no shell, 5 s). Nothing else in a template is special.
"""

from __future__ import annotations

import re
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from monitor.config.settings import Settings

HIDDEN = "***"
PLACE = re.compile(r"\$\{(?:cmd:(?P<command>[^{}]*)|(?P<variable>[A-Za-z_][A-Za-z0-9_]*))\}")

# The second form is a password with an unescaped /, ? or #: what stands behind the colon is no port.
_USER = re.compile(r"(?<=://)(?:[^/?#]*@|[^/?#:\[]*:(?!\d{1,5}(?:[/?#]|$)).*@)")
_NETLOC = re.compile(r"(?<=//)[^/?#]*")
_USER_IN_TEXT = re.compile(r"(?<=://)[^/?#\s]*@")
_QUERY = re.compile(
    r"([?&;](?:api[_-]?key|access[_-]?token|auth|key|passw(?:or)?d|secret|sig(?:nature)?|token)=)([^&;#\s]+)",
    re.IGNORECASE,
)
_LONG_PART = re.compile(r"/[A-Za-z0-9_-]{20,}")  # as chat services have in the addresses of their hooks
_SCHEME = re.compile(r"(?:Basic|Bearer|Digest|Token|ApiKey)\s+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OPEN_HEADERS = frozenset({"accept", "accept-language", "cache-control", "content-type", "referer", "user-agent"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A template with its places filled in; `text` is for the wire only."""

    text: str


@dataclass(frozen=True, slots=True)
class Off:
    """Why a template cannot be filled in, naming the variable; the source it belongs to is off."""

    reason: str


class Secrets:
    """Fills in templates and remembers what was filled in, so that `redact` can take it out again.

    A command runs once, however many templates name it.
    """

    def __init__(self, environ: Mapping[str, str], settings: Settings) -> None:
        self._environ = environ
        self._run_commands = settings.trusted
        self._commands: dict[str, Resolved | Off] = {}
        self._values = {value for _, value in _literal(settings)}
        self._pattern: re.Pattern[str] | None = None

    def resolve(self, template: str) -> Resolved | Off:
        """The template with every ${…} replaced; Off with the reason where one of them has no value."""
        filled, end = "", 0
        for place in PLACE.finditer(template):
            value = self._value(place["variable"], place["command"])
            if isinstance(value, Off):
                return value
            self._remember(value.text)
            filled += template[end : place.start()] + value.text
            end = place.end()
        filled += template[end:]
        for found in _literal_in_address(filled):
            self._remember(found)
        return Resolved(filled)

    def resolve_headers(self, headers: Mapping[str, str]) -> dict[str, str] | Off:
        """Every value filled in; Off where one cannot be."""
        filled: dict[str, str] = {}
        for name, template in headers.items():
            value = self.resolve(template)
            if isinstance(value, Off):
                return value
            if not value.text.isascii():
                return Off(f"header {name} would hold characters outside ASCII")
            filled[name] = value.text
        return filled

    @property
    def known(self) -> tuple[str, ...]:
        """Every secret met so far, longest first."""
        return tuple(sorted(self._values, key=len, reverse=True))

    def redact(self, text: str) -> str:
        """The text with every known secret, and whatever stands before @ in an address, shown as ***."""
        if self._pattern is None:
            forms = {form for value in self._values for form in (value, quote(value), quote(value, safe=""))}
            longest_first = sorted(forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        return _USER_IN_TEXT.sub(f"{HIDDEN}@", self._pattern.sub(HIDDEN, text))

    def _remember(self, value: str) -> None:
        if value not in self._values:
            self._values.add(value)
            self._pattern = None

    def _value(self, variable: str | None, command: str | None) -> Resolved | Off:
        if command is not None:
            if command not in self._commands:
                self._commands[command] = self._run(command)
            return self._commands[command]
        value = self._environ.get(variable or "")
        if not value:
            return Off(f"{variable} is {'not set' if value is None else 'empty'}")
        return _clean(value, str(variable))

    def _run(self, command: str) -> Resolved | Off:
        if not self._run_commands:
            return Off("${cmd:…} is not run from a feeds.toml that nobody named; name it with --config")
        from monitor.config.commands import first_line  # starting processes is costly to import

        arguments = shlex.split(command)
        name = f"${{cmd:{arguments[0]} …}}"
        try:
            line = first_line(arguments, self._environ)
        except (OSError, ValueError) as error:
            return Off(f"{name} failed: {getattr(error, 'strerror', None) or error}")
        return _clean(line, name) if line else Off(f"{name} printed nothing")


def _clean(value: str, name: str) -> Resolved | Off:
    if _CONTROL.search(value):
        return Off(f"{name} holds a control character")
    return Resolved(value)


# ------------------------------------------------------------------ what may be shown


def safe_url(template: str) -> str:
    """The address of a feed or signal for people: user information, ${…} and query tokens as ***."""
    hidden = PLACE.sub(HIDDEN, template)
    return _QUERY.sub(rf"\g<1>{HIDDEN}", _USER.sub(f"{HIDDEN}@", hidden))


def safe_webhook(template: str) -> str:
    """The address of a hook for people: only its host, for the path is often the secret."""
    scheme, slashes, rest = safe_url(template).partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return f"{scheme}://{host}/{HIDDEN}" if slashes else HIDDEN


def exposed(settings: Settings) -> str | None:
    """A warning where everybody may read the config and a secret is written in it; None otherwise."""
    try:
        everybody = settings.path.stat().st_mode & stat.S_IROTH
    except OSError:
        return None  # read from a pipe that is gone
    where = next((where for where, _ in _literal(settings)), None) if everybody else None
    if where is None:
        return None
    path = shlex.quote(str(settings.path))
    return f"{settings.path}: everybody can read it and {where} holds a secret: run chmod 600 {path}"


def _literal(settings: Settings) -> Iterator[tuple[str, str]]:
    """(where, secret) for every secret that is written out in the file itself."""
    for kind, sources in (("feed", settings.feeds), ("signal", settings.signals)):
        for source in sources:
            where = f"{kind} {source.name}"
            yield from ((where, secret) for secret in _literal_in_address(source.url))
            yield from ((where, secret) for secret in _literal_in_headers(source.headers))
    for sink in settings.sinks:
        for whole in (sink.secret, sink.apprise):
            if whole and not PLACE.search(whole):
                yield f"sink {sink.name}", whole
        if sink.webhook and (_LONG_PART.search(sink.webhook) or any(_literal_in_address(sink.webhook))):
            yield f"sink {sink.name}", sink.webhook


def _literal_in_address(url: str) -> Iterator[str]:
    for found in _QUERY.finditer(url):
        if not PLACE.search(found[2]):
            yield found[2]
    if "@" not in url:
        return
    netloc = _NETLOC.search(PLACE.sub("1", url))  # urlsplit refuses what is no address, and this may be none
    user, at, _ = (netloc[0] if netloc else "").rpartition("@")
    if at and not PLACE.search(url.partition("@")[0]):
        secret = user.partition(":")[2] or user
        yield from {secret, unquote(secret)}


def _literal_in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        secret = _SCHEME.sub("", value, count=1)
        if name.lower() not in _OPEN_HEADERS and secret and not PLACE.search(secret):
            yield secret
