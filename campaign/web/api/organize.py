"""What organizers say and plan as JSON, below ``/api/v1/organize``, for programs of their own.

A token of an organizer opens it (``Authorization: Bearer …``, RFC 6750); it reads, and changes nothing.
"""

from typing import Any

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from campaign import db
from campaign.accounts import api_tokens, throttle, users
from campaign.accounts.tokens import keyed
from campaign.congress.members import Person
from campaign.congress.models import Bill
from campaign.organizing import notes, whip, worklists
from campaign.organizing.models import WhipNote
from campaign.organizing.worklist_entries import Entry
from campaign.refusals import Refused
from campaign.web.api import schemas
from campaign.web.core import database, routing, served
from campaign.web.core.operations import PREFIX, operation
from campaign.web.core.render import settings
from campaign.web.core.routing import Room
from campaign.web.organize.access import not_yours
from campaign.web.organize.shared import own_bill

room = Room("api_organize", prefix=f"{PREFIX}/organize", role="organizer")
MOST_NOTES = 1000


@room.blueprint.before_request
def guard() -> None:
    """The one place that decides who reads: a known token, of a user whose role allows it, not too often."""
    asked, kind, token = routing.access(), *request.headers.get("Authorization", "").partition(" ")[::2]
    found = api_tokens.find(database.session(), token.strip()) if kind.lower() == "bearer" else None
    if found is None or asked is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "organize"}))
    user, row = found
    if not users.may(user, asked.role):
        raise Refused("This token's user is no organizer.", "El usuario de este token no organiza.", status=403)
    if not users.may_enter(user, served.slug()) or (asked.everywhere and user.campaigns):
        raise not_yours(user)
    now = db.utcnow()
    with db.writing(database.engine()) as writer:
        bucket = keyed(settings().signing_key(), "program", row.token_hash)
        allowed = throttle.allow(writer, bucket, throttle.PROGRAM, now=now)
        api_tokens.used(writer, token.strip(), now.astimezone(settings().zone).date())
    if not allowed:
        raise Refused(
            "There were too many requests with this token. Try again in a few minutes.",
            "Hubo demasiadas solicitudes con este token. Inténtelo de nuevo en unos minutos.",
            status=429,
        )


@operation(room, "/bills/<bill>/board", query=schemas.NoQuery, answer=schemas.Board)
def board(_query: schemas.NoQuery, bill: str) -> schemas.Board:
    """Every member of the bill's chamber, with what the record and what organizers say."""
    session, now = database.session(), db.utcnow()
    known = session.get_one(Bill, str(own_bill(session, bill)))
    rows = [
        schemas.BoardRow(
            **_person(row.person),
            standing=row.standing,
            since=row.since,
            version=row.version,
            **row.values,
        )
        for row in whip.board(session, known, now=now)
    ]
    return schemas.Board(bill=known.id, rows=rows)


@operation(room, "/bills/<bill>/worklists", query=schemas.NoQuery, answer=schemas.Worklists)
def lists(_query: schemas.NoQuery, bill: str) -> schemas.Worklists:
    """Whom to ask next about a bill: the members of each list with the reasons."""
    session = database.session()
    found = worklists.worklists(session, own_bill(session, bill), now=db.utcnow())
    entries = {name: [_entry(entry) for entry in rows] for name, rows in found.entries.items()}
    return schemas.Worklists(bill=found.bill.id, lists=entries, vacancies=list(found.vacancies))


@operation(room, "/notes", query=schemas.NotesQuery, answer=schemas.Notes)
def export_notes(query: schemas.NotesQuery) -> schemas.Notes:
    """Notes and contacts after a number, in the order they were written in, at most 1000 an answer."""
    rows = notes.notes_after(database.session(), served.slug(), query.after, limit=MOST_NOTES)
    return schemas.Notes(notes=[_note(row) for row in rows], next=rows[-1].id if rows else query.after)


def _person(person: Person) -> dict[str, Any]:
    return {"bioguide": person.bioguide, "name": person.name, "party": person.party, "seat": person.seat}


def _entry(entry: Entry) -> schemas.Entry:
    reason = {"en": entry.reason("en"), "es": entry.reason("es")}
    return schemas.Entry(**_person(entry.person), mark=entry.mark, reason=reason)


def _note(note: WhipNote) -> schemas.Note:
    return schemas.Note(
        id=note.id,
        bioguide=note.bioguide,
        bill=note.bill or None,
        kind=note.kind,
        day=note.day,
        people=note.people,
        text=note.text,
        by=note.by,
        at=note.at,
        version=note.version,
    )
