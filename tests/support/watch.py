"""Watches the real program from inside: which places it dials, which names it looks up, what it opens and runs.

`guarded` gives the environment of a process whose every connection but to `allowed` ports of this machine is
refused; what it tried is read with `told`. The parser process inherits it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support.program import ROOT

SITE = """
import json, os, sys

ALLOWED = {allowed!r}
LOG = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
WATCHED = {{"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "open"}}

def watch(event, arguments):
    if event not in WATCHED:
        return
    if event == "open":
        if not str(arguments[0]).startswith({opened!r}):
            return
        what = str(arguments[0])
    elif event == "socket.connect":
        what = arguments[1]
        if isinstance(what, str) or tuple(what[:2]) in ALLOWED:
            return
        what = list(what[:2])
    elif event == "socket.getaddrinfo":
        what = arguments[0]
        if what in (None, "localhost", "127.0.0.1"):
            return
    else:
        what = [str(one) for one in arguments[1]] if event == "subprocess.Popen" else str(arguments[0])
    os.write(LOG, json.dumps([event, what]).encode() + b"\\n")
    if event.startswith("socket"):
        raise OSError("stray: " + event)

sys.addaudithook(watch)
"""


def guarded(home: Path, allowed: Iterable[tuple[str, int]], opened: tuple[str, ...] = ("/nowhere",)) -> dict[str, str]:
    """Variables for Program: files whose names begin with one of `opened` are told of too."""
    folder = home / "guard"
    folder.mkdir(exist_ok=True)
    site = SITE.format(allowed=set(allowed), log=str(home / "watched"), opened=opened)
    (folder / "sitecustomize.py").write_text(site)
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


def told(home: Path) -> list[tuple[str, Any]]:
    """What was refused or seen, as (event, what)."""
    log = home / "watched"
    return [tuple(json.loads(line)) for line in log.read_text().splitlines()] if log.exists() else []
