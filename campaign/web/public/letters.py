"""The letter page: choose points, add a sentence, take the letter away. Nothing of it is kept.

What a reader writes comes by POST, is put into the letter and forgotten with the answer; where scripts run,
static/letter.js fills chosen in on the reader's side as they type, and nothing is sent at all.
"""

import secrets
from datetime import date

from flask import make_response, request
from werkzeug.wrappers import Response

from campaign.congress import members
from campaign.db import utcnow
from campaign.outreach import letters, names, paper
from campaign.outreach.blanks import BLANKS
from campaign.outreach.letters import Choices, Letter
from campaign.outreach.phrases import phrase
from campaign.refusals import Refused
from campaign.web.core.database import session
from campaign.web.core.languages import _, current
from campaign.web.core.render import page, settings
from campaign.web.core.routing import place
from campaign.web.public.calls import Visit, visit
from campaign.web.public.room import route

# Which field of the form fills which blank.
FIELDS = {
    "your_name": "name",
    "your_town": "town",
    "your_address": "address",
    "your_sentence": "sentence",
}


@route("/act/<seat>/letter", methods=("GET", "POST"), query=("member", "bill", "v", "points"))
def letter(seat: str) -> Response:
    """The form with the letter under it; ``as`` says in which form the letter is taken away."""
    now = utcnow()
    chosen = visit(seat, request.values, now=now)
    choices = letters.read_choices(
        request.values, request.values.getlist("points"), chosen.ask.matter, current()
    )
    if "v" not in request.values:
        choices = Choices(choices.points, secrets.randbelow(letters.VARIANTS))
    wanted = request.form.get("as", "")
    if wanted == "again":
        choices = letters.another(choices)
    if too_long := letters.faults(choices):
        return _page(chosen, choices, None, {name: _too_long(most) for name, most in too_long.items()})
    written = _compose(chosen, choices, final=request.method == "POST" and wanted != "again")
    try:
        if wanted == "pdf":
            title = _("Letter to %(name)s", name=names.spoken_to(chosen.person, current()))
            return _file(
                chosen, paper.letter_pdf(written, title, current(), today=_today()), "application/pdf", "pdf"
            )
        if wanted == "txt":
            return _file(chosen, written.text.encode(), "text/plain", "txt")
    except Refused as refused:
        return _page(chosen, choices, written, {"": refused.text(current())})
    return _page(chosen, choices, written, {})


def _compose(chosen: Visit, choices: Choices, *, final: bool) -> Letter:
    cited = letters.facts(session(), chosen.ask.matter)
    offices = members.offices(session(), chosen.person.bioguide)
    office = next((office for office in offices if office.kind == "washington" and office.address), None)
    return letters.compose(
        chosen.ask, chosen.person, choices, cited, current(), office=office, today=_today(), final=final
    )


def _today() -> date:
    return utcnow().astimezone(settings().zone).date()


def _page(chosen: Visit, choices: Choices, written: Letter | None, problems: dict[str, str]) -> Response:
    column = 1 if current() == "es" else 0
    return page(
        "public/letter.html",
        shown=chosen,
        choices=choices,
        letter=written,
        points=letters.points(chosen.ask.matter, current()),
        example=phrase(chosen.ask.matter, "letters", "example", current()),
        longest=letters.LONGEST,
        problems=problems,
        fills={BLANKS[blank][column]: field for blank, field in FIELDS.items()},
        action=place("letter", seat=chosen.seat),
        cached=False,
        status=400 if problems else 200,
    )


def _too_long(most: int) -> str:
    return _("Please shorten this to %(most)s characters. Nothing is lost.", most=most)


def _file(chosen: Visit, content: bytes, kind: str, ending: str) -> Response:
    """A file under a name of our own: nothing a reader wrote goes into a header."""
    response = make_response(content)
    response.headers["Content-Type"] = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    name = f"letter-{chosen.person.bioguide}-{chosen.ask.bill}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
