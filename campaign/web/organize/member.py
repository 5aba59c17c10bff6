"""What organizers know of one member: every bill, every report of a call, the notes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import request
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.congress.bills import BillId, congress_on
from campaign.congress.models import Bill, Cosponsorship
from campaign.organizing import calls, notes, staff, whip, worklists
from campaign.organizing import dashboard as boards
from campaign.organizing.worklist_entries import LISTS
from campaign.organizing.worklists import Worklists
from campaign.outreach import phone_numbers
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _
from campaign.web.core.render import numbered
from campaign.web.organize.access import page, route
from campaign.web.organize.shared import FIRST_FEW, lean_names

NOTHING: Mapping[str, str] = MappingProxyType({})


@route("/members/<bioguide>")
def member_page(bioguide: str) -> Response:
    return show_member(bioguide, edit=request.args.get("edit", type=routing.number))


def show_member(
    bioguide: str,
    *,
    status: int = 200,
    problem: str = "",
    edit: int | None = None,
    typed: Mapping[str, str] = NOTHING,
    typed_person: Mapping[str, str] = NOTHING,
) -> Response:
    """The page of a member. ``edit`` is the note whose form stands open.

    With a problem, what was typed stays in the form of the note (``typed``) or of the staffer
    (``typed_person``).
    """
    now, session = db.utcnow(), database.session()
    person = members.person(session, bioguide, now=now)
    if person is None:
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    campaign = boards.working_bills(session, now=now, campaign=served.slug())
    mine = [bill for bill, _proposal in campaign if BillId.of(bill.id).chamber == person.chamber]
    lists = worklists.all_worklists(session, [BillId.of(bill.id) for bill in mine], now=now)
    return page(
        "member.html",
        status=status,
        problem=problem,
        person=person,
        stands=[
            _stand(session, bill, bioguide, lists[bill.id], bill.congress < congress_on(now)) for bill in mine
        ],
        past=_past(session, bioguide),
        committees=members.committees_of(session, bioguide, now=now),
        offices=members.offices(session, bioguide),
        phones={office.id: office.phone for office in phone_numbers.callable_offices(session, bioguide)},
        staff=staff.current(session, served.slug(), bioguide),
        typed_person=typed_person,
        changes=whip.latest(session, bioguide, served.slug(), FIRST_FEW),
        leans=whip.LEANS,
        lean_names=lean_names(),
        answers=answer_names(),
        **_log(session, bioguide, [bill.id for bill in mine], edit, typed),
    )


def _log(
    session: Session, bioguide: str, bills: Sequence[str], edit: int | None, typed: Mapping[str, str]
) -> dict[str, Any]:
    """What the notes of the page show: those of the kind that is asked for, and the one that is edited."""
    every = notes.notes(session, served.slug(), bioguide)
    here, kind = [note for note in every if note.deleted_at is None], request.args.get("kind", "")
    editing = next((note for note in every if note.id == edit), None)
    changed = request.args.get("changed", type=routing.number)
    about = dict.fromkeys([*bills, *([editing.bill] if editing and editing.bill else ())])
    return {
        "notes": [note for note in here if kind in ("", note.kind) or note is editing],
        "counts": Counter(note.kind for note in here),
        "gone": [note for note in every if note.deleted_at],
        "history": notes.history(session, bioguide),
        "kind": kind,
        "editing": editing,
        "changed": next((note for note in every if note.id == changed), None),
        "about": [(bill, numbered(bill)) for bill in about],
        "typed": typed or ({**editing.model_dump(), "day": editing.day or ""} if editing else {}),
    }


def _stand(session: Session, bill: Bill, bioguide: str, lists: Worklists, ended: bool) -> dict[str, Any]:
    entry = whip.entry_of(session, bill.id, bioguide)
    reasons = [entry for name in LISTS for entry in lists.entries.get(name, ())]
    reasons = [entry for entry in reasons if entry.person.bioguide == bioguide]
    rows = session.exec(
        select(Cosponsorship).where(Cosponsorship.bill == bill.id, Cosponsorship.bioguide == bioguide)
    ).all()
    return {
        "bill": bill,
        "ended": ended,
        "entry": entry,
        "values": whip.values_of(entry),
        "reasons": reasons,
        "rows": rows,
        "leads": bill.sponsor == bioguide,
        "calls": calls.reports(session, bill.id, bioguide),
    }


def answer_names() -> dict[str, str]:
    """What an office said to callers; what it was asked for (join, vote, a hearing) depends on the day."""
    return {
        "will_join": _("said yes"),
        "undecided": _("undecided"),
        "will_not": _("said no"),
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
