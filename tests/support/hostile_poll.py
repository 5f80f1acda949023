"""Whole polls of the real program over everything that support/ can serve, watched from inside and outside."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from support.hostile_cases import CASES
from support.hostile_documents import MARKER, Served, documents
from support.hostile_faults import FAULTS, SOUND
from support.hostile_http import FEED
from support.hostile_server import HostileServer, document
from support.program import Program
from support.watch import guarded, told

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
CONTROLS = 12  # sound feeds beside the hostile ones, among them a few on which every guard could stumble
OWN_PLACES = ("/s%C3%B6und", "/to/302/")  # where redirects of SOUND lead

Row = dict[str, Any]


@dataclass
class Polls:
    """Every case as a feed of one config, polled `times` times; then what the program says of it."""

    home: Path
    served: list[Served]
    http: bool = True  # also the cases of support/hostile_cases.py
    timeout: str = "2s"
    reports: list[dict[str, Row]] = field(default_factory=list)  # by feed, one a poll
    peaks: list[float] = field(default_factory=list)  # MB of all processes
    seconds: list[float] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)  # exported entries, by feed
    canary: list[str] = field(default_factory=list)  # requests that only an obeyed document makes
    strays: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, home: Path, names: frozenset[str] | None = None, **more: Any) -> Self:
        """All documents, or those of these names."""
        wanted = documents("http://127.0.0.1:1/canary", str(home / "marker"))
        return cls(home, [one for one in wanted if names is None or one.name in names], **more)

    def run(self, times: int = 2) -> Self:
        with HostileServer() as server:
            marker = self.home / "marker"
            marker.write_text(MARKER)
            names = {one.name for one in self.served}
            self.served = [one for one in documents(server.url("canary"), str(marker)) if one.name in names]
            program = Program(self.home)
            program.config.write_text(self._config(server))
            environ = guarded(self.home, {server.place}, (str(marker), "/dev/zero", "/etc/passwd"))
            for _ in range(times):
                ran = program.measured("poll", "--all", "--json", environ=environ)
                self.reports.append({feed["name"]: feed for feed in ran.json["feeds"]})
                self.peaks.append(ran.peak_mb)
                self.seconds.append(ran.seconds)
                assert ran.err == ""
            rows = defaultdict(list)
            for row in program("export", "--rows", "entries").rows:
                rows[row["feed"]].append(row)
            self.rows = dict(rows)
            self.canary = [one.target for one in server.seen if "canary" in one.target]
            self.strays = [
                one for one in told(self.home) if one[0] != "subprocess.Popen" or "monitor.sources" not in str(one)
            ]
            self.port = server.port
        return self

    def _config(self, server: HostileServer) -> str:
        urls = {one.name: server.serve(f"/documents/{n}", one.case()) for n, one in enumerate(self.served)}
        urls |= {f"control {n}": server.serve(f"/controls/{n}", document(FEED)) for n in range(CONTROLS)}
        if self.http:
            for place in OWN_PLACES:
                server.serve(place, CASES["sound"])
            urls |= {f"HTTP {name}": server.url(name) for name in (*SOUND, *FAULTS)}
        network = f'[network]\ntimeout = "{self.timeout}"\nallow_private = ["127.0.0.1:{server.port}"]\n'
        tables = (f"[[feed]]\nname = {json.dumps(name)}\nurl = {json.dumps(url)}\n" for name, url in urls.items())
        return network + "".join(tables)

    # -------------------------------------------------------- what is wrong

    def faults_of(self, one: Served) -> list[str]:
        """Everything in which a feed's outcome and entries differ from what is wanted."""
        rows = self.rows.get(one.name, [])
        words = "\n".join(text for row in rows for text in (row["title"], row["summary"], row["author"]))
        faults = [*self._outcome(one), *self._own(one, rows)]
        faults += [f"no entry holds {text[:40]!r}" for text in one.holds if text not in words]
        faults += [f"an entry holds {text[:40]!r}" for text in one.lacks if text in words]
        return faults

    def _outcome(self, one: Served) -> list[str]:
        faults = []
        for poll, report in enumerate(self.reports):
            feed, wanted = report[one.name], one.new[min(poll, len(one.new) - 1)]
            got = feed["new"] if feed["outcome"] in {"ok", "unchanged"} else None
            if got != wanted:
                faults.append(f"poll {poll}: {got} new, wanted {wanted} ({feed['error']})")
            if poll == 1 and feed["updated"] != one.updated:
                faults.append(f"{feed['updated']} updated, wanted {one.updated}")
            if poll == 0 and one.told not in f"{feed['error']} {feed['warning']}":
                faults.append(f"told {feed['error']!r}, {feed['warning']!r}, wanted {one.told!r}")
        return faults

    def _own(self, one: Served, rows: Sequence[Row]) -> list[str]:
        faults = []
        if len(rows) != sum(new or 0 for new in one.new):
            faults.append(f"{len(rows)} entries stored")
        if one.titles is not None and sorted(row["title"] for row in rows) != sorted(one.titles):
            faults.append(f"titles {[row['title'][:80] for row in rows]!r}, wanted {one.titles!r}")
        if one.estimated is not None and sum(row["published_estimated"] for row in rows) != one.estimated:
            faults.append(f"dates {[(row['published_at'], row['published_raw']) for row in rows]!r}")
        if one.urls is not None:
            wanted = [
                url and url.replace("DIR/", f"{self._place}/documents/").replace("HOST/", f"{self._place}/")
                for url in one.urls
            ]
            if sorted(map(str, wanted)) != sorted(str(row["url"]) for row in rows):
                faults.append(f"addresses {[row['url'] for row in rows]!r}")
        return faults

    @property
    def _place(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def unclean(row: Row) -> list[str]:
    """The text fields of an exported entry that hold what no text field may."""
    found = [name for name, value in row.items() if isinstance(value, str) and CONTROL.search(value)]
    return found + [name for name in ("title", "author") if UNSEEN.search(row[name])]
