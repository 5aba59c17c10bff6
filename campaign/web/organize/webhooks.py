"""Webhooks of a campaign: adding one, its secret, what was sent, a test, sending again, pausing, removing."""

from typing import Final

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _, current
from campaign.web.core.render import settings
from campaign.web.organize.access import me, note, page, route, to, told
from campaign.webhooks import delivery, endpoints, queue, signing
from campaign.webhooks.delivery import Result

SHOWN: Final = 50


def event_names() -> dict[str, str]:
    """What can be told, as people call it."""
    return {
        "cosponsored": _("A member signs on"),
        "withdrew": _("A member withdraws, or Congress corrects that"),
        "stage": _("A bill reaches another stage"),
    }


def shape_names() -> dict[str, str]:
    """Who can be told."""
    return {
        "json": _("A program (JSON, signed)"),
        "slack": "Slack",
        "discord": "Discord",
        "mattermost": "Mattermost",
    }


def state_names() -> dict[str, str]:
    """The states of endpoints and messages as people call them."""
    return {
        "on": _("on"),
        "paused": _("paused"),
        "gone": _("switched off: the address answered that it wants no more"),
        "pending": _("waiting"),
        "sending": _("being sent"),
        "sent": _("arrived"),
        "parked": _("given up"),
    }


def problem_names() -> dict[str, str]:
    """Why there was no answer."""
    return {
        "inside": _("The name leads into a private network, so nothing was sent."),
        "unreachable": _("It could not be reached, or did not answer in time."),
    }


@route("/webhooks", role="organizer", proven=True)
def webhooks() -> Response:
    return _list()


def _list(problem: str = "", status: int = 200) -> Response:
    return page(
        "webhooks.html",
        status=status,
        problem=problem,
        endpoints=endpoints.of_campaign(database.session(), served.slug()),
        events=event_names(),
        shapes=shape_names(),
        states=state_names(),
        typed=request.form,
    )


@route("/webhooks", role="organizer", proven=True, methods=("POST",))
def add_webhook() -> Response:
    """The answer has the secret, once."""
    form, now = request.form, db.utcnow()
    try:
        with db.writing(database.engine()) as writer:
            row = endpoints.add(
                writer,
                served.slug(),
                form.get("url", ""),
                shape=form.get("shape", ""),
                language=form.get("language", next(iter(served.offered()))),
                events=form.getlist("events"),
                by=me().email,
                now=now,
            )
            note(writer, "webhook added", row.host)
            secret, id, shape = signing.secret(settings().signing_key(), row.salt), row.id, row.shape
    except Refused as refusal:
        return _list(refusal.text(current()), refusal.status)
    if shape != "json":
        told(_("Added. Send a test to see that it arrives."))
        return to("webhook", id=id)
    return page("webhook_secret.html", secret=secret, id=id)


@route("/webhooks/<int:id>", role="organizer", proven=True)
def webhook(id: int) -> Response:
    """One endpoint with what was sent to it last."""
    session = database.session()
    row = endpoints.find(session, served.slug(), id)
    return page(
        "webhook.html",
        endpoint=row,
        host=row.host,
        messages=queue.newest(session, row, limit=SHOWN),
        events=event_names(),
        shapes=shape_names(),
        states=state_names(),
        problems=problem_names(),
    )


@route("/webhooks/<int:id>/test", role="organizer", proven=True, methods=("POST",))
def try_webhook(id: int) -> Response:
    """Send a test now, and say how it ended."""
    now = db.utcnow()
    with db.writing(database.engine()) as writer:
        row = endpoints.find(writer, served.slug(), id)
        message = queue.queue_test(writer, row, now=now).id or 0
    _tell_result(delivery.send(database.engine(), settings(), message, now=now))
    return to("webhook", id=id)


@route("/webhooks/<int:id>/messages/<int:number>", role="organizer", proven=True, methods=("POST",))
def replay_message(id: int, number: int) -> Response:
    """Send a message again now, with its id."""
    now = db.utcnow()
    with db.writing(database.engine()) as writer:
        row = endpoints.find(writer, served.slug(), id)
        queue.replay(writer, row, number, now=now)
        note(writer, "webhook message sent again", row.host)
    _tell_result(delivery.send(database.engine(), settings(), number, now=now))
    return to("webhook", id=id)


def _tell_result(result: Result | None) -> None:
    if result is None:
        told(_("It is being sent."))
    elif result.good:
        told(_("It arrived."))
    elif result.problem:
        told(problem_names()[result.problem])
    else:
        told(_("The address answered %(status)s.", status=result.status))


ACTS: Final = {"pause": endpoints.pause, "resume": endpoints.resume, "remove": endpoints.remove}


@route("/webhooks/<int:id>/<act>", role="organizer", proven=True, methods=("POST",))
def change_webhook(id: int, act: str) -> Response:
    if act not in ACTS:
        raise Refused("There is no such page.", "No existe esa página.", status=404)
    with db.writing(database.engine()) as writer:
        row = endpoints.find(writer, served.slug(), id)
        note(writer, f"webhook: {act}", row.host)
        ACTS[act](writer, row)
    told({"pause": _("It is paused."), "resume": _("It is on."), "remove": _("It is removed.")}[act])
    return to("webhooks") if act == "remove" else to("webhook", id=id)
