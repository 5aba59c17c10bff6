"""What several organizer pages use: names of lists and leans, the result cache, downloads."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, current_app, g, make_response, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.accounts import users
from campaign.accounts.models import User
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.organizing import exports, saved_views, worklist_entries
from campaign.organizing.cache import ResultCache
from campaign.organizing.member_filter import folded, matcher
from campaign.proposals import lineage, lookup
from campaign.refusals import Refused
from campaign.web.core import database, served
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
        worklist_entries.WAS_ON: _("Supported it last time"),
        worklist_entries.ASK_AGAIN: _("Ask again"),
        worklist_entries.WITHDREW: _("Withdrew"),
        worklist_entries.SUCCESSORS: _("Successors"),
        worklist_entries.SISTER_GAP: _("On the campaign’s other bill"),
        worklist_entries.COMMITTEE: _("On the committee"),
        worklist_entries.COMPANION: _("On the companion bill"),
        worklist_entries.NEW: _("New in Congress"),
        worklist_entries.NOT_LISTED: _("Not listed yet"),
        worklist_entries.GONE: _("No longer in Congress"),
    }


def own_bill(session: Session, text: str) -> BillId:
    """The bill that is meant, one of this campaign or of none. A page about another campaign's is led there.

    Raises Refused for what is no bill, and (404) for a change to another campaign's.
    """
    found = lookup.resolve(session, text)
    proposal = lineage.proposal_of(session, str(found))
    if proposal is None or proposal.campaign == served.slug():
        return found
    if request.method == "GET":
        abort(redirect(served.address_in(proposal.campaign, request.full_path), code=303))
    raise Refused(
        f"{found.short} belongs to the campaign “{proposal.campaign}”. Nothing was changed.",
        f"{found.short} es de la campaña «{proposal.campaign}». No se cambió nada.",
        status=404,
    )


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
    with db.writing_alone(database.engine()) as writer:
        access.note(writer, "exported", name, rows=len(rows), kind=kind)
    return attachment(raw, KINDS[kind], f"{name}.{kind}")


def filters_of_address(names: Iterable[str]) -> dict[str, str]:
    """The filters of a page of members: of its address, or of the form that was sent from it.

    Older addresses and views ask for ``state``: it is read as ``who``.
    """
    get = filters_shown().get
    found = {name: get(name, "").strip()[:60] for name in names}
    return {**found, "who": found["who"] or get("state", "").strip()[:60]}


def filters_shown() -> Mapping[str, str]:
    """The query of the page of members that this request is about; a form carries it in ``query``."""
    if request.method == "POST":
        # Parsed and encoded again, so that nothing but names and values reaches an address.
        return dict(parse_qsl(request.form.get("query", ""))[:20])
    return request.args


def to_filtered(view: str, query: Mapping[str, str]) -> Response:
    """After a post: back to a page of members with the filters it had."""
    address = access.organizer_url(view if view in saved_views.PAGES else "dashboard")
    return redirect(f"{address}?{urlencode(query)}" if query else address, code=303)


def batch_of(text: str) -> tuple[int, int] | None:
    """The rows of the history that an address names as a change that can be undone."""
    match = re.fullmatch(r"(\d{1,15})-(\d{1,15})", text)
    return (int(match[1]), int(match[2])) if match else None


def bulk_state() -> dict[str, Any]:
    """What a page of members shows of bulk changes: the one just made, which members are ticked, and what was
    typed into a form that was refused."""
    changes = filters_shown().get("changes", "")
    return {
        "changes": changes if batch_of(changes) else "",
        "tick_all": filters_shown().get("tick") == "all",
        "ticked": {value.partition(".")[0] for value in request.form.getlist("who")},
        "typed": request.form,
    }


def meant_by(session: Session, text: str, *, now: datetime) -> list[Person]:
    """Members in either chamber whom a text means, for a page that shows none of them."""
    if not text:
        return []
    is_meant = matcher(text)
    found = [person for person in members.people(session, now=now).values() if is_meant(person)]
    return sorted(found, key=lambda person: (person.last, person.first))[:FIRST_FEW]


@access.room.blueprint.app_template_filter("by_name")
def by_name(email: str) -> str:
    """A user as people call them: the address where there is no name, and beside it where two have the same."""
    user = _users().get(email)
    if user is None or not user.name:
        name = email
    else:
        alone = sum(other.name == user.name for other in _users().values()) == 1
        name = user.name if alone else f"{user.name} ({email})"
    return name if user is None or user.active else _("%(name)s (no longer here)", name=name)


def _users() -> dict[str, User]:
    """Every user by address, read once a request."""
    if "users" not in g:
        g.users = {user.email: user for user in users.everybody(database.session())}
    found: dict[str, User] = g.users
    return found


def owner_choices(held: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Who can become responsible for a member, by name, as the options of a form; and whoever of ``held`` has
    become so already."""
    able = {user.email for user in _users().values() if users.may(user, "organizer")}
    return sorted(((email, by_name(email)) for email in able | {*held} - {""}), key=lambda row: folded(row[1]))


def lean_names() -> dict[str, str]:
    return {
        "for": _("for"),
        "likely": _("likely"),
        "unknown": _("unknown"),
        "unlikely": _("unlikely"),
        "against": _("against"),
    }
