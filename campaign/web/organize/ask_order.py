"""With whom callers start: the order of the kinds of asks, for each campaign."""

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.organizing import ask_order
from campaign.outreach import ask_kinds
from campaign.web.core import database, served
from campaign.web.core.languages import _
from campaign.web.organize.access import note, page, route, to, told
from campaign.web.organize.wordings import ask_names


@route("/ask-order", role="organizer")
def ask_order_page() -> Response:
    order = ask_order.order(database.session(), served.slug())
    return page("ask_order.html", order=order, names=ask_names(), usual=order == ask_kinds.ORDER)


@route("/ask-order", role="organizer", methods=("POST",))
def set_ask_order() -> Response:
    """Move a kind (``first``, ``up`` or ``down`` names it), or ``reset``."""
    slug, form = served.slug(), request.form
    with db.writing_alone(database.engine()) as writer:
        if form.get("reset"):
            ask_order.reset(writer, slug)
            told(_("The usual order is back."))
        else:
            where = next((name for name in ask_order.MOVES if name in form), "")
            kind = form.get(where, "")
            ask_order.move(writer, slug, kind, where)
            told(_("Moved. The act pages and the digest use this order now."))
        note(writer, "ask order set", slug)
    return to("ask_order_page")
