"""The letter page: choose points, add a sentence, take the letter away. Nothing of it is kept.

What a reader writes comes by POST, is put into the letter and forgotten with the answer; where scripts run,
static/letter.js puts it in on the reader's side as they type, and asks for the chosen points alone.
"""

import secrets
from dataclasses import replace
from typing import NamedTuple

from flask import make_response, request
from werkzeug.wrappers import Response

from campaign.congress import members
from campaign.db import utcnow
from campaign.outreach import letters, names, paper, wordings
from campaign.outreach.blanks import BLANKS, blanks
from campaign.outreach.letters import Choices, Letter
from campaign.outreach.phrases import phrase
from campaign.refusals import Refused
from campaign.web.core.database import session
from campaign.web.core.languages import _, current
from campaign.web.core.render import page, today
from campaign.web.core.routing import place
from campaign.web.core.served import offered
from campaign.web.public.calls import Visit, visit
from campaign.web.public.room import route

# Which field of the form fills which blank.
FIELDS = {
    "your_name": "name",
    "your_town": "town",
    "your_address": "address",
    "your_sentence": "sentence",
}


class Request(NamedTuple):
    """A letter that was asked for. ``lang`` is the letter's language, which may differ from the page's."""

    visit: Visit
    choices: Choices
    lang: str
    final: bool


@route("/act/<seat>/letter", methods=("GET", "POST"), query=("member", "bill", "v", "points", "both"))
def letter(seat: str) -> Response:
    """The letter beside its form; ``as`` says in which form it is taken away, ``both`` asks on a Spanish page
    for the English letter with the Spanish one beside it."""
    asked = _asked(visit(seat, request.values, now=utcnow()))
    if faults := letters.faults(asked.choices):
        return _page(asked, None, {name: too_long(most) for name, most in faults.items()})
    written = _compose(asked, asked.lang)
    wanted = request.form.get("as", "")
    try:
        if wanted == "pdf":
            title = _("Letter to %(name)s", name=names.spoken_to(asked.visit.person, current()))
            content = paper.letter_pdf(written, title, asked.lang, today=today())
            return file_answer(content, "application/pdf", f"{_name(asked.visit)}.pdf")
        if wanted == "txt":
            return file_answer(written.text.encode(), "text/plain", f"{_name(asked.visit)}.txt")
    except Refused as refused:
        return _page(asked, written, {"": refused.text(current())})
    return _page(asked, written, {})


def _asked(visited: Visit) -> Request:
    chosen = request.values.getlist("points")
    choices = letters.read_choices(request.values, chosen, letters.points(visited.ask.matter, current()))
    if "v" not in request.values:
        choices = replace(choices, variant=secrets.randbelow(letters.VARIANTS))
    again = request.form.get("as") == "again"
    if again:
        choices = letters.another(choices)
    in_english = "both" in request.values and set(offered()) == set(wordings.LANGUAGES)
    final = request.method == "POST" and not again
    return Request(visited, choices, "en" if in_english else current(), final)


def _compose(asked: Request, lang: str) -> Letter:
    chosen = asked.visit
    cited = letters.facts(session(), chosen.ask.matter)
    offices = members.offices(session(), chosen.person.bioguide)
    office = next((office for office in offices if office.kind == "washington" and office.address), None)
    return letters.compose(
        chosen.ask,
        chosen.person,
        asked.choices,
        cited,
        lang,
        office=office,
        today=today(),
        final=asked.final,
    )


def _page(asked: Request, written: Letter | None, problems: dict[str, str]) -> Response:
    chosen, matter = asked.visit, asked.visit.ask.matter
    return page(
        "public/letter.html",
        shown=chosen,
        choices=asked.choices,
        letter=written,
        beside=_in_spanish(asked, written),
        points=letters.points(matter, current()),
        example=phrase(matter, "letters", "example", asked.lang),
        longest=letters.LONGEST,
        variants=letters.VARIANTS,
        problems=problems,
        fills={BLANKS[blank].of(asked.lang): field for blank, field in FIELDS.items()},
        action=place("letter", seat=chosen.seat),
        cached=False,
        status=400 if problems else 200,
    )


def _in_spanish(asked: Request, written: Letter | None) -> list[str]:
    """What stands beside each paragraph of an English letter on a Spanish page: nothing beside the own one."""
    if written is None or asked.lang == current():
        return []
    pairs = letters.side_by_side(written, _compose(asked, current()))
    own = {asked.choices.sentence, blanks(current())["your_sentence"]}
    return ["" if spanish in own else spanish for _english, spanish in pairs]


def too_long(most: int) -> str:
    """What is said at a field that takes no more than so many characters."""
    return _("Please shorten this to %(most)s characters. Nothing is lost.", most=most)


def _name(chosen: Visit) -> str:
    return f"letter-{chosen.person.bioguide}-{chosen.ask.bill}"


def file_answer(content: bytes, kind: str, name: str) -> Response:
    """A file to keep, under a name of our own: nothing a reader wrote goes into a header."""
    response = make_response(content)
    response.headers["Content-Type"] = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
