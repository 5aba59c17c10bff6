"""What every answer carries and what no request may do (docs/security.md: S08, S19, S20, S26)."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from campaign.settings import Settings
from campaign.web.core import routing

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The position is asked for by one button on one page, and only by our own.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), browsing-topics=()",
}
# Of pages for a frame on any site: they load less, and no header forbids the frame.
FRAMED = {
    **{name: value for name, value in HEADERS.items() if name != "X-Frame-Options"},
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors *; "
        "base-uri 'none'"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# Of pages whose address is nobody else's: no other site hears it. With "no-referrer" their own forms would be
# sent with an Origin of "null", and be refused where a browser says nothing else of where they come from.
OWN_SITE_ONLY = "same-origin"
A_YEAR = 31_536_000
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def trusted_hosts(settings: Settings) -> list[str]:
    """The host of the base address and those of campaigns; beside them this machine itself while nothing is
    public yet."""
    host = urlsplit(settings.base_url).hostname or ""
    ours = [host, *(name.partition(":")[0] for name in settings.campaign_of_host)]
    return [*ours, *LOOPBACK] if settings.env == "development" else ours


def attach(app: Flask, settings: Settings) -> None:
    # Not of sub-domains: what else an organization has below this name, the service does not know.
    transport = {"Strict-Transport-Security": f"max-age={A_YEAR}"} if _is_https(settings) else {}

    @app.before_request
    def refuse_cross_site_posts() -> None:
        asked = routing.access()
        if request.method in SAFE_METHODS or (asked is not None and asked.any_origin):
            return
        if not _same_site():
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        asked = routing.access()
        headers = FRAMED if asked and asked.framed else HEADERS
        for name, value in {**headers, **transport}.items():
            response.headers.setdefault(name, value)
        return response


def _is_https(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")


def _same_site() -> bool:
    """Browsers say where a post comes from, so no page needs a token of its own and every page can be cached.

    A client that sends neither header is no browser, and carries nobody's standing with it.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
