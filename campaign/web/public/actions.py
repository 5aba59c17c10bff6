"""The pages of a campaign's actions: what is signed or pledged, who takes part, the form, and the link that is
mailed.

The page answers the same whoever fills in the form: what differs is mailed to the address.
"""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.actions import editing, signatures
from campaign.actions.models import CampaignAction
from campaign.actions.signatures import Entry
from campaign.db import utcnow
from campaign.mailing import askings, signing
from campaign.mailing.addresses import Keys
from campaign.mailing.signing import Holder
from campaign.outreach.letters import clean
from campaign.refusals import Refused
from campaign.web.core import database, proxies, served
from campaign.web.core.languages import current
from campaign.web.core.render import page, settings, today
from campaign.web.core.routing import place
from campaign.web.public.room import route
from campaign.web.public.subscribe import TRAP, private

LONGEST_EMAIL = 300


@route("/actions/<slug>")
def action(slug: str) -> Response:
    return page("public/action.html", **_shown(_published(slug)))


def _published(slug: str) -> CampaignAction:
    return editing.published(database.session(), served.slug(), slug)


def _shown(action: CampaignAction) -> dict[str, Any]:
    session = database.session()
    return {
        "action": action,
        "targets": editing.targets(session, action),
        "count": action.counted,
        "names": signatures.shown(session, action),
        "open": editing.takes_part(session, action, today=today()),
        "is_today": action.day == today(),
        "longest": signatures.LONGEST,
        "trap": TRAP,
        "typed": {},
        "problem": "",
    }


@route("/actions/<slug>", methods=("POST",))
def take_part(slug: str) -> Response:
    """Queue a mail to the address, if one is due; the page says nothing of the address."""
    action, form = _published(slug), request.form
    try:
        if not editing.takes_part(database.session(), action, today=today()):
            raise _over()
        if not form.get(TRAP):
            _sign(action, form)
    except Refused as refusal:
        shown = {**_shown(action), "typed": form, "problem": refusal.text(current())}
        return private("public/action.html", status=refusal.status, **shown)
    return private("public/signature.html", step="sent", action=action, token="")


def _sign(action: CampaignAction, form: Mapping[str, str]) -> None:
    entry = Entry(
        name=clean(form.get("name", "")),
        town=clean(form.get("town", "")),
        organization=clean(form.get("organization", "")),
        role=clean(form.get("role", "")),
        show_name=form.get("show_name") == "yes",
        language=current(),
    )
    email = form.get("email", "").strip()[:LONGEST_EMAIL]
    with db.writing(database.engine()) as session:
        done = signing.sign(session, Keys(settings()), action, email, entry, ip=proxies.place(), now=utcnow())
    if done == "slow":
        raise askings.slow()


def _over() -> Refused:
    en, es = "This has ended. You can’t sign it any more.", "Esto ya terminó. Ya no se puede firmar."
    return Refused(en, es, status=409)


# --- the link --------------------------------------------------------------------------------------


@route("/signature/<token>", in_draft=True)
def signature(token: str) -> Response:
    found = signing.holder(database.session(), Keys(settings()), token)
    return _link(found, token) if found else _link_of_nobody()


def _link_of_nobody() -> Response:
    return private("public/signature.html", step="old", action=None, token="", status=410)


def _link(found: Holder, token: str, *, refused: bool = False) -> Response:
    step = "old" if refused else _step(found)
    return private(
        "public/signature.html",
        step=step,
        status=410 if step == "old" else 200,
        action=found.action,
        row=found.row,
        token=token,
        is_today=found.action.day == today(),
        address=served.origin() + place("action", slug=found.action.slug),
    )


def _step(found: Holder) -> str:
    """What the link is for now: to confirm (ask), to see (counted, unapproved), or nothing any more."""
    row, action = found.row, found.action
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.confirmed_at is None:
        return "ask" if editing.takes_part(database.session(), action, today=today()) else "over"
    return "unapproved" if action.kind == "signon" and row.approved_at is None else "counted"


@route("/signature/<token>", methods=("POST",), in_draft=True)
def use_link(token: str) -> Response:
    """Confirm, or take it back, as the pressed button says."""
    refused = False
    with db.writing(database.engine()) as session:
        found = signing.holder(session, Keys(settings()), token)
        if found is None:
            return _link_of_nobody()
        if request.form.get("action") == "withdraw":
            signatures.withdraw(session, found.row, now=utcnow())
        elif _step(found) == "ask":
            refused = not signing.confirm(session, found, today=today(), now=utcnow())
        session.flush()
        return _link(found, token, refused=refused)
