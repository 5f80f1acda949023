"""The file itself: read, decoded and split into tables, or one line that says why it cannot be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from monitor import text
from monitor.config.paths import default_config
from monitor.config.secrets import HIDDEN, safe_url
from monitor.errors import ConfigError, Problem

LIMIT = 32_000_000  # bytes: a hundred thousand feeds

_SECRET_LINE = re.compile(
    r"(?i)(?:.*\b)?(?:secret|token|passw(?:or)?d|authorization|cookie|apprise|webhook|headers|url|[\w-]*key)"
    r"[\"']?\s*="
)


def read(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of the file and its tables; ConfigError where it cannot be read, is no TOML, or is empty."""
    document = _decoded(path, _bytes(path))
    try:
        tables = tomllib.loads(document)
    except RecursionError:
        raise _error(path, "brackets are nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, and numbers of more digits than Python reads
        raise ConfigError([_syntax_problem(path, document, str(error))]) from None
    if not tables:
        raise _error(path, f"the file is empty; copy what you need from {default_config()}")
    return document, tables


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(LIMIT + 1)
    except FileNotFoundError:
        raise _error(path, f"there is no such file; a sample to copy is {default_config()}") from None
    except IsADirectoryError:
        raise _error(path, "is a directory; name the file in it") from None
    except PermissionError:
        raise _error(path, f"may not be read; run chmod u+r {path}, or name another with --config") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _error(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(body) > LIMIT:
        raise _error(path, f"holds more than {LIMIT // 1_000_000} MB; is it a feeds.toml?")
    return body


def _decoded(path: Path, body: bytes) -> str:
    try:
        document = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _error(path, f"not UTF-8 at byte {error.start}; save it as UTF-8") from None
    if (nul := body.find(b"\0")) >= 0:
        raise _error(path, f"not UTF-8 at byte {nul}, which is NUL; save it as UTF-8 text")
    return document.removeprefix("\ufeff")


def _error(path: Path, why: str) -> ConfigError:
    return ConfigError([Problem(str(path), None, why)])


def _syntax_problem(path: Path, document: str, message: str) -> Problem:
    found = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", message, re.DOTALL)
    lines = document.split("\n")
    if found is None:
        return Problem(str(path), None, text.visible(message))
    line = int(found[2] or len(lines))
    column = int(found[3] or len(lines[-1]) + 1)
    shown = safe_url(lines[line - 1].strip())
    if secret := _SECRET_LINE.match(shown):  # an open quote must not print the secret behind it
        shown = f"{secret[0]} {HIDDEN}"
    fault = text.visible(found[1], 120)
    return Problem(str(path), line, f"column {column}: {fault}: {text.visible(shown, 120)}")
