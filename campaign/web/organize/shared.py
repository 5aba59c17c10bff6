"""What several organizer pages use: names of lists and leans, the result cache, downloads."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import current_app, make_response, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.accounts import users
from campaign.congress import members
from campaign.congress.members import Person
from campaign.organizing import exports, saved_views, worklists
from campaign.organizing.cache import ResultCache
from campaign.organizing.member_filter import matcher
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import _
from campaign.web.organize import access

FIRST_FEW = 12
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def list_names() -> dict[str, str]:
    """The worklists as people call them."""
    return {
        worklists.WAS_ON: _("Co-sponsored last time"),
        worklists.ASK_AGAIN: _("Ask again"),
        worklists.WITHDREW: _("Withdrew"),
        worklists.SUCCESSORS: _("Successors"),
        worklists.SISTER_GAP: _("On the campaign’s other bill"),
        worklists.COMMITTEE: _("On the committee"),
        worklists.COMPANION: _("On the companion bill"),
        worklists.NEW: _("New in Congress"),
        worklists.NOT_LISTED: _("Not listed yet"),
        worklists.GONE: _("No longer in Congress"),
    }


def cached_results() -> ResultCache:
    """Results computed from the record, cached in this process."""
    found: ResultCache = current_app.extensions.setdefault("cached_results", ResultCache(database.engine()))
    return found


def attachment(raw: bytes, content_type: str, name: str) -> Response:
    response = make_response(raw)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def download(kind: str, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response:
    """A table to take away, and an entry in the log that it was taken."""
    if kind not in KINDS:
        raise Refused("Tables come as csv or xlsx.", "Las tablas se dan en csv o xlsx.", status=404)
    raw = exports.csv_of(header, rows) if kind == "csv" else exports.xlsx_of(name, header, rows)
    with db.writing(database.engine()) as writer:
        access.note(writer, "exported", name, rows=len(rows), kind=kind)
    return attachment(raw, KINDS[kind], f"{name}.{kind}")


def filters_of_address(names: Iterable[str]) -> dict[str, str]:
    """The filters of a page of members. Older addresses and views ask for ``state``: it is read as ``who``."""
    get = request.args.get
    found = {name: get(name, "").strip()[:60] for name in names}
    return {**found, "who": found["who"] or get("state", "").strip()[:60]}


def to_filtered(view: str, query: str) -> Response:
    """After a post: back to a page of members with the filters it had."""
    address = access.organizer_url(view if view in saved_views.PAGES else "dashboard")
    # Parsed and encoded again, so that nothing but names and values reaches the address.
    kept = urlencode(parse_qsl(query)[:20])
    return redirect(f"{address}?{kept}" if kept else address, code=303)


def batch_of(text: str) -> tuple[int, int] | None:
    """The rows of the history that an address names as a change that can be undone."""
    match = re.fullmatch(r"(\d{1,15})-(\d{1,15})", text)
    return (int(match[1]), int(match[2])) if match else None


def bulk_state() -> dict[str, Any]:
    """What a page of members shows of bulk changes: the one just made, and whether all are ticked."""
    changes = request.args.get("changes", "")
    return {"changes": changes if batch_of(changes) else "", "ticked": request.args.get("tick") == "all"}


def meant_by(session: Session, text: str, *, now: datetime) -> list[Person]:
    """Members in either chamber whom a text means, for a page that shows none of them."""
    if not text:
        return []
    is_meant = matcher(text)
    found = [person for person in members.people(session, now=now).values() if is_meant(person)]
    return sorted(found, key=lambda person: (person.last, person.first))[:FIRST_FEW]


def owner_names(session: Session) -> list[tuple[str, str]]:
    """Who can own a next step, as the options of a form."""
    everybody = (user for user in users.everybody(session) if user.active)
    return [(user.email, f"{user.name} ({user.email})" if user.name else user.email) for user in everybody]


def lean_names() -> dict[str, str]:
    return {
        "for": _("for"),
        "likely": _("likely"),
        "unknown": _("unknown"),
        "unlikely": _("unlikely"),
        "against": _("against"),
    }
