"""A model of the reader's own, trained on their labels by a child process: scikit-learn never enters this one."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryDirectory

from monitor import tagging
from monitor.errors import UnfinishedError, UsageError
from monitor.store import labels, tags
from monitor.store.database import open_database, transaction

USAGE = 2  # exit code of a trainer that cannot use what it was given
GRACE_SECONDS = 2.0  # for a trainer that is told to stop and to clean up after itself


@dataclass(frozen=True, slots=True)
class Trained:
    """Held-out scores of the corpus alone and with the labels, and whether the new model is in use.

    `chance`: where 95% of the changes of each score lie; `reason`: why the new model is worse, or is not; `lines`: the
    same for people.
    """

    version: str
    labels: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    chance: Mapping[str, Sequence[float]]
    worse: bool
    reason: str
    used: bool
    lines: Sequence[str]

    @property
    def verdict(self) -> list[str]:
        if not self.used:
            return [f"not taken into use: {self.reason}; `train --force` takes it all the same"]
        return [
            f"taken{' because of --force' if self.worse else ''}: {self.reason}",
            f"in use: model {self.version}, {self.labels} labels; the next poll reads every entry again",
        ]


async def train(database: Path, *, force: bool = False, corpus: Path | None = None) -> Trained:
    """Train, and take the new model into use unless it is worse; cancelling ends the child and keeps the old one.

    UsageError where there is too little to learn from, UnfinishedError where the child broke.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "labels.jsonl"
        await asyncio.to_thread(_write, database, file)
        options = [*(["--force"] if force else []), *(["--corpus", str(corpus)] if corpus else [])]
        own = tagging.folder_of(database)
        trained = _read(*await _run("--labels", str(file), "--out", str(own), *options))
    if trained.used:
        await asyncio.to_thread(take, database, own / f"{trained.version}.npz")
    return trained


def take(database: Path, model: Path) -> None:
    """Take a model into use and have the next poll read every entry that another one read.

    The entries are marked first: what ends this in between leaves the old model in use, and costs another reading.
    """
    with closing(open_database(database)) as connection, transaction(connection):
        tags.read_again(connection, model.stem)
    tagging.use(model, tagging.folder_of(database))


def _write(database: Path, file: Path) -> None:
    with closing(open_database(database)) as connection:
        rows = labels.for_training(connection)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


async def _run(*arguments: str) -> tuple[int, str, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "classifiers.train", "--json", *arguments,
        stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        out, err = await child.communicate()
    finally:
        if child.returncode is None:
            await _end(child)
    return child.returncode or 0, out.decode(), err.decode(errors="replace")


async def _end(child: Process) -> None:
    """Have it end, by force after a moment. A pane that closes cancels this more than once: it waits all the same."""
    child.terminate()
    force = asyncio.get_running_loop().call_later(GRACE_SECONDS, child.kill)
    while child.returncode is None:
        with suppress(asyncio.CancelledError):
            await child.wait()
    force.cancel()


def _read(code: int, out: str, err: str) -> Trained:
    last = (err.strip().splitlines() or ["no word why"])[-1]
    if code == USAGE:
        raise UsageError(f"train: {last}")
    try:
        told = json.loads(out)
        return Trained(**{name: told[name] for name in Trained.__slots__})
    except (ValueError, KeyError) as error:
        raise UnfinishedError(f"train: the trainer ended with {code}: {last}; the model in use stays") from error
