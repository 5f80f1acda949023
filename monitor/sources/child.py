"""The parser process: reads bodies from stdin, writes feeds to stdout, ends with its parent.

Foreign bytes are parsed here and nowhere else, so that a body that costs too much time or memory costs one
process that can be killed. It imports no network, no store and no secrets.
"""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
from typing import BinaryIO

from monitor.errors import ParseError
from monitor.sources import parse
from monitor.sources.wire import REPLY_LENGTH, REQUEST_LENGTHS, Reply, decode_request, encode


def main(memory: int, seconds: int) -> None:
    """Answer requests until stdin ends. `memory`: bytes of data at most; `seconds`: for one body."""
    _limit_memory(memory)
    gc.freeze()
    gc.set_threshold(50_000)  # entries hold no circles; looking for some after every 700 takes a tenth of the time
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        while lengths := source.read(REQUEST_LENGTHS.size):
            head_length, body_length = REQUEST_LENGTHS.unpack(lengths)
            _answer(source, sink, head_length, body_length, seconds)


def _answer(source: BinaryIO, sink: BinaryIO, head_length: int, body_length: int, seconds: int) -> None:
    head = source.read(head_length)
    reply = _reply(head, source.read(body_length), seconds)
    try:
        answer = encode(reply)
    except MemoryError:
        answer = encode(Reply(error="needs more memory than a feed may take"))
    sink.write(REPLY_LENGTH.pack(len(answer)))
    sink.write(answer)
    sink.flush()


def _reply(head: bytes, body: bytes, seconds: int) -> Reply:
    request = decode_request(head)
    signal.alarm(seconds)  # ends this process even where the parent is gone and C code loops
    try:
        return Reply(feed=parse(body, request, content_type=request.content_type, url=request.url))
    except ParseError as error:
        return Reply(error=str(error))
    except Exception as error:  # the process boundary: a bug in a parser costs one feed, not the others
        return Reply(error=f"the parser failed ({type(error).__name__}: {error!s:.100})")
    finally:
        signal.alarm(0)


def _limit_memory(limit: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
