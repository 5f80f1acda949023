"""Write monitor/data/words.csv: how common the subject's words are, counted in the classifiers' corpus.

`python -m bench.common_words`. Grouping needs to know from the first entry on that "miner" tells nothing and
"Ironquartz" much; the project's own corpus says so without any outside word list.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

from monitor.stories.words import terms

LEAST = 4  # entries that must hold a word; rarer ones are left to the default share
ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "classifiers" / "corpus" / "entries.jsonl"


def main() -> None:
    counts: Counter[str] = Counter()
    entries = 0
    for line in CORPUS.read_text("utf-8").splitlines():
        row = json.loads(line)
        counts.update(set(terms(f"{row['title']} {row['summary']}")))
        entries += 1
    with (ROOT / "monitor" / "data" / "words.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["word", "share"])
        table.writerows(
            (word, f"{n / entries:.5f}")
            for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if n >= LEAST
        )
    print(f"{entries} entries, {sum(n >= LEAST for n in counts.values())} words")


if __name__ == "__main__":
    main()
