"""Links of stories, opened only when they are plain http or https: one argument, no shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from urllib.parse import urlsplit

from monitor.text import http_url, visible

OPENERS = ("xdg-open", "open", "wslview")
SECONDS = 5.0  # an opener that takes longer is at work: it is left alone


def checked(url: str | None) -> str | None:
    """The address if it may be opened: clean http(s), its host in the letters that the network uses."""
    return http_url(url) if url else None


def host(url: str) -> str:
    """The true host of a checked address."""
    return urlsplit(url).hostname or ""


def shown(address: str) -> str:
    """An address as it may be printed."""
    return visible(address)


def open_in_browser(url: str) -> str | None:
    """Open a checked address; one line that says why not, or None where it went well. Blocks a little.

    The opener gets a session without terminal: no browser can draw on the pane or read its keys.
    """
    wanted = (os.environ.get("BROWSER", ""), *OPENERS)
    opener = next((path for name in wanted if name and (path := shutil.which(name))), None)
    if opener is None:
        return f"no browser found ({', '.join(OPENERS)}, or set BROWSER); y copies the link"
    quiet = subprocess.DEVNULL
    command = [opener, url]  # checked() leaves nothing that could be an option: it begins with http
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list without a shell
            command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
        code = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        return f"{opener}: {os.strerror(error.errno or 0)}; y copies the link"
    return f"{opener} ended with {code}; y copies the link" if code else None
