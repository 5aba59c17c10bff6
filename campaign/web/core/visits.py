"""Counts how far visitors come, without telling one from another (docs/decisions/0017-steps-are-counted.md).

Counts wait in memory and a thread of their own writes them together, so that no page waits for the database or
fails with it; a process that is killed loses those of half a minute. Read ``count`` first.
"""

import re
import threading
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy.engine import Engine

from campaign import db
from campaign.outreach import steps
from campaign.outreach.steps import StepKey
from campaign.settings import Settings
from campaign.web.core import routing, served
from campaign.web.core.languages import current

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = structlog.get_logger(__name__)
WRITE_AFTER_SECONDS = 30.0
# Robots that open pages as browsers do; the others send no Sec-Fetch headers. Cubot makes telephones.
ROBOTS = re.compile(r"(?<!cu)bot\b|crawl|spider|preview|headless|lighthouse|monitor", re.IGNORECASE)
# Where a request's environment holds the Visit of its page.
VISIT = "campaign.visit"
# What a script's address has when a reader looks at the same call again: another kind of words or office.
AGAIN = {"kind", "office"}


class Visit(NamedTuple):
    """A page as its visits are counted; ``step`` is the one that its visitors take, or empty."""

    campaign: str
    language: str
    step: str


class StepCounter:
    """Counts that wait to be written. ``zone`` is that of the days."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine = engine
        self._zone = zone
        self._lock = threading.Lock()
        self._waiting: Counter[StepKey] = Counter()
        self._timer: threading.Timer | None = None

    def add(self, step: str, campaign: str, language: str) -> None:
        day = db.utcnow().astimezone(self._zone).date()
        with self._lock:
            self._waiting[StepKey(day, step, campaign, language)] += 1
            if self._timer is None:
                self._timer = threading.Timer(WRITE_AFTER_SECONDS, self.write)
                self._timer.daemon = True
                self._timer.start()

    def page_seen(self, environ: "WSGIEnvironment", visit: Visit) -> None:
        """Count that a page was answered to this request, where a person opened it."""
        if not _is_opened(environ):
            return
        if environ.get("HTTP_SEC_FETCH_SITE") != "same-origin":
            self.add("landed", visit.campaign, visit.language)
        if visit.step:
            self.add(visit.step, visit.campaign, visit.language)

    def write(self) -> None:
        """Write what waits. What cannot be written waits for the next time."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if not waiting:
            return
        try:
            with db.writing(self._engine) as session:
                steps.add(session, waiting)
        except db.UNREADABLE as error:
            log.warning("steps not written", kind=type(error).__name__)
            with self._lock:
                self._waiting.update(waiting)


def attach(app: Flask, engine: Engine, settings: Settings) -> None:
    """After the page cache, which counts the pages that it answers itself."""
    app.extensions["step_counter"] = StepCounter(engine, settings.zone)
    app.after_request(_count_page)


def counter(app: Flask) -> StepCounter:
    found: StepCounter = app.extensions["step_counter"]
    return found


def count(step: str) -> None:
    """Count that this request's visitor took one of ``steps.STEPS``; not a robot's, nor one in a draft. Never
    waits and never fails."""
    if g.get("campaign_state") != "draft" and not _is_robot(request.user_agent.string):
        counter(current_app).add(step, served.slug(), current())


def _count_page(response: Response) -> Response:
    """Count the page, and leave for the page cache how it is counted."""
    public = (request.blueprint or "").startswith("public_")
    page = response.status_code == 200 and response.mimetype == "text/html"
    if public and page and g.get("campaign_state") != "draft":
        visit = Visit(served.slug(), current(), _step())
        request.environ[VISIT] = visit
        counter(current_app).page_seen(request.environ, visit)
    return response


def _step() -> str:
    """The step that a visitor of this page takes by opening it."""
    if routing.here("act") and "member" not in request.args:
        return "found"
    script = routing.here("act", "both") and not AGAIN & request.args.keys()
    return "called" if script else ""


def _is_opened(environ: "WSGIEnvironment") -> bool:
    """Whether a browser opens a page for somebody to see. Browsers since 2023 say so themselves, over https."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
        and "prefetch" not in environ.get("HTTP_SEC_PURPOSE", "")
        and not _is_robot(environ.get("HTTP_USER_AGENT", ""))
    )


@lru_cache(maxsize=1024)
def _is_robot(agent: str) -> bool:
    return bool(ROBOTS.search(agent))
