"""The organizers' first page: what moved, whom to ask first, what is due, which reports to review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db, new_congress
from campaign.congress import members
from campaign.congress.bills import WASHINGTON
from campaign.congress.members import Person
from campaign.congress.models import Change
from campaign.congress.stage_names import Stage
from campaign.districts import vintages
from campaign.mailing import queue
from campaign.mailing.edition import editions
from campaign.organizing import calls, notes, saved_views, whip, worklists
from campaign.organizing import dashboard as boards
from campaign.organizing.cache import record_version
from campaign.organizing.calls import Waiting
from campaign.organizing.models import WhipEntry
from campaign.organizing.worklist_entries import Entry
from campaign.outreach import phone_numbers, week_ahead
from campaign.outreach.bilingual import Text
from campaign.outreach.week_ahead import Coming
from campaign.proposals import campaigns, lineage, returns
from campaign.proposals.returns import Return
from campaign.web.core import database, history, routing, served
from campaign.web.core.languages import _
from campaign.web.core.served import state_names
from campaign.web.organize import digest
from campaign.web.organize.access import me, page, route, to, told
from campaign.web.organize.member import answer_names
from campaign.web.organize.shared import by_name, cached_results

FIRST_FIVE = 5
Reasons = dict[str, list[Entry]]


@dataclass(frozen=True)
class Moved:
    """News of the campaign's bills: what a user has not been shown, and what was before."""

    new: list[Change]
    earlier: list[Change]
    back: list[Return]
    back_earlier: list[Return]


@dataclass(frozen=True)
class Plan:
    """What is planned: ``lines``, those that name a bill first; ``out``, a line for each chamber that is out.
    ``read`` tells how old the calendars are; None where none was ever read."""

    lines: list[Text]
    out: list[Text]
    read: Coming | None


@dataclass(frozen=True)
class First:
    """A member to ask first: the strongest reason for each bill, and who is responsible for them.

    ``versions`` are those of the entries that one press would change.
    """

    person: Person
    reasons: list[Entry]
    owners: list[str]
    versions: dict[str, int]


@route("/")
def dashboard() -> Response:
    now, session, slug = db.utcnow(), database.session(), served.slug()
    today = now.astimezone(WASHINGTON).date()
    version = record_version(session, now=now)
    # Its parts change with the record, with an imported map, and on the hour.
    summaries, first, missing_maps, january = cached_results().get(
        ("week", slug),
        version,
        lambda fresh: (*_week(fresh, slug, now), vintages.missing_maps(fresh, now=now), _january(fresh, now)),
    )
    ids = [summary.id for summary in summaries]
    newest = boards.newest_seq(session)
    moved = _moved(session, slug, ids, newest, now)
    due = whip.due(session, ids, today=today, mine=me().email)
    reports = calls.to_review(session, slug, ids, calls.answers(session, (*ids, slug)))
    people = members.people(session, _named(moved, due, reports), now=now)
    return page(
        "dashboard.html",
        state=served.state(),
        states=state_names(),
        summaries=summaries,
        open=_is_open(summaries),
        moved=moved,
        news=history.events(moved.new, people, actions=False),
        earlier=history.events(moved.earlier, people, actions=False),
        newest=newest,
        first=_owned(session, first, ids),
        due=due,
        reports=reports,
        hidden_phones=phone_numbers.hidden(session),
        answers=answer_names(),
        people=people,
        waiting=_suggested(session, slug),
        search=None if _is_open(summaries) else returns.searches(session, [""], now=now)[""],
        today=today,
        plan=_plan(session, summaries, now),
        calls=_calls_lately(session, slug, ids, today),
        contacts=notes.contacts_since(session, slug, today - timedelta(days=7)),
        digest=editions.newest_status(session, served.slug()),
        digest_states=digest.state_names(),
        mail_troubles=queue.troubles(session),
        missing_maps=missing_maps,
        january=january,
        about=digest.about,
        place_of=digest.place_of,
    )


def _january(session: Session, now: datetime) -> bool:
    """Whether the turn of the Congress is near, and after it, whether something is still missing."""
    at = new_congress.moment_to_check(now)
    return new_congress.comes(now) and (at > now or bool(new_congress.missing(session, at=now)))


def _plan(session: Session, summaries: Sequence[boards.BillSummary], now: datetime) -> Plan:
    """What is planned for the campaign's bills, and which chambers are out."""
    coming = week_ahead.coming(session, [each.record.id for each in summaries], now=now)
    out = [week_ahead.recess(session, chamber, now=now) for chamber in ("house", "senate")]
    lines = [line for each in coming.values() for line in each.lines]
    return Plan(
        list(dict.fromkeys(line.text for line in sorted(lines, key=lambda line: line.holds))),
        [week_ahead.recess_line(each) for each in out if each],
        next(iter(coming.values()), None),
    )


