"""Which feeds.toml is read and which database is used (flag, environment, XDG directories, shipped file).

Source: XDG Base Directory Specification 0.8, where a relative directory is to be ignored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import UsageError

FILE = "feeds.toml"


@dataclass(frozen=True, slots=True)
class Found:
    """A config file, as the user names it; an untrusted one may not run commands."""

    path: Path
    trusted: bool


def find_config(flag: str | None, environ: Mapping[str, str], cwd: Path = Path()) -> Found:
    """--config, PIVOTWATCH_CONFIG, ./feeds.toml, the user's own, the shipped one: the first there is.

    The file that merely lies in the current directory is not trusted: it may come with a download. A named
    one is returned whether it exists or not. UsageError without a home directory to look in.
    """
    named = _named(flag, "--config", environ, "PIVOTWATCH_CONFIG")
    if named is not None:
        return Found(named, trusted=True)
    here = cwd / FILE
    if os.path.lexists(here):
        return Found(here, trusted=False)
    own = _directory(environ, "XDG_CONFIG_HOME", ".config") / FILE
    return Found(own if os.path.lexists(own) else default_config(), trusted=True)


def find_database(flag: str | None, environ: Mapping[str, str]) -> Path:
    """--db, PIVOTWATCH_DB, or the file in the user's data directory; UsageError without a home directory."""
    named = _named(flag, "--db", environ, "PIVOTWATCH_DB")
    return named or _directory(environ, "XDG_DATA_HOME", ".local/share") / "pivotwatch.db"


def default_config() -> Path:
    """The shipped feeds.toml: beside the data in an installed package, at the root of a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "data" / FILE
    return installed if installed.exists() else package.parent / FILE


def _named(flag: str | None, option: str, environ: Mapping[str, str], variable: str) -> Path | None:
    if flag is None:
        name = environ.get(variable, "")
        return Path(name) if name else None
    if not flag:
        raise UsageError(f"{option} names no file")
    return Path(flag)


def _directory(environ: Mapping[str, str], variable: str, under_home: str) -> Path:
    base = Path(environ.get(variable, ""))
    return (base if base.is_absolute() else _home(environ) / under_home) / "pivotwatch"


def _home(environ: Mapping[str, str]) -> Path:
    import pwd  # only where there is no usable HOME is it asked

    home = Path(environ.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        raise UsageError(
            "no home directory: HOME is not set and the password database has none; "
            "name the files with --config and --db, or PIVOTWATCH_CONFIG and PIVOTWATCH_DB"
        ) from None
