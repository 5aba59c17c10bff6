"""Gauges for Prometheus: what the service does by itself, and whether it still does.

All of them are read from the database when they are asked for: every process of every machine tells the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlmodel import Session, col

from campaign import db
from campaign.calendar.models import CalendarSource
from campaign.congress.models import Tracking
from campaign.mailing import queue, watchdog
from campaign.mailing.models import Delivery, Edition, Subscriber
from campaign.outreach.models import CallTotal
from campaign.outreach.outcomes import TOLD
from campaign.runs import JobRun, Lease
from campaign.web.api.organize import guard
from campaign.web.core import database, health
from campaign.web.core.routing import Room

room = Room("metrics", role="organizer")
# A token of an organizer of all campaigns opens it, as their other programs.
room.blueprint.before_request(guard)


class Gauges(Collector):
    """What a scrape reads, at one moment of one session."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._of_the_record()
        yield from self._of_jobs()
        yield from self._of_mail()
        reported = sa.select(sa.func.sum(CallTotal.count)).where(col(CallTotal.outcome) != TOLD)
        calls = self.session.scalar(reported)
        yield _one("calls_reported", "Calls that callers reported.", calls or 0)

    def _of_the_record(self) -> Iterator[GaugeMetricFamily]:
        age = health.line(self.session, now=self.now)
        whole = age.whole_since.timestamp() if age.whole_since else 0
        yield _one(
            "record_whole_timestamp_seconds", "Since when every tracked bill is read whole; 0: never.", whole
        )
        yield _one("record_stale", "1 where the record is older than a day.", age.stale)
        trouble = sa.case((col(Tracking.problem) != "", "yes"), else_="no")
        running = col(Tracking.until).is_(None)
        yield self._by(
            "bills", "Tracked bills, by whether their reading is in trouble.", "trouble", trouble, running
        )

    def _of_jobs(self) -> Iterator[GaugeMetricFamily]:
        read, ended, held = col(CalendarSource.good_at), col(JobRun.finished), col(Lease.ends)
        yield self._newest(
            "calendar_read", "The last good reading of a source.", "source", CalendarSource.name, read
        )
        yield self._newest("job_finished", "The end of the newest run.", "job", JobRun.job, ended)
        yield self._newest(
            "leader_lease_end", "When the leader's lease ends unless renewed.", "lease", Lease.name, held
        )

    def _of_mail(self) -> Iterator[GaugeMetricFamily]:
        waiting = "Messages that have not left yet."
        yield self._by("mail_waiting", waiting, "state", Delivery.state, queue.OPEN)
        stuck = watchdog.stuck(self.session, now=self.now) is not None
        yield _one("mail_stuck", "1 where mail is due and nobody sends it.", stuck)
        yield self._by("editions", "Editions of digests.", "state", Edition.state)
        yield self._by("readers", "Readers of digests.", "state", Subscriber.state)

    def _by(self, name: str, help: str, label: str, value: Any, *where: Any) -> GaugeMetricFamily:
        """How many rows have each value."""
        query = sa.select(value, sa.func.count()).where(*where).group_by(value)
        return _labelled(name, help, label, self.session.execute(query))

    def _newest(self, name: str, help: str, label: str, key: Any, moment: Any) -> GaugeMetricFamily:
        """The newest moment of each key, in seconds since 1970."""
        query = sa.select(key, sa.func.max(moment)).where(moment.is_not(None)).group_by(key)
        found = ((each, newest.timestamp()) for each, newest in self.session.execute(query))
        return _labelled(f"{name}_timestamp_seconds", help, label, found)


def _one(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"campaign_{name}", help, value=value)


def _labelled(name: str, help: str, label: str, values: Iterable[Any]) -> GaugeMetricFamily:
    found = GaugeMetricFamily(f"campaign_{name}", help, labels=[label])
    for each, value in values:
        found.add_metric([each], value)
    return found


@room.route("/metrics", everywhere=True)
def metrics() -> Response:
    registry = CollectorRegistry()
    registry.register(Gauges(database.session(), db.utcnow()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
