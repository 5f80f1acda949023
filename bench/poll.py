"""500 feeds / 17,600 entries over loopback: cold, warm (all 304) and 1% changed, in CPU seconds.

The peers run in turn with us on the same feeds in the same run, so read the ratios: the machine is noisy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import Cost, change_one_percent, cost, feedserver, median, newsboat, peer_python, sound

FEEDS = 500
ROUNDS = 3
Run = Callable[[], Cost]


def ours(home: Path, port: int, feeds: int) -> Run:
    config = home / "feeds.toml"
    tables = "".join(f'[[feed]]\nname = "Feed {n}"\nurl = "http://127.0.0.1:{port}/{n}"\n' for n in range(feeds))
    network = f'[network]\nallow_private = ["127.0.0.1:{port}"]\nper_host = 16\n'
    config.write_text(network + tables)
    command = [sys.executable, "-m", "monitor", "--config", str(config), "--db", str(home / "p.db")]
    return lambda: cost([*command, "poll", "--all", "--no-tag"])


def reader(home: Path, port: int, feeds: int) -> Run:
    python = peer_python("reader", "sgmllib3k")  # its own copy of feedparser imports that, and it does not ask for it
    database = home / "reader.db"
    urls = [f"http://127.0.0.1:{port}/{n}" for n in range(feeds)]
    code = f"from reader import make_reader\nr = make_reader({str(database)!r})\nfor u in {urls!r}: r.add_feed(u)"
    sound(cost([str(python), "-c", code]), "reader")
    # Without --new-only and with the schedule set aside it asks all feeds, as poll --all does.
    opened = f"from reader import make_reader\nr = make_reader({str(database)!r})"
    update = f"{opened}\nfor _ in r.update_feeds_iter(scheduled=False, workers=10): pass"
    return lambda: cost([str(python), "-c", update])


def boat(program: str, home: Path, port: int, feeds: int) -> Run:
    (home / "urls").write_text("".join(f"http://127.0.0.1:{port}/{n}\n" for n in range(feeds)))
    (home / "config").touch()
    files = ["-u", str(home / "urls"), "-c", str(home / "cache.db"), "-C", str(home / "config")]
    return lambda: cost([program, *files, "-x", "reload"], {"HOME": str(home)})


def main() -> None:
    rows: dict[str, dict[str, list[Cost]]] = {}
    with feedserver(FEEDS) as port:
        for _ in range(ROUNDS):
            with TemporaryDirectory() as scratch:
                home = Path(scratch)
                runs = {"pivotwatch": ours(home, port, FEEDS), "reader": reader(home, port, FEEDS)}
                if program := newsboat():
                    runs["newsboat"] = boat(program, home, port, FEEDS)
                for phase in ("cold", "warm", "1% changed"):
                    if phase == "1% changed":
                        change_one_percent(port)
                    for name, run in runs.items():
                        rows.setdefault(name, {}).setdefault(phase, []).append(sound(run(), name))
                        if phase == "cold" and name == "newsboat":
                            run()  # as Debian ships it, its second poll sends no validators
    table(rows)


def table(rows: dict[str, dict[str, list[Cost]]]) -> None:
    print(f"{FEEDS} feeds: CPU seconds of the whole process (medians of {ROUNDS}), x ours / theirs, peak MB in all")
    for name, phases in rows.items():
        cells = []
        for phase, costs in phases.items():
            mid, our = median(costs), median(rows["pivotwatch"][phase])
            cells.append(f"{phase} {mid.cpu:6.2f} s  x{our.cpu / mid.cpu:4.2f}  {mid.peak_mb:4.0f} MB")
        print(f"{name:<11} " + "   ".join(cells))


if __name__ == "__main__":
    main()
