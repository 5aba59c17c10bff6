"""The search box of every organizers' page: a member, a seat, a state or a bill."""

from datetime import datetime

from flask import redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.congress.members import Person
from campaign.congress.state_names import state_name
from campaign.organizing.member_filter import matcher, seat_of, state_of
from campaign.proposals import lookup
from campaign.proposals.lookup import Candidate
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import current
from campaign.web.organize.access import organizer_url, page, route

LONGEST = 120
MOST = 60


@route("/find")
def find() -> Response:
    """The page of what was typed, where it means one thing; else all that it can mean."""
    text = request.args.get("q", "").strip()[:LONGEST]
    now, session, state = db.utcnow(), database.session(), state_of(text)
    people, bills = _people(session, text, now), _bills(session, text, now)
    if len(people) + len(bills) == 1 and not state:
        return redirect(_address(people, bills), code=303)
    return page(
        "find.html",
        text=text,
        people=people[:MOST],
        bills=bills,
        state=state,
        state_name=state_name(state, current()),
        seat=seat_of(text),
    )


def _address(people: list[Person], bills: list[Candidate]) -> str:
    if people:
        return organizer_url("member_page", bioguide=people[0].bioguide)
    return organizer_url("bill_page", bill=str(bills[0].bill_id))


def _people(session: Session, text: str, now: datetime) -> list[Person]:
    if not text:
        return []
    is_meant = matcher(text)
    found = [person for person in members.people(session, now=now).values() if is_meant(person)]
    return sorted(found, key=lambda person: (person.state, person.district or 0, person.last))


def _bills(session: Session, text: str, now: datetime) -> list[Candidate]:
    """None where the text is no bill, or one that the record does not hold: it may mean a member."""
    try:
        return lookup.search(session, text, now=now) if text else []
    except Refused:
        return []
