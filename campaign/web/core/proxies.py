"""Who is asking, behind proxies (CAMPAIGN_TRUSTED_PROXIES; none by default).

A proxy appends the address of its client to ``X-Forwarded-For``. Of that list the right end alone can be
believed, as far as proxies of ours wrote it: the visitor is the right-most address that is none of them. Scheme
and host are taken from a trusted peer only.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from flask import request

from campaign.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = IPv4Network | IPv6Network
# Longer lists are no path that a request really took.
MOST_HOPS = 20
# Asked by load balancers under whatever name they know of this machine.
HEALTH = ("/healthz", "/readyz")


class Proxies:
    """WSGI middleware, before everything that reads a visitor's address, scheme or host."""

    def __init__(self, app: "WSGIApplication", settings: Settings) -> None:
        self._app = app
        self._count, self._networks = read(settings.trusted_proxies)
        self._host = settings.base_url.partition("://")[2]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] in HEALTH:
            environ["HTTP_HOST"] = self._host
        elif self._is_trusted(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        return self._app(environ, start_response)

    def _is_trusted(self, address: str) -> bool:
        return self._count > 0 or _is_in(address, self._networks)

    def _believe(self, environ: "WSGIEnvironment") -> None:
        environ["REMOTE_ADDR"] = self._visitor(environ)
        scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", "")).lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        if host := _last(environ.get("HTTP_X_FORWARDED_HOST", "")):
            environ["HTTP_HOST"] = host

    def _visitor(self, environ: "WSGIEnvironment") -> str:
        peer = str(environ.get("REMOTE_ADDR", ""))
        said = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")][-MOST_HOPS:]
        path = [*(_plain(address) for address in said if address), peer]
        if self._count:
            return path[max(0, len(path) - 1 - self._count)] or peer
        visitor = peer
        for address in reversed(path):
            visitor = address or visitor
            if not _is_in(address, self._networks):
                break
        return visitor


def place() -> str:
    """Where this request comes from, as limits count it: its address, of IPv6 a household's /64."""
    try:
        found = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(found) if found.version == 4 else str(ip_network(f"{found}/64", strict=False).network_address)


def read(text: str) -> tuple[int, tuple[Network, ...]]:
    """How many proxies are trusted, or which networks they are in. Raises ValueError for anything else."""
    text = text.strip()
    if text.isdecimal():
        return int(text), ()
    return 0, tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


def _plain(address: str) -> str:
    """An address of the list without its port or brackets; empty for what is none."""
    host = address[1:].partition("]")[0] if address.startswith("[") else address
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def _last(text: str) -> str:
    return text.rpartition(",")[2].strip()
