"""The circuit breaker of one host: after failures in a row, or a refusal, it is asked nothing for a while."""

import logging
import math
import threading
from collections.abc import Callable

from campaign.refusals import SourceError
from campaign.reply import TransientError

logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Opens for ``rest`` seconds after ``threshold`` requests in a row failed; then one request is tried.
    ``clock`` gives monotonic seconds. Several threads may use it."""

    def __init__(self, threshold: int, rest: float, clock: Callable[[], float]) -> None:
        self._threshold, self._rest, self._clock = threshold, rest, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = -math.inf
        self._reason = ""
        # Whether it opened because the host refused our key: then it stays open.
        self._credential = False

    @property
    def is_open(self) -> bool:
        return self._clock() < self._open_until

    def require_closed(self) -> None:
        """Raises SourceError, with the reason, while it is open."""
        if self.is_open:
            raise SourceError(self._reason, permanent=True, credential=self._credential)

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, error: SourceError) -> None:
        """Count a request that failed all its attempts; a host that answers in order is not ill."""
        if error.credential:
            self._credential = True
            self.open(math.inf, error.reason)
        elif not (isinstance(error, TransientError) and error.ill):
            self._failures = 0
        else:
            with self._lock:
                self._failures += 1
            if self._failures >= self._threshold:
                self.open(self._rest, f"paused after {self._failures} failures: {error.reason}")

    def open(self, seconds: float, reason: str) -> None:
        if not self.is_open:
            logger.warning("circuit breaker open: %s", reason)
            self._open_until, self._reason = self._clock() + seconds, reason