def _is_open(summaries: Sequence[boards.BillSummary]) -> bool:
    """Whether some bill lives, or became law: otherwise a bill has to be introduced again."""
    return any(not each.record.ended or each.record.stage.stage is Stage.law for each in summaries)


def _week(
    session: Session, slug: str, now: datetime
) -> tuple[list[boards.BillSummary], list[tuple[Person, Reasons]]]:
    """The campaign's bills, and whom to ask first over all of them."""
    summaries = boards.bill_summaries(session, now=now, campaign=slug)
    lists = worklists.all_worklists(session, [each.record.id for each in summaries], now=now)
    return summaries, worklists.merged(lists.values())[:FIRST_FIVE]


def _moved(session: Session, slug: str, ids: Sequence[str], newest: int, now: datetime) -> Moved:
    seen = saved_views.seen(session, me(), slug)
    changes = boards.newest_changes(session, ids)
    back = returns.returns_since(session, 0, upto=newest, now=now)
    new = returns.returns_since(session, seen, upto=newest, now=now) if back else {}
    return Moved(
        [change for change in changes if (change.seq or 0) > seen],
        [change for change in changes if (change.seq or 0) <= seen],
        [each for bill, each in new.items() if bill in ids],
        [each for bill, each in back.items() if bill in ids and bill not in new],
    )


def _named(moved: Moved, due: Sequence[WhipEntry], reports: Sequence[Waiting]) -> set[str]:
    changes = {change.bioguide or "" for change in (*moved.new, *moved.earlier)}
    return changes | {entry.bioguide for entry in due} | {row.bioguide for row in reports}


def _owned(session: Session, first: Sequence[tuple[Person, Reasons]], ids: Sequence[str]) -> list[First]:
    who = [person.bioguide for person, _reasons in first]
    entries = {(row.bill, row.bioguide): row for row in whip.entries_for(session, ids, who)}
    return [
        _first(person, by_bill, {bill: entries.get((bill, person.bioguide)) for bill in by_bill})
        for person, by_bill in first
    ]


def _first(person: Person, by_bill: Reasons, entries: Mapping[str, WhipEntry | None]) -> First:
    held = {bill: entry.owner if entry else "" for bill, entry in entries.items()}
    owners = sorted({*held.values()} - {""})
    mine = me().email if owners else ""
    return First(
        person,
        [reasons[0] for reasons in by_bill.values()],
        owners,
        {bill: entry.version if entry else 0 for bill, entry in entries.items() if held[bill] == mine},
    )


def _suggested(session: Session, slug: str) -> int:
    """How many suggested bills wait for a decision."""
    waiting = lineage.waiting(session)
    proposals = campaigns.campaign_proposals(session, slug) if waiting else []
    known = {proposal.slug for proposal in proposals}
    return sum(kin.proposal in known for _bill, kin in waiting)


def _calls_lately(session: Session, slug: str, ids: Sequence[str], today: date) -> list[tuple[str, int]]:
    names = {
        "talked": _("talked with the office"),
        "voicemail": _("left a voicemail"),
        "not_reached": _("no answer"),
        "skip": _("skipped"),
    }
    week, moving, keys = today - timedelta(days=7), calls.still_open(today), (*ids, slug)
    closed = cached_results().get(
        ("calls", slug),
        (today, keys),
        lambda fresh: calls.totals_by_outcome(fresh, keys, since=week, before=moving),
    )
    counts = closed + calls.totals_by_outcome(session, keys, since=moving)
    return [(words, counts[outcome]) for outcome, words in names.items() if counts.get(outcome)]


@route("/seen", methods=("POST",))
def seen() -> Response:
    """Remember the newest change of this campaign that this person has been shown."""
    upto = request.form.get("upto", type=routing.number) or 0
    with db.writing_alone(database.engine()) as writer:
        saved_views.mark_seen(writer, me(), served.slug(), upto)
    return to("dashboard")


@route("/members/<bioguide>/owner", role="organizer", methods=("POST",))
def assign_member(bioguide: str) -> Response:
    """Become responsible for a member, or give them back, for the bills of the form."""
    versions = _versions()
    owner = me().email if request.form.get("take") else ""
    with db.writing_alone(database.engine()) as writer:
        now = db.utcnow()
        known = {bill.id for bill, _p in boards.working_bills(writer, now=now, campaign=served.slug())}
        if not versions or not versions.keys() <= known:
            raise whip.no_such_pair()
        clashes = whip.assign(writer, bioguide, versions, owner, by=me().email, now=now)
    if clashes:
        told(_("%(who)s changed this a moment ago. Nothing was written.", who=by_name(clashes[0].by)))
    else:
        told(_("You take this member.") if owner else _("You gave this member back."))
    return to("dashboard", _anchor="first")


def _versions() -> dict[str, int]:
    form = request.form
    return dict(zip(form.getlist("bill"), form.getlist("version", type=routing.number), strict=False))
