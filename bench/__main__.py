"""`python -m bench [NAME …]`: run benchmarks, all of them without a name."""

from __future__ import annotations

import importlib
import sys

BENCHES = {
    "poll": "500 feeds cold, warm and 1% changed, against newsboat and reader, in one run",
    "linear": "the cost of a feed from 50 to 5,000 feeds",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHES]
    if unknown or names == ["--help"]:
        for name, what in BENCHES.items():
            print(f"python -m bench {name:<10} {what}")
        return 2 if unknown else 0
    for name in names or BENCHES:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
