"""The organizers' first page: what moved, whom to ask first, what is due."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask import request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db, new_congress
from campaign.congress import members
from campaign.congress.bills import WASHINGTON
from campaign.congress.members import Person
from campaign.congress.stage_names import Stage
from campaign.districts import vintages
from campaign.mailing import queue
from campaign.mailing.edition import editions
from campaign.organizing import calls, saved_views, whip, worklists
from campaign.organizing import dashboard as boards
from campaign.organizing.cache import record_version
from campaign.organizing.worklists import Entry
from campaign.proposals import lineage, returns
from campaign.web.core import database, history
from campaign.web.core.languages import _
from campaign.web.organize import digest
from campaign.web.organize.access import me, page, route, to
from campaign.web.organize.shared import FIRST_FEW, cached_results, list_names

First = list[tuple[Person, list[Entry]]]


@route("/")
def dashboard() -> Response:
    now, session = db.utcnow(), database.session()
    version = record_version(session, now=now)
    # Its parts change with the record, with an imported map, and on the hour.
    week, missing_maps, january = cached_results().get(
        "week",
        version,
        lambda fresh: (_week(fresh, now), vintages.missing_maps(fresh, now=now), _january(fresh, now)),
    )
    ids = [strip.id for strip, _first in week]
    news = boards.changes_seen(session, ids, after=me().seen_seq)
    newest = boards.newest_seq(session)
    today = now.astimezone(WASHINGTON).date()
    due = whip.due(session, today=today)
    named = {change.bioguide or "" for change in news} | {entry.bioguide for entry in due}
    people = members.people(session, named, now=now)
    return page(
        "dashboard.html",
        strips=[strip for strip, _first in week],
        open=_is_open(week),
        first=week,
        news=history.events(news, people, actions=False),
        newest=newest,
        returned=returns.returns_since(session, me().seen_seq, upto=newest, now=now).values(),
        waiting=len(lineage.waiting(session)),
        search=None if _is_open(week) else returns.searches(session, [""], now=now)[""],
        due=due,
        people=people,
        names=list_names(),
        today=today,
        calls=_calls_lately(session, today),
        digest=editions.newest_status(session),
        digest_states=digest.state_names(),
        mail_troubles=queue.troubles(session),
        missing_maps=missing_maps,
        january=january,
        about=digest.about,
    )


def _january(session: Session, now: datetime) -> bool:
    """Whether the turn of the Congress is near, and after it, whether something is still missing."""
    at = new_congress.moment_to_check(now)
    return new_congress.comes(now) and (at > now or bool(new_congress.missing(session, at=now)))


def _is_open(week: Sequence[tuple[boards.BillSummary, First]]) -> bool:
    """Whether some bill lives, or became law: otherwise a bill has to be introduced again."""
    return any(not strip.record.ended or strip.record.stage.stage is Stage.law for strip, _first in week)


def _week(session: Session, now: datetime) -> list[tuple[boards.BillSummary, First]]:
    """Each bill with whom to ask first."""
    strips = boards.bill_summaries(session, now=now)
    lists = worklists.all_worklists(session, [strip.record.id for strip in strips], now=now)
    return [(strip, lists[strip.id].by_member()[:FIRST_FEW]) for strip in strips]


def _calls_lately(session: Session, today: date) -> list[tuple[str, int]]:
    names = {
        "talked": _("talked with the office"),
        "voicemail": _("left a voicemail"),
        "not_reached": _("not reached"),
        "skip": _("skipped"),
    }
    week, moving = today - timedelta(days=7), calls.still_open(today)
    closed = cached_results().get(
        "calls", today, lambda fresh: calls.totals_by_outcome(fresh, since=week, before=moving)
    )
    counts = closed + calls.totals_by_outcome(session, since=moving)
    return [(words, counts[outcome]) for outcome, words in names.items() if counts.get(outcome)]


@route("/seen", methods=("POST",))
def seen() -> Response:
    """Remember the newest change this person has been shown."""
    upto = request.form.get("upto", type=int) or 0
    with db.writing(database.engine()) as writer:
        saved_views.mark_seen(writer, me().id or 0, upto, now=db.utcnow())
    return to("dashboard")
