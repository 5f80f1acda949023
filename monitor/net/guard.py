"""Which addresses may be dialled: public ones, and what the config allows by host and port.

The check is made on the address a connection goes to, after the look-up, so that no spelling of the host
and no answer of a name server gets round it. Ranges: IANA special-purpose address registries (RFC 6890).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_V4 = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "this-host"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's, in the midst of public ones
        ("169.254.0.0/16", "link-local (cloud metadata)"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmark"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6_PUBLIC = IPv6Network("2000::/3")
_V6 = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("2001::/32", "Teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
_V4_INSIDE = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "::ffff:0:0:0/96")))


def refused_kind(ip: str) -> str | None:
    """Why this IP address is not dialled (`private`, `loopback`, …); None for a public one."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    return _kind_of_v4(address) if isinstance(address, IPv4Address) else _kind_of_v6(address)


def odd_spelling(host: str) -> str | None:
    """The IPv4 address that a host such as 127.1, 0x7f000001 or 0177.0.0.1 means; None for other hosts."""
    last = host.rstrip(".").rpartition(".")[2]
    if not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last):
        return None
    try:
        return None if str(IPv4Address(host)) == host else host
    except ValueError:
        pass
    try:
        return str(IPv4Address(socket.inet_aton(host.rstrip("."))))
    except (OSError, UnicodeError):
        return "no address at all"


def _kind_of_v4(address: IPv4Address) -> str | None:
    return next((kind for network, kind in _V4 if address in network), None)


def _kind_of_v6(address: IPv6Address) -> str | None:
    """Only global unicast is public; an IPv4 address inside is judged as such."""
    kind = next((kind for network, kind in _V6 if address in network), None)
    if kind is not None:
        return kind
    if any(address in network for network in _V4_INSIDE):
        return _kind_of_v4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return None if address in _V6_PUBLIC else "reserved"
