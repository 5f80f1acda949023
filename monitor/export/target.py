"""Write a file so that its name never holds half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from monitor.errors import UnfinishedError, UsageError


@contextmanager
def replacing(path: Path, *, force: bool, newline: str = "\n") -> Iterator[TextIO]:
    """A text stream that becomes `path` when all went well; until then the old file stands.

    UsageError where `path` exists without `force`, or is a directory or a symlink.
    """
    _check(path, force=force)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another with -o") from error
    try:
        with open(handle, "w", encoding="utf-8", newline=newline) as stream:  # noqa: PTH123 - an open descriptor
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        raise UnfinishedError(f"{path}: not written ({error.strerror}); the old file is as it was") from error
    finally:
        draft.unlink(missing_ok=True)


def _check(path: Path, *, force: bool) -> None:
    if path.is_symlink():
        raise UsageError(f"{path}: is a symlink and is not followed; name the file itself")
    if path.is_dir():
        raise UsageError(f"{path}: is a directory; name a file")
    if path.exists() and not force:
        raise UsageError(f"{path}: exists; --force replaces it")
