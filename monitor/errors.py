"""Errors that a person can mend, each one line: what, where, what to do.

    PivotwatchError
    ├── UsageError            the command line asks for something that is not there          exit 2
    ├── ConfigError           feeds.toml cannot be used; `problems` lists every fault         exit 2
    ├── StoreError            the database cannot be used; nothing was changed                exit 2
    │   └── StoreBusyError    another process holds it longer than we wait
    ├── LeaseHeldError        another poll or check is at work                                exit 75
    ├── SourceError           one feed or signal failed; the others go on                     in the report
    │   ├── FetchError        no usable answer (address, TLS, time, size, status)
    │   ├── ParseError        an answer that is no feed
    │   └── ReadingError      an answer without a number that can be believed
    ├── ModelError            a model file that is missing, damaged or of another make
    └── UnfinishedError       the work could not be finished (disk full, lines with errors)   exit 1

Anything else that is raised is a bug and is allowed to look like one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class PivotwatchError(Exception):
    """Base of all errors that are told in one line."""

    exit_code = 1


class UsageError(PivotwatchError):
    """The command line asks for something that is not there."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a config file: `feeds.toml:7: unknown key evry; did you mean every?`"""

    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.text}"


class ConfigError(PivotwatchError):
    """feeds.toml cannot be used; nothing was touched."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class StoreError(PivotwatchError):
    """The database cannot be used; it was left as it is."""

    exit_code = 2


class StoreBusyError(StoreError):
    """Another process kept the database locked for longer than we wait."""

    exit_code = 1


class LeaseHeldError(PivotwatchError):
    """Another run holds the lease for fetching."""

    exit_code = 75


class SourceError(PivotwatchError):
    """One feed or signal failed; it becomes a line of the report and costs the others nothing."""


class FetchError(SourceError):
    """No usable answer: address refused, TLS, time, size or status.

    The text is one clean line without the source's name, which whoever shows it puts in front. `status` is
    the HTTP status if an answer's head came; `retry_after` the moment (aware UTC) before which the server
    wants no further request; `gone` is True for 410; `seconds` what it took, without the wait for a free place.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        retry_after: datetime | None = None,
        gone: bool = False,
        seconds: float = 0.0,
    ) -> None:
        super().__init__(text)
        self.seconds = seconds
        self.status = status
        self.retry_after = retry_after
        self.gone = gone


class ParseError(SourceError):
    """An answer came, but it is no feed."""


class ReadingError(SourceError):
    """An answer came, but no number in it can be believed."""


class ModelError(PivotwatchError):
    """A model file is missing, damaged or of another make."""


class UnfinishedError(PivotwatchError):
    """The work could not be finished: disk full, a line with errors, a delivery that failed."""
