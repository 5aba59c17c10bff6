"""Logging: one line for each event, on standard error, with the ids of its request or job.

Keys and passwords are redacted from every line, of this code and of libraries.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"
# Keys in addresses (api_key=…), in headers (X-Api-Key: …) and passwords in database or mail addresses.
_SECRETS = (
    re.compile(r"(?i)(api[_-]?key[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)}]+"),
    re.compile(r"(?i)(://[^\s/:@]+:)[^\s@/]+(?=@)"),
)
_SECRET_NAME = re.compile(r"(?i)api[_-]?key|secret|password")
# Characters that a terminal or log parser may take for a line break; the renderer escapes line feeds itself.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Libraries that log whole addresses, or each time a scheduler wakes up, at INFO.
_NOISY = ("httpx", "httpcore", "apscheduler", "stamina", "alembic")


def set_up(level: str = "INFO") -> None:
    """Send every log line, of this code and of libraries, through one formatter to standard error."""
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
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor that redacts keys and passwords in every value of a log line."""
    return {name: REDACTED if _SECRET_NAME.search(name) else _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    for secret in _SECRETS:
        text = secret.sub(rf"\g<1>{REDACTED}", text)
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


@contextmanager
def log_context(**ids: str) -> Iterator[None]:
    """Adds these ids (``job=…``, ``slot=…``, ``request=…``) to every line logged inside."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
