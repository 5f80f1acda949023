"""`python -m bench [NAME …]`: run benchmarks, without a name all but those that take minutes."""

from __future__ import annotations

import importlib
import sys

BENCHES = {
    "poll": "500 feeds cold, warm and 1% changed, against newsboat and reader, in one run",
    "linear": "the cost of a feed from 50 to 5,000 feeds",
    "soak": "[MINUTES] the pane beside a cron job, on feeds that misbehave: leaks, locks, losses",
}
TIMED = {"soak"}  # run by name only, for as many minutes as the number after it says


def main(words: list[str]) -> int:
    runs = planned(words)
    if not runs or words == ["--help"]:
        for name, what in BENCHES.items():
            print(f"python -m bench {name:<10} {what}")
        return 0 if words == ["--help"] else 2
    for name, *minutes in runs:
        importlib.import_module(f"bench.{name}").main(*minutes)
    return 0


def planned(words: list[str]) -> list[list[str]]:
    """What to run, each name with its minutes where it was given some; nothing where a word is unknown."""
    runs: list[list[str]] = []
    for word in words or [name for name in BENCHES if name not in TIMED]:
        if word in BENCHES:
            runs.append([word])
        elif word.isdecimal() and runs and runs[-1][0] in TIMED and len(runs[-1]) == 1:
            runs[-1].append(word)
        else:
            return []
    return runs


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
