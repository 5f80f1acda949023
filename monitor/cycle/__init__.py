"""One turn of the program; the only place that knows the order.

                ┌ sources: entries  ┐                                      ┌→ alerts → outbox → sinks
    feeds.toml  │                   ├→ intake → store → tagging → stories ─┤→ export
      → net →   └ signals: readings ┘    new / changed / repeat   ↓        └→ tui (reads pages from the store)
                           └───────────────────── figures ──→ margin ──────┘

`gather` asks the sources, `keep` decides and stores, `measure` has what is new tagged and grouped (`reading`)
and computes the spread, `judging` takes the rules over every new fact and delivers. Pane, cron and demo all call
`turn`; none has a copy.
"""

from monitor.cycle.turn import Options, Report, turn

__all__ = ["Options", "Report", "turn"]
