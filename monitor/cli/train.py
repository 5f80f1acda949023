"""`train`: a model of one's own from the corpus and the labels, tried on held-out entries before it is used."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict

from monitor.cli import context
from monitor.cli.model import told_when_stopped
from monitor.cycle import training
from monitor.export.jsonl import dumps


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 where the new model is worse and was not taken."""
    if sys.stderr.isatty():
        context.talk(arguments, "training takes some minutes; Ctrl-C ends it and changes nothing")
    database = context.database_of(arguments)
    with told_when_stopped(arguments):
        trained = asyncio.run(training.train(database, force=arguments.force, corpus=arguments.corpus))
    told = {name: value for name, value in asdict(trained).items() if name != "lines"}
    print(dumps(told) if arguments.json else "\n".join([*trained.lines, *trained.verdict]))
    return 0 if trained.used else 1
