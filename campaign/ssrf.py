"""Addresses that people type and this service asks: none may lead into the network that it stands in (S15)."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from campaign.refusals import SourceError

NAT64 = IPv6Network("64:ff9b::/96")
LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it is written inside an IPv6 address."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(found) if isinstance(found, IPv6Address) else None
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, Teredo or NAT64 (RFC 6052)."""
    if address.teredo:
        return address.teredo[1]
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def may_be_public(host: str) -> bool:
    """Whether a host as it is typed may be one of the public internet; a name is looked up when it is asked."""
    name = host.rstrip(".").lower()
    if any(name == local or name.endswith(f".{local}") for local in LOCAL_NAMES):
        return False
    try:
        # All that a resolver takes for an IPv4 address: 127.1, 0x7f000001, 2130706433.
        return is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except OSError:
        return is_public(name) if ":" in name else "." in name


def resolve(url: str) -> str:
    """The IP address to connect to for a URL. Raises SourceError where any of the host's is not public: the
    address that was looked at is the one to be used, so that no second look-up gives another."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceError(f"{host}: no such host") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise SourceError(f"{host} is not an address of the public internet", permanent=True)
    return addresses[0]
