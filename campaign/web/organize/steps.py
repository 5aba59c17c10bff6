"""How far visitors come: where they stop, by language, over the last days."""

from datetime import date

from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.outreach import steps
from campaign.web.core import database, served
from campaign.web.core.languages import LANGUAGES, _
from campaign.web.core.render import settings
from campaign.web.organize.access import page, route
from campaign.web.organize.shared import download

HEADER = ("day", "language", *steps.STEPS)
# What a cell says of a count that is not shown: it, or another of its column, is below the floor.
NOT_SHOWN = "not shown"


@route("/steps")
def steps_page() -> Response:
    session, today = database.session(), _today()
    return page(
        "steps.html",
        names=step_names(),
        totals={lang: steps.totals(session, served.slug(), lang, until=today) for lang in served.offered()},
        languages=LANGUAGES,
        days=steps.DAYS_SHOWN,
        floor=steps.FLOOR,
    )


@route("/steps.<kind>", role="organizer", proven=True)
def export_steps(kind: str) -> Response:
    """Every day by itself; of a day that is not shown the file says so."""
    session = database.session()
    rows = [row for lang in served.offered() for row in _rows(session, lang)]
    return download(kind, f"{served.slug()}-steps", HEADER, rows)


def _rows(session: Session, lang: str) -> list[list[object]]:
    found = steps.by_day(session, served.slug(), lang, until=_today())
    return [
        [day, lang, *(NOT_SHOWN if found[step][day] is None else found[step][day] for step in steps.STEPS)]
        for day in found[steps.STEPS[0]]
    ]


def _today() -> date:
    return db.utcnow().astimezone(settings().zone).date()


def step_names() -> dict[str, str]:
    return {
        "landed": _("Came from elsewhere"),
        "found": _("Saw their members"),
        "called": _("Opened a script with its number"),
        "reported": _("Reported a call"),
        "shared": _("Used a share link"),
    }
