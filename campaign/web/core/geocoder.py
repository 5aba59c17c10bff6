"""The Census geocoder for visitors, who wait: few at once, for about a second, and not at all while it fails.

The thread of a request waits for an answer from outside here and nowhere else. One client for all requests of
the process, so that its circuit breaker sees what each of them met.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app

from campaign import __version__
from campaign.fetch import Fetcher, TransientError
from campaign.reply import Reply
from campaign.settings import Settings

T = TypeVar("T")
# Of the threads for forms these may wait for the geocoder at once.
PLACES = 2
SECONDS_FOR_A_PLACE = 0.2
SECONDS_TO_CONNECT = 0.5
SECONDS_TO_ANSWER = 1.0
# After so many failures in a row nobody waits for a while.
FAILURES, REST_SECONDS = 3, 60.0
NAME = "geocoder"


class Geocoder(Fetcher):
    """A fetcher that answers soon or raises Unread; several threads share it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            user_agent=f"campaign/{__version__} (+{settings.base_url})",
            attempts=1,
            connect_timeout=SECONDS_TO_CONNECT,
            read_timeout=SECONDS_TO_ANSWER,
            body_seconds=SECONDS_TO_ANSWER,
            threshold=FAILURES,
            rest=REST_SECONDS,
        )
        self._places = threading.BoundedSemaphore(PLACES)

    def read(self, url: str, parse: Callable[[Reply], T], **options: Any) -> T:
        if not self._places.acquire(timeout=SECONDS_FOR_A_PLACE):
            raise TransientError("the geocoder is busy with other visitors", ill=False)
        try:
            return super().read(url, parse, **options)
        finally:
            self._places.release()


def attach(app: Flask, settings: Settings) -> None:
    app.extensions[NAME] = Geocoder(settings)


def geocoder() -> Geocoder:
    found: Geocoder = current_app.extensions[NAME]
    return found
