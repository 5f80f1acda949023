"""The CPU cost of one feed, cold and warm, from 50 to 5,000 feeds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.poll import ours
from bench.processes import feedserver

SIZES = (50, 500, 5_000)


def main() -> None:
    print("feeds   cold ms/feed   warm ms/feed   peak MB")
    for size in SIZES:
        with feedserver(size) as port, TemporaryDirectory() as scratch:
            run = ours(Path(scratch), port, size)
            cold, warm = run(), run()
        print(f"{size:>5}   {1000 * cold.cpu / size:12.2f}   {1000 * warm.cpu / size:12.2f}   {cold.peak_mb:7.0f}")


if __name__ == "__main__":
    main()
