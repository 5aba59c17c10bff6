"""The end of a request's time, for the HTTP client."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any


class Connection:
    """The connection of one request, so that its end does not wait for a host that answers byte by byte: httpx
    limits each read, and not all of them together."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Called by httpcore (https://www.encode.io/httpcore/extensions/)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = details["return_value"].get_extra_info("socket")

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
