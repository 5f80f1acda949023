"""From an address to an open connection: look up once, check every answer, dial what was checked."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from monitor.errors import FetchError
from monitor.net import address as addresses
from monitor.net.address import Address
from monitor.net.faults import system_words
from monitor.net.guard import odd_spelling, refused_kind
from monitor.net.wire import Pipe, Wire

TRIED_A_FAMILY = 2  # addresses of one host
TRY_SECONDS = 4.0  # for an address that is not the last: a dead IPv6 route must not cost the whole deadline
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host. In a thread of its own that nobody waits for when the deadline is over:
    the loop's executor has few threads and is waited for at the end of the process."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def deliver(result: list[str] | OSError) -> None:
        if found.done():
            return
        if isinstance(result, OSError):
            found.set_exception(result)
        else:
            found.set_result(result)

    def work() -> None:
        result: list[str] | OSError
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except OSError as error:
            result = error
        except UnicodeError:
            result = socket.gaierror(socket.EAI_NONAME, "no host name")
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(deliver, result)

    threading.Thread(target=work, daemon=True, name="look-up").start()
    return await found


class Dialler:
    """Opens connections that the guard permits."""

    def __init__(self, allow: frozenset[tuple[str, int]], resolve: Resolve = look_up) -> None:
        self._allow = allow
        self._resolve = resolve
        self._proxies = _proxies()

    async def open(self, address: Address) -> Wire:
        """A connection ready for requests to `address`. OSError and FetchError tell why there is none."""
        proxy = self._proxy_for(address)
        if proxy is not None:
            return await self._through(proxy, address)
        ips = await self._permitted(address)
        return Wire(await _connect(_some_of_each_family(ips), address))

    async def _permitted(self, address: Address, *, behind_proxy: bool = False) -> list[str]:
        allowed = (address.host, address.port) in self._allow
        if not allowed and (meant := odd_spelling(address.host)):
            raise FetchError(f"{address.text} is {meant} in an odd spelling, which is not dialled")
        try:
            ips = await self._ips(address.host, address.port)
        except OSError:
            if behind_proxy:
                return []  # names that only the proxy knows are for the proxy to judge
            raise
        for ip in ips:
            if not allowed and (kind := refused_kind(ip)):
                raise FetchError(
                    f"{address.text} leads to {ip}, a {kind} address, which is not dialled "
                    f"(allow_private may list {address.place})"
                )
        return ips

    async def _ips(self, host: str, port: int) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            return await self._resolve(host, port)

    # -------------------------------------------------------- proxies

    def _proxy_for(self, address: Address) -> Address | None:
        """As curl and Go do it: by the environment, and never for this machine itself."""
        if not self._proxies or address.host == "localhost" or _loopback(address.host):
            return None
        from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

        text = self._proxies.get(address.scheme) or self._proxies.get("all")
        if not text or proxy_bypass_environment(address.place, self._proxies):
            return None
        try:
            return addresses.parse(text if "://" in text else f"http://{text}")
        except FetchError as error:
            raise FetchError(f"the proxy of the environment cannot be used: {error}") from error

    async def _through(self, proxy: Address, address: Address) -> Wire:
        """The proxy is trusted, as its owner set it; the guard still applies to the target."""
        await self._permitted(address, behind_proxy=True)
        login = [(b"proxy-authorization", proxy.basic.encode())] if proxy.basic else []
        try:
            ips = await self._ips(proxy.host, proxy.port)
            pipe = await _connect(_some_of_each_family(ips), proxy)
            if address.scheme == "http":
                return Wire(pipe, prefix=f"http://{address.authority}", fields=login)
            await _tunnel(pipe, address, login)
        except OSError as error:
            words = system_words(error, proxy.place)
            raise FetchError(f"the proxy of the environment failed: {words}") from error
        return Wire(await _secured(pipe, address))


def _proxies() -> dict[str, str]:
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies_environment  # 25 ms, and few machines have a proxy

    return getproxies_environment()


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _tunnel(pipe: Pipe, address: Address, login: list[tuple[bytes, bytes]]) -> None:
    """Have the proxy open a way to the target: CONNECT (RFC 9110, 9.3.6)."""
    try:
        head = await Wire(pipe).ask("CONNECT", address.place, [(b"host", address.place.encode()), *login])
        if not 200 <= head.status < 300:
            raise FetchError(f"the proxy of the environment answered {head.status} to CONNECT {address.place}")
    except BaseException:
        pipe.transport.abort()
        raise


async def _secured(pipe: Pipe, address: Address) -> Pipe:
    """TLS with the target, inside an open tunnel."""
    inside, name = Pipe(), address.host.rstrip(".")
    start = asyncio.get_running_loop().start_tls  # which closes the connection where it fails
    transport = await start(pipe.transport, inside, tls_context(), server_hostname=name)
    inside.connection_made(cast(asyncio.Transport, transport))
    return inside


# ---------------------------------------------------------------- sockets


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The one TLS context: TLS 1.2 or later, certificates always verified against the system's authorities
    (SSL_CERT_FILE overrides). Decoding those takes 10-30 ms, so it is made once."""
    paths = ssl.get_default_verify_paths()
    if not any((paths.cafile, paths.capath)):
        raise FetchError("no certificate authorities on this machine: install ca-certificates or set SSL_CERT_FILE")
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _connect(ips: list[str], address: Address) -> Pipe:
    """The first of the checked addresses that answers."""
    for ip in ips[:-1]:
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await _connect_one(ip, address)
        except ssl.SSLError:
            raise
        except OSError:  # a time-out is one too
            continue
    return await _connect_one(ips[-1], address)


def _some_of_each_family(ips: list[str]) -> list[str]:
    """In the order of the look-up, which prefers what this machine can reach (RFC 6724)."""
    four, six = ([ip for ip in ips if (":" in ip) == wanted][:TRIED_A_FAMILY] for wanted in (False, True))
    return [ip for ip in ips if ip in four or ip in six]


async def _connect_one(ip: str, address: Address) -> Pipe:
    secure = address.scheme == "https"
    _, pipe = await asyncio.get_running_loop().create_connection(
        Pipe,
        ip,
        address.port,
        ssl=tls_context() if secure else None,
        server_hostname=address.host.rstrip(".") if secure else None,
    )
    return pipe
