"""The system page: what happens by itself, when it last did, and what stands in the way."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import request
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db, new_congress
from campaign.calendar import sources as calendar_sources
from campaign.calendar.models import CalendarSource
from campaign.congress import tracking
from campaign.congress.models import Bill, SourceState, Tracking
from campaign.districts import vintages
from campaign.mailing import queue, watchdog
from campaign.mailing.models import Delivery
from campaign.mailing.readers import new_districts
from campaign.organizing import poll_requests
from campaign.proposals import lookup
from campaign.proposals.models import Kinship
from campaign.runs import JobRun
from campaign.web.core import database
from campaign.web.core.languages import _
from campaign.web.core.render import settings
from campaign.web.organize import access
from campaign.web.organize.access import me, page, route, to, told

RUNS_SHOWN = 30
TROUBLES_SHOWN = 50
OLD = timedelta(days=1)


@route("/system")
def system() -> Response:
    now, session = db.utcnow(), database.session()
    return page(
        "system.html",
        now=now,
        jobs=_newest_runs(session),
        recent=session.exec(select(JobRun).order_by(col(JobRun.slot).desc()).limit(RUNS_SHOWN)).all(),
        campaign=_campaign_bills(session),
        troubled=_troubled(session, now),
        counts=_counts(session, now),
        sources=session.exec(select(SourceState).order_by(SourceState.name)).all(),
        calendars=_calendars(session, now),
        has_key=settings().polls_api,
        has_mail=bool(settings().mail_from and settings().postal_address),
        has_geocoder=bool(settings().geocoder_url),
        polls=poll_requests.pending(session),
        budgets=tracking.budgets(session),
        january=new_congress.comes(now),
        missing_maps=vintages.missing_maps(session, now=now),
        asking=new_districts.asking(session, now=now),
        waiting=_waiting(session),
        troubles=[*queue.troubles(session), *watchdog.troubles(session, now=now)],
    )


def _calendars(session: Session, now: datetime) -> list[tuple[str, CalendarSource | None, bool]]:
    """Each calendar by its name, how its reading goes (None: switched off or never read), and whether a fault
    has lasted."""
    names = {
        "house_floor": _("the House’s floor list"),
        "house_meetings": _("the House’s committee meetings"),
        "senate_meetings": _("the Senate’s committee meetings"),
        "api_meetings": _("committee meetings by api.congress.gov"),
        "house_days": _("the House’s voting days"),
        "senate_days": _("the Senate’s schedule"),
    }
    known = calendar_sources.every(session)
    return [
        (
            words,
            source := known.get(name),
            source is not None and calendar_sources.needs_a_person(source, now=now),
        )
        for name, words in names.items()
    ]


def _waiting(session: Session) -> list[tuple[str, int]]:
    """Messages that have not left yet, by what they wait for."""
    names = {
        "pending": _("waiting for their hour"),
        "sending": _("being sent now"),
        "deferred": _("will be tried again"),
    }
    state = col(Delivery.state)
    rows = sa.select(state, sa.func.count()).where(queue.OPEN).group_by(state)
    found = {name: int(count) for name, count in session.execute(rows)}
    return [(words, found.get(name, 0)) for name, words in names.items()]


def _newest_runs(session: Session) -> list[JobRun]:
    """The newest run of every job."""
    newest = sa.select(col(JobRun.job), sa.func.max(col(JobRun.slot)).label("slot")).group_by(col(JobRun.job))
    last = newest.subquery()
    same = sa.and_(col(JobRun.job) == last.c.job, col(JobRun.slot) == last.c.slot)
    return list(session.exec(select(JobRun).join(last, same).order_by(JobRun.job)))


def _campaign_bills(session: Session) -> list[tuple[Bill, Tracking | None]]:
    query = (
        sa.select(Bill, Tracking)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .outerjoin(Tracking, col(Tracking.bill) == col(Bill.id))
        .where(col(Kinship.state) == "confirmed")
        .order_by(col(Bill.congress).desc(), col(Bill.type), col(Bill.number))
    )
    return [(bill, mine) for bill, mine in session.execute(query)]


def _troubled(session: Session, now: datetime) -> list[tuple[Tracking, bool]]:
    """Tracked bills whose last reading failed or was incomplete, the longest trouble first."""
    query = select(Tracking).where(Tracking.problem != "", col(Tracking.until).is_(None))
    rows = session.exec(query.order_by(col(Tracking.problem_since)).limit(TROUBLES_SHOWN))
    return [(row, tracking.needs_a_person(row, now=now)) for row in rows]


def _counts(session: Session, now: datetime) -> dict[str, int]:
    running = col(Tracking.until).is_(None)
    tracked = sa.select(sa.func.count()).select_from(Tracking).where(running)
    fresh = sa.or_(col(Tracking.api_read_at) > now - OLD, col(Tracking.govinfo_read_at) > now - OLD)
    troubled = tracked.where(col(Tracking.problem) != "")
    return {
        "tracked": session.scalar(tracked) or 0,
        "fresh": session.scalar(tracked.where(fresh)) or 0,
        "troubled": session.scalar(troubled) or 0,
    }


@route("/system/poll", role="organizer", methods=("POST",))
def poll_now() -> Response:
    """Ask for a poll: the worker does it, so that no page waits for Congress."""
    with db.writing_alone(database.engine()) as writer:
        text = request.form.get("bill", "")
        bill = str(lookup.resolve(writer, text)) if text else ""
        fresh = poll_requests.request(writer, bill, by=me().email, now=db.utcnow())
        if fresh:
            access.note(writer, "poll asked for", bill)
    told(
        _("The background service will check within a minute.")
        if fresh
        else _("A check was already requested.")
    )
    return to("system")
