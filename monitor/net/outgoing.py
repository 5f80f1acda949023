"""What goes out with a request, and how its secrets are kept out of every message."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from monitor.config import NetworkConfig
from monitor.errors import FetchError
from monitor.net.address import Address
from monitor.net.answer import Request

# Fields that frame the message or steer its coding; a configured value would break the reading of answers.
RESERVED = {"accept-encoding", "connection", "content-length", "host", "te", "transfer-encoding", "upgrade"}
_USER_INFO = re.compile(r"//([^/?#]*)@")
SECRET_LENGTH = 4  # characters; shorter values would blank out ordinary words
TOKEN_LENGTH = 7  # of a part of a header's value: the token of `Bearer TOKEN`, not `Bearer`


def fields(
    request: Request, here: Address, config: NetworkConfig, *, own: Address | None, body: bytes | None
) -> list[tuple[bytes, bytes]]:
    """The header fields for one hop. Configured ones and credentials only with `own`, the configured
    address: None once a redirect has left its scheme, host and port."""
    wanted = {
        "host": here.authority,
        "user-agent": config.user_agent,
        "accept": request.accept,
        "accept-encoding": "gzip, deflate",
    }
    if request.etag:
        wanted["if-none-match"] = request.etag
    if request.last_modified:
        wanted["if-modified-since"] = request.last_modified
    if body is not None:
        wanted["content-length"] = str(len(body))
    if own:
        if own.basic:
            wanted["authorization"] = own.basic
        wanted.update(_configured(request))
    return [(name.encode("ascii"), _bytes(name, value)) for name, value in wanted.items()]


def _configured(request: Request) -> dict[str, str]:
    configured = {name.lower(): value for name, value in request.headers.items()}
    for name in configured:
        if name in RESERVED or not name.isascii():
            raise FetchError(f"the configured header {name} is set by the program itself; remove it")
    return configured


def _bytes(name: str, value: str) -> bytes:
    try:
        return value.encode("latin-1")  # what answers are read as, so validators go back byte for byte
    except UnicodeEncodeError as error:
        raise FetchError(f"the header {name} holds characters that no header may") from error


def hidden(text: str, request: Request) -> str:
    """The text with every secret of the request as ***."""
    for secret in sorted(_secrets(request), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _secrets(request: Request) -> set[str]:
    found = set(request.secrets)
    for value in request.headers.values():
        found.update((value, *(part for part in re.split(r"[\s=;,]+", value) if len(part) >= TOKEN_LENGTH)))
    if user_info := _USER_INFO.search(request.url):
        found.update((user_info[1], user_info[1].partition(":")[2]))
    found.update([unquote(one) for one in found] + [quote(one, safe="") for one in found])
    return {one for one in found if len(one) >= SECRET_LENGTH}
