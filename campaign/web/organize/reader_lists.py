"""Bringing a list of readers: looked at first, with the columns to match, then taken.

Nothing of a list is stored before it is taken: its text travels in the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.mailing.addresses import Keys, masked
from campaign.mailing.readers import csv_lists, imports, list_columns
from campaign.mailing.readers.csv_lists import Table
from campaign.mailing.readers.imports import Imported, Row, Terms
from campaign.mailing.readers.list_columns import Columns
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _, current
from campaign.web.core.render import settings
from campaign.web.organize import access
from campaign.web.organize.access import me, page, route
from campaign.web.organize.shared import KINDS, attachment

# More takes longer than a browser waits; the command line takes a list of any length.
MOST_BYTES = 2_000_000
MOST_ROWS = 10_000
# The text of a list, to which a browser may add a character a line, and the form around it.
LARGEST_FORM = 2 * MOST_BYTES + 64 * 1024
SAMPLE = 5


@dataclass(frozen=True)
class Brought:
    """A list as the form holds it. ``chosen``: the number of a column by field, None before anybody chose."""

    name: str
    text: str
    table: Table
    chosen: Mapping[str, str] | None

    @property
    def columns(self) -> Columns:
        return list_columns.find(self.table.header, self.chosen)

    def rows(self, done: Imported) -> list[Row]:
        session, now = database.session(), db.utcnow()
        return list(csv_lists.rows_of(session, served.slug(), self.table, self.columns, done, now=now))


@route("/readers/import", role="admin", proven=True)
def bring_readers() -> Response:
    return _asking()


def _asking(refusal: Refused | None = None) -> Response:
    problem = refusal.text(current()) if refusal else ""
    return page(
        "bring_readers.html", status=refusal.status if refusal else 200, problem=problem, largest=MOST_BYTES
    )


@route("/readers/import", role="admin", proven=True, methods=("POST",), max_body=LARGEST_FORM)
def look_at_readers() -> Response:
    try:
        brought = _brought()
    except Refused as refusal:
        return _asking(refusal)
    return _preview(brought)


def _brought() -> Brought:
    """The list of the form: a file just uploaded, or the text that travels since."""
    if not served.slug():
        raise Refused("There is no campaign yet.", "Todavía no hay ninguna campaña.", status=409)
    form, file = request.form, request.files.get("file")
    if file is None:
        chosen = {field: form.get(f"column_{field}", "") for field in list_columns.NAMES}
        return _checked(form.get("name", ""), form.get("text", ""), chosen)
    with file.stream:
        raw = file.stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _too_long()
    return _checked(file.filename or "", csv_lists.text_of(raw), None)


def _checked(name: str, text: str, chosen: Mapping[str, str] | None) -> Brought:
    table = csv_lists.table_of(text)
    if len(table.rows) > MOST_ROWS or len(text) > MOST_BYTES:
        raise _too_long()
    return Brought(masked(name)[:100], text, table, chosen)


def _too_long() -> Refused:
    size = MOST_BYTES // 1_000_000
    return Refused(
        f"The list is too long for this page: at most {size} MB and {MOST_ROWS:,} rows. Nothing was "
        "imported. On the server, “campaign subscribers import FILE” imports it.",
        f"La lista es demasiado larga para esta página: como máximo {size} MB y {MOST_ROWS:,} filas. No se "
        "importó nada. En el servidor, «campaign subscribers import ARCHIVO» la importa.",
        status=413,
    )


def _preview(brought: Brought) -> Response:
    done, problem, rows, new = Imported(lang=current()), "", [], 0
    columns = Columns(brought.table.header, {}, {})
    try:
        columns = brought.columns
        rows = brought.rows(done)
        new = imports.look(database.session(), Keys(settings()), served.slug(), rows, done)
    except Refused as refusal:
        problem = refusal.text(current())
    return page(
        "bring_readers_preview.html",
        status=422 if problem else 200,
        problem=problem,
        brought=brought,
        columns=columns,
        seen=_seen({field: str(place) for field, place in columns.places.items()}),
        new=new,
        done=done,
        sample=[row for row in rows if not row.left and row.line not in done.rejects][:SAMPLE],
        field_names=_field_names(),
        left_names=_left_names(),
        who=me().email,
    )


@route("/readers/import/take", role="admin", proven=True, methods=("POST",), max_body=LARGEST_FORM)
def take_readers() -> Response:
    brought, done = _brought(), Imported(lang=current())
    if request.form.get("seen") != _seen(brought.chosen or {}):
        # Another column was chosen since the numbers were shown.
        return _preview(brought)
    attests = request.form.get("attested") == "yes"
    terms = Terms(
        served.slug(),
        attested_by=me().email if attests else "",
        now=db.utcnow(),
        page=brought.name,
        ask_them=not attests and request.form.get("ask") == "yes",
    )
    rows = brought.rows(done)
    try:
        imports.take_list(database.engine(), Keys(settings()), rows, terms, done)
    finally:
        _log(terms, done)
    return page(
        "bring_readers_done.html",
        brought=brought,
        done=done,
        asked=terms.ask_them,
        left_names=_left_names(),
        columns=brought.columns,
    )


def _seen(chosen: Mapping[str, str]) -> str:
    """The columns that a preview was made with, as its form carries them."""
    return " ".join(f"{field}={place}" for field, place in sorted(chosen.items()) if place)


def _log(terms: Terms, done: Imported) -> None:
    with db.writing_alone(database.engine()) as writer:
        access.note(
            writer,
            "readers imported",
            terms.campaign,
            confirmed=done.confirmed,
            pending=done.pending,
            asked=terms.ask_them,
            left=sum(done.left.values()),
            rejected=len(done.rejects),
        )


@route("/readers/import/rejects", role="admin", proven=True, methods=("POST",), max_body=LARGEST_FORM)
def rejected_readers() -> Response:
    """The rows that cannot be taken, with the reasons, as a table to mend."""
    brought, done = _brought(), Imported(lang=current())
    rows = brought.rows(done)
    imports.look(database.session(), Keys(settings()), served.slug(), rows, done)
    return attachment(csv_lists.write_rejects(brought.table, done.rejects), KINDS["csv"], "rejected.csv")


def _field_names() -> dict[str, str]:
    return {
        "email": _("Email address"),
        "language": _("Language"),
        "zip": _("ZIP code"),
        "seat": _("House seat"),
        "proposals": _("Proposals"),
        "status": _("Subscription status"),
        "consent": _("Consent (yes or no)"),
    }


def _left_names() -> dict[str, str]:
    """What a list says of people that are not taken."""
    return {
        "unsubscribed": _("unsubscribed"),
        "bounced": _("email came back"),
        "complaint": _("marked it as spam"),
        "not_subscribed": _("never subscribed, or not confirmed"),
    }
