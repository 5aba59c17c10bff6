"""Logs: one line an event, to standard error, with the ids of the request or job it belongs to.

Keys never reach a log: whatever looks like one is blotted out of every line, from our code or a library's.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

BLOT = "[redacted]"
# Keys in addresses (api_key=…), in headers (X-Api-Key: …) and passwords in database or mail addresses.
_SECRETS = (
    re.compile(r"(?i)(api[_-]?key[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)}]+"),
    re.compile(r"(?i)(://[^\s/:@]+:)[^\s@/]+(?=@)"),
)
_KEYLIKE = re.compile(r"(?i)api[_-]?key|secret|password")
# What a terminal or a reader of lines could take for the start of another line; the renderer minds line feeds.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Libraries that log whole addresses, or every wake-up, at INFO.
_TALKATIVE = ("httpx", "httpcore", "apscheduler", "stamina", "alembic")


def set_up(level: str = "INFO") -> None:
    """Send every log line, ours and the libraries', through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.LogfmtRenderer(
                    key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
                ),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blot keys and passwords out of every value of a log line."""
    return {name: BLOT if _KEYLIKE.search(name) else _blotted(value) for name, value in event.items()}


def _blotted(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    for secret in _SECRETS:
        text = secret.sub(rf"\g<1>{BLOT}", text)
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


@contextmanager
def marked(**ids: str) -> Iterator[None]:
    """Every line logged inside carries these ids (``job=…``, ``slot=…``, ``request=…``)."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
