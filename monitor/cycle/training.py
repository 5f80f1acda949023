"""A model of the reader's own, trained on their labels by a child process: scikit-learn never enters this one."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryDirectory

from monitor import tagging
from monitor.errors import UnfinishedError, UsageError
from monitor.store import labels, tags
from monitor.store.database import open_database, transaction

USAGE = 2  # exit code of a trainer that cannot use what it was given


@dataclass(frozen=True, slots=True)
class Trained:
    """Held-out scores of the corpus alone and with the labels, and whether the new model is in use."""

    version: str
    labels: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    worse: bool
    used: bool

    @property
    def lines(self) -> list[str]:
        told = [f"{name}: {value:.3f} before, {self.after[name]:.3f} after" for name, value in self.before.items()]
        if self.used:
            return [*told, f"in use: model {self.version}, {self.labels} labels; the next poll reads every entry again"]
        return [*told, "not taken into use: worse on held-out entries; `train --force` takes it all the same"]


async def train(database: Path, *, force: bool = False, corpus: Path | None = None) -> Trained:
    """Train, and take the new model into use unless it is worse; cancelling ends the child.

    UsageError where there is too little to learn from, UnfinishedError where the child broke.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "labels.jsonl"
        await asyncio.to_thread(_write, database, file)
        options = [*(["--force"] if force else []), *(["--corpus", str(corpus)] if corpus else [])]
        trained = _read(*await _run("--labels", str(file), "--out", str(tagging.folder_of(database)), *options))
    if trained.used:
        await asyncio.to_thread(read_again, database, trained.version)
    return trained


def read_again(database: Path, version: str) -> None:
    """Have the next poll read every entry that another model read."""
    with closing(open_database(database)) as connection, transaction(connection):
        tags.read_again(connection, version)


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
            child.kill()
            await child.wait()
    return child.returncode or 0, out.decode(), err.decode(errors="replace")


def _read(code: int, out: str, err: str) -> Trained:
    last = (err.strip().splitlines() or ["no word why"])[-1]
    if code == USAGE:
        raise UsageError(f"train: {last}")
    try:
        told = json.loads(out)
        return Trained(**{name: told[name] for name in Trained.__slots__})
    except (ValueError, KeyError) as error:
        raise UnfinishedError(f"train: the trainer ended with {code}: {last}; the model in use stays") from error
