"""Content codings undone in bounded steps: the sum is checked before the next step is made."""

from __future__ import annotations

import zlib

from monitor.errors import FetchError

WINDOW = 16_384  # compressed bytes handed to zlib at a time
STEP = 65_536  # inflated bytes taken from zlib at a time
MEMBERS = 1_000  # gzip members in one body; honest ones have one or two
GZIP = b"\x1f\x8b"
_GZIP_BITS, _ZLIB_BITS, _RAW_BITS = 31, 15, -15


def inflated(body: bytes, coding: str, limit: int) -> bytes:
    """The body without its content coding; FetchError for damage, other codings, or more than `limit` bytes.

    `coding` is the Content-Encoding field. Unlabelled gzip is read, a plain body labelled gzip is left as
    it is; what is still gzip after that was compressed twice and is refused.
    """
    plain = _undo(body, _named(coding), limit)
    if plain.startswith(GZIP) and plain is not body:
        raise FetchError("compressed more than once, which is not read")
    if len(plain) > limit:
        raise too_large(limit)
    return plain


def too_large(limit: int) -> FetchError:
    """The one wording for a body over the limit."""
    size = f"{limit / 1e6:g} MB" if limit >= 1_000_000 else f"{limit / 1e3:g} kB"
    return FetchError(f"larger than {size} (max_bytes), not read")


def _named(coding: str) -> str:
    codings = [name for part in coding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if len(codings) > 1:
        raise FetchError(f"compressed more than once ({', '.join(codings)[:60]}), which is not read")
    name = codings[0] if codings else ""
    if name not in ("", "gzip", "x-gzip", "deflate"):
        raise FetchError(f"answered in the coding {name[:40]}, which was not asked for")
    return name


def _undo(body: bytes, name: str, limit: int) -> bytes:
    if body.startswith(GZIP):
        return _gunzip(body, limit)
    if name != "deflate":
        return body
    try:
        return _one_stream(body, _RAW_BITS if not _zlib_header(body) else _ZLIB_BITS, limit)
    except FetchError:
        if body.lstrip()[:1] in (b"<", b"{", b"["):
            return body  # plain text under a wrong label
        raise


def _zlib_header(body: bytes) -> bool:
    """RFC 1950, 2.2: method 8, and the first two bytes a multiple of 31."""
    return len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _gunzip(body: bytes, limit: int) -> bytes:
    """All members (RFC 1952, 2.2); what follows the last one is padding."""
    out = bytearray()
    start = members = 0
    while body.startswith(GZIP, start):
        members += 1
        if members > MEMBERS:
            raise FetchError(f"more than {MEMBERS} gzip members, not read")
        start = _member(body, start, _GZIP_BITS, out, limit)
    return bytes(out)


def _one_stream(body: bytes, bits: int, limit: int) -> bytes:
    out = bytearray()
    _member(body, 0, bits, out, limit)
    return bytes(out)


def _member(body: bytes, start: int, bits: int, out: bytearray, limit: int) -> int:
    """Inflate one stream from `start` onto `out`; the position after it."""
    stream = zlib.decompressobj(bits)
    try:
        while not stream.eof:
            window = stream.unconsumed_tail or body[start : start + WINDOW]
            if not stream.unconsumed_tail:
                start += len(window)
            piece = stream.decompress(window, STEP)
            if not window and not piece:
                raise FetchError(f"compressed body ended early ({len(out)} bytes were read)")
            out += piece
            if len(out) > limit:
                raise too_large(limit)
    except zlib.error as error:
        raise FetchError(f"compressed body is damaged: {str(error).rpartition(': ')[2]}") from error
    return start - len(stream.unused_data)
