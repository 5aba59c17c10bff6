"""The readers of a campaign: found, stopped, erased, taken away as a table.

Addresses travel in forms and answers alone: none stands in the address of a page or in a log.
"""

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.mailing.addresses import Keys
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import csv_lists, list_shapes, reader_search, subscribers
from campaign.organizing import exports
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _, current
from campaign.web.core.render import settings
from campaign.web.organize import access
from campaign.web.organize.access import page, route, to, told
from campaign.web.organize.shared import KINDS, attachment

ACTS = ("stop", "erase")
RUNNING = ("confirmed", "pending")


@route("/readers", role="admin", proven=True)
def readers() -> Response:
    return _shown("", 1)


@route("/readers", role="admin", proven=True, methods=("POST",))
def find_readers() -> Response:
    number = request.form.get("page", type=routing.number) or 1
    return _shown(request.form.get("text", "").strip()[:254], number)


def _shown(text: str, number: int) -> Response:
    session, slug, problem = database.session(), served.slug(), ""
    try:
        found = reader_search.search(session, Keys(settings()), slug, text, number)
    except Refused as refusal:
        found, problem = reader_search.Found((), 0, 1), refusal.text(current())
    return page(
        "readers.html",
        status=422 if problem else 200,
        problem=problem,
        text=text,
        found=found,
        counts=reader_search.counts(session, slug),
        since=reader_search.since,
        states=_state_names(),
        running=RUNNING,
    )


def _state_names() -> dict[str, str]:
    return {
        "confirmed": _("confirmed"),
        "pending": _("not confirmed"),
        "stopped": _("email stopped"),
        "undeliverable": _("undeliverable"),
    }


@route("/readers/<int:id>/step/<act>", role="admin", proven=True)
def reader_step(id: int, act: str) -> Response:
    """What will happen, before it does."""
    return page("reader_step.html", reader=_reader(id, act), act=act)


def _reader(id: int, act: str) -> Subscriber:
    found = reader_search.reader(database.session(), served.slug(), id)
    if act not in ACTS or (act == "stop" and found.state not in RUNNING):
        raise Refused(
            "That can’t be done for this reader.", "Eso no se puede hacer con este lector.", status=404
        )
    return found


@route("/readers/<int:id>/step/<act>", role="admin", proven=True, methods=("POST",))
def take_reader_step(id: int, act: str) -> Response:
    _reader(id, act)
    with db.writing_alone(database.engine()) as writer:
        who = reader_search.reader(writer, served.slug(), id)
        if act == "stop":
            subscribers.stop(writer, who, "organizer", now=db.utcnow(), page="organizer")
        else:
            subscribers.erase(writer, who, now=db.utcnow())
        access.note(writer, {"stop": "reader stopped", "erase": "reader erased"}[act], f"{served.slug()} {id}")
    told(_("Email to this reader is stopped.") if act == "stop" else _("The reader is deleted."))
    return to("readers")


@route("/readers.csv", role="admin", proven=True)
def export_readers() -> Response:
    """Every confirmed reader, as ``campaign subscribers export`` writes them."""
    slug = served.slug()
    text = csv_lists.write(database.session(), slug)
    with db.writing_alone(database.engine()) as writer:
        access.note(writer, "exported", f"readers of {slug}", rows=text.count("\r\n") - 1, kind="csv")
    return attachment((exports.BOM + text).encode(), KINDS["csv"], f"readers-{slug}.csv")


@route("/readers/export/<shape>", role="admin", proven=True)
def export_shaped(shape: str) -> Response:
    """Every confirmed reader in the shape of another system."""
    slug = served.slug()
    text, rows = list_shapes.export(database.session(), slug, shape)
    kind = list_shapes.SHAPES[shape].file
    with db.writing(database.engine()) as writer:
        access.note(writer, "exported", f"readers of {slug}", rows=rows, kind=shape)
    raw = (exports.BOM + text if kind == "csv" else text).encode()
    content_type = KINDS["csv"] if kind == "csv" else "application/json"
    return attachment(raw, content_type, f"readers-{slug}-{shape}.{kind}")
