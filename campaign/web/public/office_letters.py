"""The page of a letter to an office: choose points, add a sentence, take the letter away. Nothing of it is
kept, as of a letter to a member (letters.py)."""

import secrets
from dataclasses import replace

from flask import request
from werkzeug.wrappers import Response

from campaign.actions import editing
from campaign.actions.models import CampaignAction, Target
from campaign.outreach import letters, office_letters, paper
from campaign.outreach.blanks import BLANKS
from campaign.outreach.letters import Choices, Letter
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _, current
from campaign.web.core.render import page, today
from campaign.web.core.routing import number, place
from campaign.web.public.letters import FIELDS, file_answer, too_long
from campaign.web.public.room import route


@route("/actions/<slug>/letter", methods=("GET", "POST"), query=("target", "v", "points"))
def office_letter(slug: str) -> Response:
    """The letter beside its form; ``as`` says in which form it is taken away, ``target`` to which office it
    goes."""
    action = editing.published(database.session(), served.slug(), slug)
    target = _target(action)
    choices, final = _choices(action)
    if faults := letters.faults(choices):
        return _page(action, target, choices, None, {name: too_long(most) for name, most in faults.items()})
    written = office_letters.compose(action, target, choices, current(), today=today(), final=final)
    title, name = str(getattr(target, f"title_{current()}")), f"letter-{action.slug}"
    try:
        if request.form.get("as") == "pdf":
            content = paper.letter_pdf(written, title, current(), today=today())
            return file_answer(content, "application/pdf", f"{name}.pdf")
        if request.form.get("as") == "txt":
            return file_answer(written.text.encode(), "text/plain", f"{name}.txt")
    except Refused as refused:
        return _page(action, target, choices, written, {"": refused.text(current())})
    return _page(action, target, choices, written, {})


def _target(action: CampaignAction) -> Target:
    """The office of the address, else the first one. Raises Refused (404) for an action without such an
    office."""
    offices = editing.targets(database.session(), action) if action.kind == "letter" else ()
    wanted = request.values.get("target", type=number)
    found = next((each for each in offices if wanted in (None, each.id)), None)
    if found is None:
        raise Refused("There is no such office here.", "Aquí no hay esa oficina.", status=404)
    return found


def _choices(action: CampaignAction) -> tuple[Choices, bool]:
    """What the writer chose and wrote, and whether the letter is to be taken as it is."""
    chosen = request.values.getlist("points")
    known = office_letters.points(action, current())
    choices = letters.read_choices(request.values, chosen, known)
    if "v" not in request.values:
        choices = replace(choices, variant=secrets.randbelow(letters.VARIANTS))
    if request.form.get("as") == "again":
        return letters.another(choices), False
    return choices, request.method == "POST"


def _page(
    action: CampaignAction, target: Target, choices: Choices, written: Letter | None, problems: dict[str, str]
) -> Response:
    return page(
        "public/office_letter.html",
        action=action,
        target=target,
        targets=editing.targets(database.session(), action),
        open=editing.takes_part(database.session(), action, today=today()),
        choices=choices,
        letter=written,
        points=office_letters.points(action, current()),
        longest=letters.LONGEST,
        variants=letters.VARIANTS,
        problems=problems,
        fills={BLANKS[blank].of(current()): field for blank, field in FIELDS.items()},
        address=place("office_letter", slug=action.slug),
        title=_("Write to: %(office)s", office=getattr(target, f"title_{current()}")),
        cached=False,
        status=400 if problems else 200,
    )
