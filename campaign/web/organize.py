"""The organizers' pages about bills and members: this week, one bill, whom to ask, one member."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import current_app, make_response, render_template, request
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import lineage, members
from campaign.congress.bills import WASHINGTON, BillId, congress_on
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat, Cosponsorship
from campaign.mailing import deliveries, editions
from campaign.organizing import calls, exports, views, whip, worklists
from campaign.organizing import dashboard as boards
from campaign.organizing.reckoned import Reckoned, stamp
from campaign.organizing.worklists import LISTS, Entry, Worklists
from campaign.refusals import Refused
from campaign.web import auth, history, organize_digest, organize_pictures, painted, reads
from campaign.web.auth import me, page, route, to, told
from campaign.web.languages import _, current
from campaign.web.organize_pictures import Growth, Seating, TileMap

FIRST_FEW = 12
LATELY = timedelta(days=30)
Drawn = Growth | TileMap | Seating
# A title and a legend need this much room.
LEAST_WIDTH = 640
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def list_names() -> dict[str, str]:
    """The worklists as people call them."""
    return {
        worklists.ASK_AGAIN: _("Ask again"),
        worklists.WITHDREW: _("Withdrew"),
        worklists.SUCCESSORS: _("Successors"),
        worklists.SISTER_GAP: _("On the sister bill"),
        worklists.COMMITTEE: _("On the committee"),
        worklists.COMPANION: _("Companion's side"),
    }


def reckoned() -> Reckoned:
    """What this process has reckoned from the record."""
    found: Reckoned = current_app.extensions.setdefault("reckoned", Reckoned(reads.engine()))
    return found


# --- this week ---

First = list[tuple[Person, list[Entry]]]


@route("/")
def dashboard() -> Response:
    now, session = db.utcnow(), reads.session()
    week = reckoned().get("week", stamp(session, now=now), lambda fresh: _week(fresh, now))
    ids = [strip.id for strip, _first in week]
    news = boards.changes_seen(session, ids, after=me().seen_seq)
    today = now.astimezone(WASHINGTON).date()
    due = whip.due(session, today=today)
    named = {change.bioguide or "" for change in news} | {entry.bioguide for entry in due}
    people = members.people(session, named)
    return page(
        "dashboard.html",
        strips=[strip for strip, _first in week],
        first=week,
        news=history.events(news, people, actions=False),
        newest=boards.newest_seq(session),
        due=due,
        people=people,
        names=list_names(),
        today=today,
        calls=_calls_lately(session, today),
        digest=editions.newest_status(session),
        digest_states=organize_digest.state_names(),
        mail_troubles=deliveries.troubles(session),
        about=organize_digest.about,
    )


def _week(session: Session, now: datetime) -> list[tuple[boards.Strip, First]]:
    """Each bill with whom to ask first."""
    strips = boards.strips(session, now=now)
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
    closed = reckoned().get("calls", today, lambda fresh: calls.lately(fresh, since=week, before=moving))
    counts = closed + calls.lately(session, since=moving)
    return [(words, counts[outcome]) for outcome, words in names.items() if counts.get(outcome)]


@route("/seen", methods=("POST",))
def seen() -> Response:
    """Remember the newest change this person has been shown."""
    upto = request.form.get("upto", type=int) or 0
    with db.writing(reads.engine()) as writer:
        views.mark_seen(writer, me().id or 0, upto, now=db.utcnow())
    return to("dashboard")


# --- one bill ---


@route("/bills/<bill>")
def bill_page(bill: str) -> Response:
    now, session = db.utcnow(), reads.session()
    found = lineage.resolve(session, bill)
    strip = boards.strip(session, str(found), now=now)
    lists = _lists_or_none(session, found, now)
    drawn = {**_pictures(session, strip, lists), "growth": _growth(session, strip, now)}
    return page("bill.html", strip=strip, lists=lists, names=list_names(), **drawn)


def _lists_or_none(session: Session, bill: BillId, now: datetime) -> Worklists | None:
    if bill.congress != congress_on(now):
        return None
    return worklists.worklists(session, bill, now=now)


def _growth(session: Session, strip: boards.Strip, now: datetime) -> Growth | None:
    kin = lineage.family(session, strip.id) or [strip.record.bill]
    same = [bill for bill in kin if BillId.of(bill.id).chamber == strip.record.id.chamber]
    ids = [bill.id for bill in same]
    rows: dict[str, list[Cosponsorship]] = {}
    for row in session.exec(select(Cosponsorship).where(col(Cosponsorship.bill).in_(ids))):
        rows.setdefault(row.bill, []).append(row)
    today = now.astimezone(WASHINGTON).date()
    return organize_pictures.growth([(bill, rows.get(bill.id, [])) for bill in same], today=today)


def _pictures(session: Session, strip: boards.Strip, lists: Worklists | None) -> dict[str, Any]:
    record, sitting = strip.record, members.people(session)
    was = _who(lists, worklists.ASK_AGAIN) | _who(lists, worklists.WITHDREW)
    seated = _who(lists, worklists.COMMITTEE)
    places = _places(session, [share.committee.id for share in strip.committees], sitting)
    return {
        "map": organize_pictures.tile_map(record, members.seats(session), sitting.values(), was, seated),
        "seatings": [
            organize_pictures.seating(record, share.committee, places.get(share.committee.id, []))
            for share in strip.committees
        ],
    }


def _who(lists: Worklists | None, name: str) -> set[str]:
    return set(lists.bioguides(name)) if lists else set()


def _places(
    session: Session, committees: list[str], sitting: Mapping[str, Person]
) -> dict[str, list[tuple[Person, CommitteeSeat]]]:
    found: dict[str, list[tuple[Person, CommitteeSeat]]] = {}
    for place in session.exec(select(CommitteeSeat).where(col(CommitteeSeat.committee).in_(committees))):
        if place.bioguide in sitting:
            found.setdefault(place.committee, []).append((sitting[place.bioguide], place))
    return found


@route("/bills/<bill>/<name>.svg")
def picture(bill: str, name: str) -> Response:
    """A picture to take away; the same drawing as on the page."""
    found, drawing = _to_take_away(bill, name)
    return _file(drawing.encode(), "image/svg+xml; charset=utf-8", f"{found}-{name}.svg")


@route("/bills/<bill>/<name>.png")
def picture_png(bill: str, name: str) -> Response:
    """The same as pixels, for slides and messages that take no SVG."""
    found, drawing = _to_take_away(bill, name)
    return _file(painted.png(drawing), "image/png", f"{found}-{name}.png")


def _file(raw: bytes, content_type: str, name: str) -> Response:
    response = make_response(raw)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _to_take_away(bill: str, name: str) -> tuple[BillId, str]:
    """The bill that was meant, and its picture as SVG. Raises Refused (404) for one that does not exist."""
    now, session = db.utcnow(), reads.session()
    found = lineage.resolve(session, bill)
    strip = boards.strip(session, str(found), now=now)
    kind, drawn = _drawn(session, strip, name, now)
    width = max(drawn.width, LEAST_WIDTH) + 48
    return found, render_template("organize/_picture.html", kind=kind, it=drawn, strip=strip, width=width)


def _drawn(
    session: Session, strip: boards.Strip, name: str, now: datetime
) -> tuple[str, Growth | TileMap | Seating]:
    if name == "growth" and (growth := _growth(session, strip, now)):
        return name, growth
    shown = _pictures(session, strip, _lists_or_none(session, strip.record.id, now))
    if name == "map":
        return name, shown["map"]
    for seating in shown["seatings"]:
        if seating.committee.id == name:
            return "seating", seating
    raise Refused("There is no such picture.", "No existe esa imagen.", status=404)


@route("/bills/<bill>/goal", role="organizer", methods=("POST",))
def set_goal(bill: str) -> Response:
    target, day = request.form.get("target", type=int) or 0, _day(request.form.get("by", ""))
    with db.writing(reads.engine()) as writer:
        found = lineage.resolve(writer, bill)
        boards.set_goal(writer, str(found), target, day, by=me().email, now=db.utcnow())
        auth.note(writer, "goal set", str(found), target=target)
    told(_("The goal is set."))
    return to("bill_page", bill=str(found))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(
            f"“{text[:30]}” is not a day; write it as 2026-06-01.",
            f"«{text[:30]}» no es una fecha; escríbala como 2026-06-01.",
        ) from None


# --- whom to ask ---


@dataclass(frozen=True)
class Asked:
    """The filters of the page of worklists, as the address holds them."""

    bill: str
    list: str
    state: str
    party: str
    committee: str
    tag: str
    # "most": whoever was called most lately stands first; "never": only who was never called.
    calls: str

    @property
    def query(self) -> dict[str, str]:
        return {name: value for name, value in self.__dict__.items() if value}


def _asked() -> Asked:
    get = request.args.get
    return Asked(*(get(name, "").strip()[:60] for name in Asked.__dataclass_fields__))


@route("/lists")
def lists() -> Response:
    now, session = db.utcnow(), reads.session()
    bills = boards.campaign_bills(session, congress_on(now))
    asked = _asked()
    if not bills and not asked.bill:
        return page("lists.html", bills=[], asked=asked, rows=[], chosen=None, names=list_names(), saved=[])
    chosen = lineage.resolve(session, asked.bill) if asked.bill else BillId.of(bills[0][0].id)
    found, rows = _filtered(session, chosen, asked, now)
    return page(
        "lists.html",
        bills=bills,
        asked=asked,
        chosen=found,
        rows=rows,
        names=list_names(),
        committees=_committees(session, chosen),
        saved=views.saved(session, me().email, "lists"),
        query=urlencode(asked.query),
    )


@dataclass(frozen=True)
class Row:
    """A member on the lists that the filters leave."""

    person: Person
    entries: list[Entry]
    tags: str
    calls: int


def _filtered(session: Session, bill: BillId, asked: Asked, now: datetime) -> tuple[Worklists, list[Row]]:
    at = stamp(session, str(bill), now=now)
    found = reckoned().get(bill, at, lambda fresh: worklists.worklists(fresh, bill, now=now))
    tags = {one.bioguide: one.tags for one in whip.entries_of(session, str(bill))}
    sits = _sits_on(session, asked.committee)
    listed = {entry.person.bioguide for entries in found.entries.values() for entry in entries}
    called = _called_lately(session, str(bill), listed, now.astimezone(WASHINGTON).date())
    ever = calls.ever_called(session, str(bill)) if asked.calls == "never" else set()
    rows = []
    for person, entries in found.by_member():
        mine = [entry for entry in entries if asked.list in ("", entry.list)]
        fits = (
            asked.state in ("", person.state)
            and asked.party in ("", person.party)
            and (not asked.committee or person.bioguide in sits)
            and (not asked.tag or asked.tag.lower() in tags.get(person.bioguide, "").split())
            and person.bioguide not in ever
            and (asked.calls != "most" or called[person.bioguide])
        )
        if mine and fits:
            rows.append(Row(person, mine, tags.get(person.bioguide, ""), called[person.bioguide]))
    if asked.calls == "most":
        rows.sort(key=lambda row: -row.calls)
    return found, rows


def _called_lately(session: Session, bill: str, who: Collection[str], today: date) -> Counter[str]:
    """Calls of the last days by member; of the days that are over only their sum is kept."""
    since, moving, asked = today - LATELY, calls.still_open(today), frozenset(who)
    closed = reckoned().get(
        ("calls", bill),
        (today, asked),
        lambda fresh: calls.by_member(fresh, bill, asked, since=since, before=moving),
    )
    return closed + calls.by_member(session, bill, asked, since=moving)


def _sits_on(session: Session, committee: str) -> set[str]:
    if not committee:
        return set()
    return set(session.exec(select(CommitteeSeat.bioguide).where(CommitteeSeat.committee == committee)))


def _committees(session: Session, bill: BillId) -> list[Committee]:
    query = select(Committee).where(Committee.chamber == bill.chamber, col(Committee.parent).is_(None))
    return list(session.exec(query.order_by(Committee.name)))


@route("/lists.<kind>", role="organizer", proven=True)
def export_lists(kind: str) -> Response:
    now, session = db.utcnow(), reads.session()
    asked = _asked()
    bill = lineage.resolve(session, asked.bill)
    _found, rows = _filtered(session, bill, asked, now)
    header = ["bill", "bioguide", "name", "party", "seat", "lists", "reasons", "tags", "calls"]
    lang = current()
    table = [_line(str(bill), row, lang) for row in rows]
    return download(kind, f"{bill}-lists", header, table)


def _line(bill: str, row: Row, lang: str) -> list[Any]:
    lists = " ".join(entry.list for entry in row.entries)
    reasons = "; ".join(entry.reason(lang) for entry in row.entries)
    who = row.person
    return [bill, who.bioguide, who.name, who.party, who.seat, lists, reasons, row.tags, row.calls]


@route("/calls.<kind>", role="organizer", proven=True)
def export_calls(kind: str) -> Response:
    return download(kind, "calls-by-office", calls.COLUMNS, calls.by_office(reads.session()))


def download(kind: str, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response:
    """A table to take away, and an entry in the log that it was taken."""
    if kind not in KINDS:
        raise Refused("Tables come as csv or xlsx.", "Las tablas se dan en csv o xlsx.", status=404)
    raw = exports.csv_of(header, rows) if kind == "csv" else exports.xlsx_of(name, header, rows)
    with db.writing(reads.engine()) as writer:
        auth.note(writer, "exported", name, rows=len(rows), kind=kind)
    return _file(raw, KINDS[kind], f"{name}.{kind}")


@route("/views", methods=("POST",))
def save_view() -> Response:
    where, query = request.form.get("page", ""), request.form.get("query", "")
    with db.writing(reads.engine()) as writer:
        views.save(writer, me().email, where, request.form.get("name", ""), query)
    told(_("The view is saved."))
    return to(where if where in views.PAGES else "dashboard")


@route("/views/<int:id>/remove", methods=("POST",))
def remove_view(id: int) -> Response:
    with db.writing(reads.engine()) as writer:
        where = views.remove(writer, me().email, id)
    return to(where)


# --- one member ---


@route("/members/<bioguide>")
def member_page(bioguide: str) -> Response:
    now, session = db.utcnow(), reads.session()
    person = members.person(session, bioguide)
    if person is None:
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    campaign = boards.campaign_bills(session, congress_on(now))
    mine = [bill for bill, _proposal in campaign if BillId.of(bill.id).chamber == person.chamber]
    lists = worklists.all_worklists(session, [BillId.of(bill.id) for bill in mine], now=now)
    return page(
        "member.html",
        person=person,
        stands=[_stand(session, bill, bioguide, lists[bill.id]) for bill in mine],
        past=_past(session, bioguide),
        committees=members.committees_of(session, bioguide),
        offices=members.offices(session, bioguide),
        notes=whip.notes(session, bioguide),
        contacts=whip.contacts(session, bioguide),
        changes=whip.history(session, bioguide)[:FIRST_FEW],
        leans=whip.LEANS,
        lean_names=lean_names(),
        answers=answer_names(),
    )


def lean_names() -> dict[str, str]:
    return {
        "for": _("for"),
        "likely": _("likely"),
        "unknown": _("unknown"),
        "unlikely": _("unlikely"),
        "against": _("against"),
    }


def _stand(session: Session, bill: Bill, bioguide: str, lists: Worklists) -> dict[str, Any]:
    entry = whip.entry_of(session, bill.id, bioguide)
    reasons = [one for name in LISTS for one in lists.entries[name] if one.person.bioguide == bioguide]
    rows = session.exec(
        select(Cosponsorship).where(Cosponsorship.bill == bill.id, Cosponsorship.bioguide == bioguide)
    ).all()
    return {
        "bill": bill,
        "entry": entry,
        "values": whip.values_of(entry),
        "reasons": reasons,
        "rows": rows,
        "leads": bill.sponsor == bioguide,
        "calls": calls.reports(session, bill.id, bioguide),
    }


def answer_names() -> dict[str, str]:
    """What an office said to callers."""
    return {
        "will_join": _("will join"),
        "undecided": _("undecided"),
        "will_not": _("will not join"),
        "would_not_say": _("would not say"),
    }


def _past(session: Session, bioguide: str) -> list[tuple[Bill, Cosponsorship]]:
    """Every bill at hand that the member ever joined, newest first."""
    query = (
        select(Bill, Cosponsorship)
        .join(Cosponsorship, col(Cosponsorship.bill) == col(Bill.id))
        .where(Cosponsorship.bioguide == bioguide)
        .order_by(col(Cosponsorship.joined).desc())
        .limit(50)
    )
    return list(session.exec(query))
