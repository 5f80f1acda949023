"""TLS is always verified, and a certificate's fault is told in words."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from support.hostile_http import FEED, answer
from support.networks import fetch

from monitor.errors import FetchError
from monitor.net import dial

pytest.importorskip("cryptography", reason="certificates are made with cryptography")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        root = self._sign(self.name, self.key, datetime.now(UTC) - DAY, 30 * DAY, authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(root.public_bytes(serialization.Encoding.PEM))

    def context(self, *names: str, from_now: timedelta = -DAY, lasts: timedelta = 2 * DAY) -> ssl.SSLContext:
        """A server's TLS context with a certificate for `names`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._sign(subject, key, datetime.now(UTC) + from_now, lasts, names)
        return self._loaded(certificate, key)

    def self_signed(self) -> ssl.SSLContext:
        lone = Authority.__new__(Authority)
        lone.folder, lone.key = self.folder, ec.generate_private_key(ec.SECP256R1())
        lone.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        certificate = lone._sign(lone.name, lone.key, datetime.now(UTC) - DAY, 2 * DAY, ("127.0.0.1",))
        return self._loaded(certificate, lone.key)

    def _loaded(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
        file = self.folder / f"{certificate.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        start: datetime,
        lasts: timedelta,
        names: tuple[str, ...] = (),
        *,
        authority: bool = False,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + lasts)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    dial.tls_context.cache_clear()
    yield made
    dial.tls_context.cache_clear()


async def _ask(context: ssl.SSLContext | None, host: str = "127.0.0.1", reply: bytes = b"") -> bytes:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply or answer())
        await writer.drain()
        writer.close()

    async def resolve(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        answered = await fetch(f"https://{host}:{port}/", (host, port), resolve=resolve)
    return answered.body


async def test_sound_certificates(authority: Authority) -> None:
    assert await _ask(authority.context("127.0.0.1")) == FEED
    assert await _ask(authority.context("feed.test", "www.feed.test"), "feed.test") == FEED
    assert await _ask(authority.context("feed.test"), "feed.test.") == FEED


async def test_faults_of_certificates_in_words(authority: Authority) -> None:
    faults = {
        "is self-signed, so nobody vouches for this server": authority.self_signed(),
        "has expired": authority.context("127.0.0.1", from_now=-9 * DAY),
        "is not valid yet": authority.context("127.0.0.1", from_now=DAY),
        "is for another address": authority.context("example.org"),
        "comes from an authority that is not trusted here": _stranger(authority),
    }
    for told, context in faults.items():
        with pytest.raises(FetchError, match=rf"^the certificate of 127\.0\.0\.1:\d+ {told}$"):
            await _ask(context)
    with pytest.raises(FetchError, match="the certificate of other.test:.* is for another name"):
        await _ask(authority.context("feed.test"), "other.test")


def _stranger(authority: Authority) -> ssl.SSLContext:
    folder = authority.folder / "stranger"
    folder.mkdir()
    return Authority(folder, "Strangers").context("127.0.0.1")


@pytest.mark.parametrize(("reply", "told"), [
    (b"\x15\x03\x01\x00\x02\x02\x46", "only speaks a TLS version older than 1.2"),  # alert 70
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak TLS on this port"),
    (b"", "broke the TLS"),
])  # fmt: skip
async def test_other_ends_of_the_handshake(reply: bytes, told: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        writer.write(reply)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        place = server.sockets[0].getsockname()
        with pytest.raises(FetchError, match=rf"^127\.0\.0\.1:{place[1]} {told}"):
            await fetch(f"https://127.0.0.1:{place[1]}/", place)


async def test_silence_during_the_handshake_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = silent.getsockname()
        with pytest.raises(FetchError, match="no answer within 0.2 s"):
            await fetch(f"https://127.0.0.1:{place[1]}/", place, seconds=0.2)


async def test_no_way_back_from_https_to_http(authority: Authority) -> None:
    reply = answer(b"", "301 Moved", ("Location: http://example.org/feed",))
    with pytest.raises(FetchError, match="redirects from https to http://example.org/feed, which is not encr"):
        await _ask(authority.context("127.0.0.1"), reply=reply)


async def test_tunnel_through_a_proxy(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    ended = asyncio.Semaphore(0)
    port = 0

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(10_000):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if b"refused.test" in asked[-1]:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        there = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(relay(reader, there[1]), relay(there[0], writer))
        ended.release()

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer())
        writer.close()

    async def resolve(_: str, __: int) -> list[str]:
        return ["93.184.215.14"]

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    target = await asyncio.start_server(answer_once, "127.0.0.1", 0, ssl=authority.context("feed.test"))
    async with proxy, target:
        port = target.sockets[0].getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://ann:word@127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        assert (await fetch("https://feed.test/a", resolve=resolve)).body == FEED
        with pytest.raises(FetchError, match="proxy .* answered 403 to CONNECT refused.test:443"):
            await fetch("https://refused.test/", resolve=resolve)
        with pytest.raises(FetchError, match="certificate of other.test:443 is for another name"):
            await fetch("https://other.test/", resolve=resolve)
        await ended.acquire()
        await ended.acquire()
    assert asked[0].startswith(b"CONNECT feed.test:443 HTTP/1.1\r\n")
    assert b"proxy-authorization: Basic YW5uOndvcmQ=" in asked[0]


def test_machine_without_authorities_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: ssl.DefaultVerifyPaths(*[None] * 6))
    with pytest.raises(FetchError, match="install ca-certificates or set SSL_CERT_FILE"):
        dial.tls_context.__wrapped__()


def test_one_context_is_kept(authority: Authority) -> None:
    assert dial.tls_context() is dial.tls_context()
    assert dial.tls_context().verify_mode is ssl.CERT_REQUIRED
    assert dial.tls_context().check_hostname
