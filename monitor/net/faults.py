"""What went wrong, in words: statuses, the system's errors, certificates."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from http import HTTPStatus

from monitor.errors import FetchError

ADVICE = {
    204: "nothing to read",
    206: "a part that was not asked for",
    401: "credentials wanted; set headers or user:password@ for it",
    403: "refused; credentials wanted, or a check against bots",
    404: "check the address",
    407: "the proxy wants credentials",
    410: "asked no more; change its address, or retry it by hand",
    429: "asked too often",
}
_CERTIFICATE = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed, so nobody vouches for this server",
    19: "comes from an authority that is not trusted here (self-signed chain)",
    20: "comes from an authority that is not trusted here",
    21: "comes from an authority that is not trusted here",
    62: "is for another name",
    64: "is for another address",
}
_TLS = {
    "UNSUPPORTED_PROTOCOL": "only speaks a TLS version older than 1.2",
    "TLSV1_ALERT_PROTOCOL_VERSION": "only speaks a TLS version older than 1.2",
    "WRONG_VERSION_NUMBER": "does not speak TLS on this port",
    "HTTP_REQUEST": "does not speak TLS on this port",
    "UNEXPECTED_EOF_WHILE_READING": "broke the TLS connection off",
}
_SYSTEM = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ECONNABORTED: "connection broken off",
    errno.EHOSTUNREACH: "host not reachable",
    errno.ENETUNREACH: "network not reachable",
    errno.ETIMEDOUT: "no answer to the connection",
    errno.EMFILE: "too many open files in this process",
    errno.ENFILE: "too many open files on this machine",
}


def status_words(status: int, reason: str) -> str:
    """`answered 404 Not Found: check the address`."""
    try:
        name = HTTPStatus(status).phrase
    except ValueError:
        name = f"unknown status {reason}".rstrip()
    advice = ADVICE.get(status) or ("fault of the server" if 500 <= status < 600 else "")
    return f"answered {status} {name}" + (f": {advice}" if advice else "")


def system_words(error: OSError, place: str) -> str:
    """An error of the operating system or of TLS, with the place it came from."""
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = _CERTIFICATE.get(error.verify_code, f"is not valid: {error.verify_message}")
        return f"the certificate of {place} {fault}"
    if isinstance(error, ssl.SSLError):
        return f"{place} {_TLS.get(error.reason or '', f'failed to set up TLS: {error.reason}')}"
    if isinstance(error, socket.gaierror):
        return f"the name of {place} was not found: {error.strerror}"
    if isinstance(error, ConnectionResetError) and error.errno is None:  # asyncio, before TLS is up
        return f"{place} broke the TLS handshake off"
    words = _SYSTEM.get(error.errno or 0) or error.strerror or type(error).__name__
    return f"{words} ({place})"


def protocol_fault(text: str) -> FetchError:
    """A broken answer, from the words of the HTTP parser, which may quote bytes of the answer."""
    text = re.sub(r"bytearray\(b(.*?)\)", r"\1", text)
    if "illegal status line" in text:
        return FetchError(f"not an HTTP answer: {text[:120]}")
    if "Receive buffer too long" in text:
        return FetchError("header lines longer than 100 kB")
    return FetchError(f"broken HTTP answer: {text[:120]}")
