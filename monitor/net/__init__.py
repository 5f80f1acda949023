"""The one door to the network: deadlines, caps, address guard, conditional requests, politeness.

    Request → Net.fetch → Answer            one deadline over everything, at most 5 redirects
      turns.py     who may go out now; connections kept open
      address.py   what an address says, read in one way only
      guard.py     which IP addresses may be dialled
      dial.py      look-up, connection, TLS, proxies
      wire.py      one connection; bounded heads and bodies (h11 reads the protocol)
      inflate.py   content codings, in bounded steps
      errand.py    one request under way
      politeness.py  when to ask again (pure)

The protocol is read by h11, the parser inside httpx: their own layers cost more CPU for an answer 304 than
the rest of a warm poll together (docs/decisions.md has the figures).
"""

from monitor.net import politeness
from monitor.net.answer import Answer, Request
from monitor.net.client import Net

__all__ = ["Answer", "Net", "Request", "politeness"]
