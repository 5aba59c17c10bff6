"""A request id on every answer and log line. Queries and bodies are never logged: they may hold an address."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger(__name__)


def attach(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def new_id() -> str:
    """Eight characters a reader can tell whoever keeps the service; made here, never taken from outside."""
    return secrets.token_hex(4)


def request_id() -> str:
    """The id of this request."""
    if "request_id" not in g:
        g.request_id = new_id()
    found: str = g.request_id
    return found


def _begin() -> None:
    g.began = time.perf_counter()
    structlog.contextvars.bind_contextvars(request=request_id())


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    took = time.perf_counter() - g.get("began", time.perf_counter())
    answered(request.method, request.url_rule.rule if request.url_rule else "", response.status_code, took)
    structlog.contextvars.unbind_contextvars("request")
    return response


def answered(method: str, route: str, status: int, seconds: float, **more: str) -> None:
    """The one line that every request leaves."""
    log.info(
        "answered", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1), **more
    )
