"""What several organizer pages use: names of lists and leans, the result cache, downloads."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, make_response
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.accounts import users
from campaign.organizing import exports, worklists
from campaign.organizing.cache import ResultCache
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
        worklists.WAS_ON: _("Was on it last time"),
        worklists.ASK_AGAIN: _("Ask again"),
        worklists.WITHDREW: _("Withdrew"),
        worklists.SUCCESSORS: _("Successors"),
        worklists.SISTER_GAP: _("On the sister bill"),
        worklists.COMMITTEE: _("On the committee"),
        worklists.COMPANION: _("Companion's side"),
        worklists.NEW: _("New in Congress"),
        worklists.NOT_LISTED: _("Not listed yet"),
        worklists.GONE: _("Gone"),
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


def owner_names(session: Session) -> list[tuple[str, str]]:
    """Who can own a next step, as the options of a form."""
    return [(user.email, user.email) for user in users.everybody(session) if user.active]


def lean_names() -> dict[str, str]:
    return {
        "for": _("for"),
        "likely": _("likely"),
        "unknown": _("unknown"),
        "unlikely": _("unlikely"),
        "against": _("against"),
    }
