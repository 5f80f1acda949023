"""What goes between the program and its parser process: one frame a body there, one frame a feed back."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import msgspec

from monitor.model import ParsedFeed

REQUEST_LENGTHS = struct.Struct(">II")  # of the head (a Request), of the body that follows it
REPLY_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Request:
    """A Feed, and where the body came from; no headers, so no secrets."""

    kind: str
    options: dict[str, str]
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Exactly one of the two."""

    feed: ParsedFeed | None = None
    error: str | None = None


encode = msgspec.msgpack.encode
decode_request = msgspec.msgpack.Decoder(Request).decode
decode_reply = msgspec.msgpack.Decoder(Reply).decode
