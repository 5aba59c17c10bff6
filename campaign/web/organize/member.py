"""What organizers know of one member: every bill, every report of a call, the notes."""

from typing import Any

from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.congress.bills import BillId, congress_on
from campaign.congress.models import Bill, Cosponsorship
from campaign.organizing import calls, whip, worklists
from campaign.organizing import dashboard as boards
from campaign.organizing.worklists import LISTS, Worklists
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _
from campaign.web.organize.access import page, route
from campaign.web.organize.shared import FIRST_FEW, lean_names


@route("/members/<bioguide>")
def member_page(bioguide: str) -> Response:
    now, session = db.utcnow(), database.session()
    person = members.person(session, bioguide, now=now)
    if person is None:
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    campaign = boards.working_bills(session, now=now, campaign=served.slug())
    mine = [bill for bill, _proposal in campaign if BillId.of(bill.id).chamber == person.chamber]
    lists = worklists.all_worklists(session, [BillId.of(bill.id) for bill in mine], now=now)
    return page(
        "member.html",
        person=person,
        stands=[
            _stand(session, bill, bioguide, lists[bill.id], bill.congress < congress_on(now)) for bill in mine
        ],
        past=_past(session, bioguide),
        committees=members.committees_of(session, bioguide, now=now),
        offices=members.offices(session, bioguide),
        notes=whip.notes(session, bioguide),
        contacts=whip.contacts(session, bioguide),
        changes=whip.history(session, bioguide)[:FIRST_FEW],
        leans=whip.LEANS,
        lean_names=lean_names(),
        answers=answer_names(),
    )


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
