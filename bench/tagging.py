"""How fast entries are tagged, and what loading the model costs: `python -m bench tagging`."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

from classifiers import artifacts, dataset
from classifiers.labels import load_topic
from classifiers.tagger import Tagger

LOAD = (
    "import time, resource; s = time.perf_counter(); from classifiers.tagger import Tagger; i = time.perf_counter();"
    "Tagger.load(); e = time.perf_counter(); peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024;"
    "print(f'import {i - s:.3f} s, load {e - i:.3f} s, peak memory {peak:.0f} MB')"
)


def main() -> None:
    """Print speed in entries a second of one core, cold (every word new) and warm, and the cost of loading."""
    print(subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout.strip())
    texts = [example.text for example in dataset.load(dataset.CORPUS_FILE, load_topic())]
    tagger = Tagger.load()
    for name in ("cold", "warm"):
        start = time.process_time()
        tagger.tag(texts)
        print(f"{name}: {len(texts) / (time.process_time() - start):,.0f} entries a second")
    alone = sorted(_milliseconds(tagger, text) for text in texts[:500])
    print(f"one entry: {alone[250]:.2f} ms (median), {alone[495]:.2f} ms (99%)")
    size = sum(path.stat().st_size for path in artifacts.MODELS.iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"model files: {size / 1e6:.1f} MB; peak memory of this run {peak:.0f} MB")


def _milliseconds(tagger: Tagger, text: dataset.Text) -> float:
    start = time.perf_counter()
    tagger.tag([text])
    return (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    main()
