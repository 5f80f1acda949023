"""One request under way: its hops, and what is made of the answer at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from hashlib import blake2b

from monitor.config import NetworkConfig
from monitor.errors import FetchError
from monitor.net import address as addresses
from monitor.net.address import Address
from monitor.net.answer import Answer, Head, Request, fresh_for, retry_after
from monitor.net.dial import Dialler
from monitor.net.faults import status_words
from monitor.net.inflate import inflated, too_large
from monitor.net.outgoing import fields, hidden
from monitor.net.turns import Kept, Permit
from monitor.net.wire import LARGE, StaleError, Wire

MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
READABLE = {200, 203}
MOVED_LIMIT = 2_048  # characters; a longer address is not worth proposing


class Errand:
    """Fetches or posts one request; used once."""

    def __init__(
        self,
        request: Request,
        now: datetime,
        config: NetworkConfig,
        dialler: Dialler,
        kept: Kept,
        permit: Permit,
    ) -> None:
        self.deadline: asyncio.Timeout  # over all of it; set by whoever starts it
        self.here = addresses.parse(request.url)
        self.awaited = "no answer"
        self._request = request
        self._now = now
        self._config = config
        self._dialler = dialler
        self._kept = kept
        self._permit = permit
        self._start = self.here
        self._at_home = True  # no redirect has led to another scheme, host or port so far
        self._moved_to: Address | None = None  # as far as permanent redirects alone led
        self._retry_after: datetime | None = None

    async def fetch(self) -> Answer:
        """GET, and follow redirects by hand: each place is checked before it is dialled."""
        permanent = True
        for _ in range(MAX_REDIRECTS + 1):
            async with self._asked("GET") as (wire, head):
                if head.status >= 300:
                    self._retry_after = retry_after(head, self._now) or self._retry_after
                if head.status not in REDIRECTS:
                    return await self._answer(wire, head)
            there = self._next_place(head)
            permanent = permanent and head.status in PERMANENT
            self._moved_to = there if permanent else self._moved_to
            self.here = there
        raise self._failed(head, f"more than {MAX_REDIRECTS} redirects, from {self._start.text} to {self.here.text}")

    async def post(self, body: bytes) -> Answer:
        """POST `body` once; a 2xx is success, and what its body says is not read."""
        async with self._asked("POST", body) as (_, head):
            self._retry_after = retry_after(head, self._now)
            if not 200 <= head.status < 300:
                raise self._failed(head, status_words(head.status, head.reason))
            return self._made(head, b"", wire_hash=None)

    # -------------------------------------------------------- connection

    @asynccontextmanager
    async def _asked(self, method: str, body: bytes | None = None) -> AsyncIterator[tuple[Wire, Head]]:
        """Send, give the head to the block, then keep the connection if it can be used again."""
        origin = self.here.origin
        wire, head = await self._send(method, body)
        try:
            self.awaited = "body not finished"
            yield wire, head
        finally:
            if wire.finish():
                self._kept.give(origin, wire)
            else:
                wire.abort()

    async def _send(self, method: str, body: bytes | None) -> tuple[Wire, Head]:
        """Over a kept connection, and once more over a new one if the server had closed that."""
        self.awaited = "no answer"
        kept = self._kept.take(self.here.origin) if method == "GET" else None
        if kept is not None:
            try:
                return kept, await self._send_over(kept, method, body)
            except StaleError:
                pass
        wire = await self._dialler.open(self.here)
        return wire, await self._send_over(wire, method, body)

    async def _send_over(self, wire: Wire, method: str, body: bytes | None) -> Head:
        self._at_home = self._at_home and self.here.origin == self._start.origin
        own = self._start if self._at_home else None
        try:
            going = fields(self._request, self.here, self._config, own=own, body=body)
            return await wire.ask(method, self.here.target, going, body)
        except BaseException:
            wire.abort()
            raise

    # -------------------------------------------------------- answer

    def _next_place(self, head: Head) -> Address:
        places = set(head.all(b"location"))
        if len(places) != 1 or not (place := places.pop().strip()):
            raise self._failed(head, f"answered {head.status} without one place to go to")
        with suppress(UnicodeDecodeError):
            place = place.encode("latin-1").decode("utf-8")
        try:
            return addresses.redirected(self.here, place)
        except FetchError as error:
            raise self._failed(head, str(error)) from error

    def _failed(self, head: Head, text: str) -> FetchError:
        return FetchError(text, status=head.status, retry_after=self._retry_after, gone=head.status == 410)

    async def _answer(self, wire: Wire, head: Head) -> Answer:
        request = self._request
        if head.status == 304:
            if request.etag is None and request.last_modified is None:
                raise self._failed(head, "answered 304 Not Modified, which was not asked for")
            return self._made(head, b"", wire_hash=None, unchanged=True)
        if head.status not in READABLE:
            raise self._failed(head, status_words(head.status, head.reason))
        try:
            return await self._read(wire, head)
        except FetchError as error:
            raise self._failed(head, str(error)) from error

    async def _read(self, wire: Wire, head: Head) -> Answer:
        limit = self._request.max_bytes or self._config.max_bytes
        claimed = head.one(b"content-length")
        if claimed.isdecimal() and int(claimed) > limit:
            raise too_large(limit)
        raw = await wire.body(limit, self._wait_for_room)
        wire_hash = blake2b(raw, digest_size=16).hexdigest()
        if wire_hash == self._request.known_wire_hash:
            return self._made(head, b"", wire_hash=wire_hash, wire_bytes=len(raw), unchanged=True)
        body = inflated(raw, ",".join(head.all(b"content-encoding")), limit)
        if not body.strip():
            raise FetchError("empty answer")
        if len(body) > LARGE:  # however little of it came over the wire
            await self._wait_for_room()
        damage = "bytes came after the end that Content-Length gives" if wire.surplus else None
        return self._made(head, body, wire_hash=wire_hash, wire_bytes=len(raw), warning=damage)

    async def _wait_for_room(self) -> None:
        """Until a large body may be read on; the deadline is for the server, not for this."""
        loop, ends = asyncio.get_running_loop(), self.deadline.when()
        assert ends is not None
        left = ends - loop.time()
        self.deadline.reschedule(None)
        await self._permit.take()
        self.deadline.reschedule(loop.time() + left)

    def _made(
        self,
        head: Head,
        body: bytes,
        *,
        wire_hash: str | None,
        wire_bytes: int = 0,
        unchanged: bool = False,
        warning: str | None = None,
    ) -> Answer:
        moved_to = self._moved_to.text if self._moved_to else ""
        return Answer(
            status=head.status,
            url=hidden(self.here.text, self._request),
            body=body,
            unchanged=unchanged,
            etag=head.validator(b"etag"),
            last_modified=head.validator(b"last-modified"),
            content_type=head.one(b"content-type")[:200],
            wire_bytes=wire_bytes,
            wire_hash=wire_hash,
            moved_to=hidden(moved_to, self._request) if 0 < len(moved_to) <= MOVED_LIMIT else None,
            fresh_for=fresh_for(head, self._now),
            retry_after=self._retry_after,
            warning=warning,
        )
