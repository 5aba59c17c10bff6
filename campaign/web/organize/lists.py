"""The page of worklists with its filters, exports and saved views."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress.bills import WASHINGTON, BillId, congress_on
from campaign.congress.members import Person
from campaign.congress.models import Committee, CommitteeSeat
from campaign.organizing import calls, saved_views, whip, worklist_entries, worklists
from campaign.organizing import dashboard as boards
from campaign.organizing.cache import record_version
from campaign.organizing.member_filter import matcher
from campaign.organizing.worklist_entries import Entry
from campaign.organizing.worklists import Worklists
from campaign.web.core import database, served
from campaign.web.core.languages import current
from campaign.web.organize import sorting
from campaign.web.organize.access import me, page, route
from campaign.web.organize.shared import (
    bulk_state,
    cached_results,
    download,
    filters_of_address,
    lean_names,
    list_names,
    meant_by,
    own_bill,
    owner_choices,
)

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """The filters of the page of worklists, as the address holds them."""

    bill: str
    list: str
    # A name, a seat or a state.
    who: str
    party: str
    committee: str
    tag: str
    # "most": whoever was called most lately stands first; "never": only who was never called.
    calls: str
    sort: str

    @property
    def query(self) -> dict[str, str]:
        return {name: value for name, value in self.__dict__.items() if value}


def _asked() -> Asked:
    return Asked(**filters_of_address(Asked.__dataclass_fields__))


@route("/lists")
def lists() -> Response:
    return lists_page()


def lists_page(*, status: int = 200, problem: str = "") -> Response:
    """The worklists as their filters leave them; with a problem, what was typed below stays in its forms."""
    now, session = db.utcnow(), database.session()
    bills = boards.working_bills(session, now=now, campaign=served.slug())
    asked = _asked()
    if not bills and not asked.bill:
        return page("lists.html", bills=[], asked=asked, rows=[], chosen=None, names=list_names(), saved=[])
    chosen = own_bill(session, asked.bill) if asked.bill else BillId.of(bills[0][0].id)
    found, rows = _filtered(session, chosen, asked, now)
    return page(
        "lists.html",
        status=status,
        problem=problem,
        bills=bills,
        asked=asked,
        chosen=found,
        rows=rows,
        names={name: words for name, words in list_names().items() if name in found.entries},
        committees=_committees(session, chosen),
        saved=saved_views.views_of(session, me().email, "lists"),
        query=urlencode(asked.query),
        owners=owner_choices(),
        lean_names=lean_names(),
        **bulk_state(),
        meant=() if rows else meant_by(session, asked.who, now=now),
    )


@dataclass(frozen=True)
class Row:
    """A member on the lists that the filters leave, with what the board says of them."""

    person: Person
    entries: list[Entry]
    values: whip.Values
    version: int
    calls: int


COLUMNS: Mapping[str, sorting.Key] = {
    "why": lambda row: (worklist_entries.LISTS.index(row.entries[0].list) + 1, -len(row.entries)),
    "calls": lambda row: row.calls,
}


def _filtered(session: Session, bill: BillId, asked: Asked, now: datetime) -> tuple[Worklists, list[Row]]:
    at = record_version(session, str(bill), now=now)
    found = cached_results().get(bill, at, lambda fresh: worklists.worklists(fresh, bill, now=now))
    board = {entry.bioguide: entry for entry in whip.entries_of(session, str(bill))}
    sits, is_meant = _sits_on(session, asked.committee), matcher(asked.who)
    listed = {entry.person.bioguide for entries in found.entries.values() for entry in entries}
    called = _called_lately(session, str(bill), listed, now.astimezone(WASHINGTON).date())
    ever = calls.ever_called(session, str(bill)) if asked.calls == "never" else set()
    rows = []
    for person, entries in found.by_member():
        mine = [entry for entry in entries if asked.list in ("", entry.list)]
        entry = board.get(person.bioguide)
        values = whip.values_of(entry)
        fits = (
            is_meant(person)
            and asked.party in ("", person.party)
            and (not asked.committee or person.bioguide in sits)
            and (not asked.tag or asked.tag.lower() in values["tags"].split())
            and person.bioguide not in ever
            and (asked.calls != "most" or called[person.bioguide])
        )
        if mine and fits:
            version = entry.version if entry else 0
            rows.append(Row(person, mine, values, version, called[person.bioguide]))
    order = asked.sort or ("-calls" if asked.calls == "most" else "")
    return found, sorting.sorted_by(rows, order, COLUMNS)


def _called_lately(session: Session, bill: str, who: Collection[str], today: date) -> Counter[str]:
    """Calls of the last days by member; of the days that are over only their sum is kept."""
    since, moving, asked = today - LATELY, calls.still_open(today), frozenset(who)
    closed = cached_results().get(
        ("calls", bill),
        (today, asked),
        lambda fresh: calls.by_member(fresh, bill, asked, since=since, before=moving),
    )
    return closed + calls.by_member(session, bill, asked, since=moving)


def _sits_on(session: Session, committee: str) -> set[str]:
    if not committee:
        return set()
    seats = select(CommitteeSeat.bioguide).where(CommitteeSeat.committee == committee)
    return set(session.exec(seats.where(CommitteeSeat.congress == congress_on(db.utcnow()))))


def _committees(session: Session, bill: BillId) -> list[Committee]:
    query = select(Committee).where(Committee.chamber == bill.chamber, col(Committee.parent).is_(None))
    return list(session.exec(query.order_by(Committee.name)))


@route("/lists.<kind>", role="organizer", proven=True)
def export_lists(kind: str) -> Response:
    now, session = db.utcnow(), database.session()
    asked = _asked()
    bill = own_bill(session, asked.bill)
    _found, rows = _filtered(session, bill, asked, now)
    header = ["bill", "bioguide", "name", "party", "seat", "lists", "reasons", *whip.FIELDS, "calls"]
    lang = current()
    table = [_line(str(bill), row, lang) for row in rows]
    return download(kind, f"{bill}-lists", header, table)


def _line(bill: str, row: Row, lang: str) -> list[Any]:
    lists = " ".join(entry.list for entry in row.entries)
    reasons = "; ".join(entry.reason(lang) for entry in row.entries)
    who, fields = row.person, (row.values[field] for field in whip.FIELDS)
    return [bill, who.bioguide, who.name, who.party, who.seat, lists, reasons, *fields, row.calls]


@route("/calls.<kind>", role="organizer", proven=True)
def export_calls(kind: str) -> Response:
    return download(kind, "calls-by-office", calls.COLUMNS, calls.by_office(database.session(), served.slug()))
