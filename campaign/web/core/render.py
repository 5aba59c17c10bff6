"""How a page is answered: its context, its age line, its ETag; and the filters templates speak with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from babel.dates import get_timezone_name
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import format_date, get_timezone, to_user_timezone

from campaign.congress import bills, state_names
from campaign.congress.bills import BillId, congress_on, on_one_line
from campaign.congress.state_names import state_name
from campaign.db import utcnow
from campaign.outreach import names
from campaign.outreach.bilingual import Text
from campaign.outreach.blanks import BLANKS, FIELD, NAMED, is_optional
from campaign.settings import Settings
from campaign.web.core import health, served
from campaign.web.core.languages import _, current

# Scripts are written with the apostrophe of a keyboard; pages show that of a printer.
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
# More than any name, town or sentence; a script is read aloud.
LONGEST = 600
# As newspapers name them; any other zone goes by its name in the Unicode tables.
ZONES = {
    "America/New_York": Text("Eastern time", "hora del Este"),
    "America/Chicago": Text("Central time", "hora del Centro"),
    "America/Denver": Text("Mountain time", "hora de la Montaña"),
    "America/Los_Angeles": Text("Pacific time", "hora del Pacífico"),
}


def attach(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        numbered=numbered,
        short=short,
        phone=phone,
        passages=passages,
        aloud=names.aloud,
        unbroken=on_one_line,
        state=_state_name,
    )
    app.jinja_env.globals.update(
        campaign_shown=lambda: g.get("campaign"),
        blanks=blanks,
        data_set=data_set,
        days_left=lambda: bills.days_left(utcnow()),
        days_to_end=lambda: bills.days_to_end(utcnow()),
        given=given,
        ordinal=ordinal,
        role=lambda person: names.role(person, current()),
        seat_name=seat_name,
        site_name=site_name,
        state_name=_state_name,
        in_words=in_words,
        tongue=tongue,
    )


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def today() -> date:
    """The day in the organization's time zone."""
    return utcnow().astimezone(settings().zone).date()


def page(template: str, *, status: int = 200, cached: bool = True, **context: Any) -> Response:
    """An answer with the age of the record in its footer. ``cached`` pages are equal for everybody."""
    read = current_app.extensions["page_cache"].state()
    record = served.computed_once("record age", lambda session: health.line(session, now=utcnow()), at=read)
    served.campaign()
    response = make_response(render_template(template, record=record, **context), status)
    equal = cached and request.method in ("GET", "HEAD")
    response.headers["Cache-Control"] = "public, no-cache" if equal else "no-store"
    return response


def given() -> dict[str, str]:
    """What the reader put into the blanks of a script, where their browser could not do it for them.

    It comes with a POST, goes back in its answer, and is forgotten.
    """
    written = {name: " ".join(request.form.get(name, "").split()) for name in BLANKS}
    return {name: text[:LONGEST] for name, text in written.items() if text}


def _state_name(code: str) -> str:
    return state_name(code, current())


def in_words(code: str) -> str:
    return state_names.in_words(code, current())


def site_name() -> str:
    """The campaign's title; a plain name on pages that could not ask for it."""
    campaign = g.get("campaign")
    return tongue(campaign, "title") if campaign else _("Bills before Congress")


def ordinal(number: int) -> str:
    """A Congress in the language of the page."""
    return bills.ordinal(number, current())


def seat_name(seat: str) -> str:
    """``Texas, district 20``; a state's only district and its Senate seats go by the state's name."""
    code, _dash, district = seat.partition("-")
    state = state_name(code, current())
    return (
        _("%(state)s, district %(number)s", state=state, number=district)
        if district not in ("", "0")
        else state
    )


def data_set(name: str) -> str:
    """The name that readers see of a row of ``SourceState``; ``boundaries-119`` is of one Congress's map."""
    known = {
        "members": _("Members of Congress"),
        "historical": _("Former members"),
        "offices": _("Offices"),
        "committees": _("Committees"),
        "memberships": _("Committee seats"),
        "bills": _("Bills"),
        "washington": _("Washington offices"),
        "zipcodes": _("ZIP codes"),
        "zips": _("Districts by ZIP code"),
        "boundaries": _("District boundaries"),
        "new_bills": _("Check of all new bills in Congress"),
    }
    label, _dash, congress = name.partition("-")
    if not congress.isdecimal():
        return known.get(name, name)
    return f"{known.get(label, label)}, {_('%(number)s Congress', number=ordinal(int(congress)))}"


def tongue(row: Any, field: str) -> str:
    """``row.<field>_es`` or ``row.<field>_en``, whichever the reader reads."""
    return str(getattr(row, f"{field}_{current()}"))


def day(value: date | None) -> str:
    return "" if value is None else str(format_date(value, "long"))


def short_day(value: date | None) -> str:
    """A day where room is scarce, as in tables."""
    return "" if value is None else str(format_date(value, "medium"))


def moment(value: datetime | None) -> str:
    """``June 1, 2026, 5:03 p.m. Eastern time``; ``1 de junio de 2026, 5:03 p. m., hora del Este``."""
    if value is None:
        return ""
    local = to_user_timezone(value)
    half = "a" if local.hour < 12 else "p"
    clock = f"{day(value)}, {local.hour % 12 or 12}:{local.minute:02}\N{NO-BREAK SPACE}"
    if current() == "es":
        return f"{clock}{half}.\N{NO-BREAK SPACE}m., {_zone()}"
    return f"{clock}{half}.m. {_zone()}"


def _zone() -> str:
    zone = get_timezone()
    named = ZONES.get(str(zone))
    return named.of(current()) if named else str(get_timezone_name(zone, locale=names.LOCALES[current()]))


def short(bill: str) -> str:
    """``H.R. 6736`` of ``hr6736-119``, on one line wherever it stands."""
    return BillId.of(bill).short.replace(" ", "\N{NO-BREAK SPACE}")


def numbered(bill: str) -> str:
    """A bill's number as headings and lists name it; of an ended Congress with it, ``H.R. 6736 (119th)``."""
    id = BillId.of(bill)
    return short(bill) if id.congress >= congress_on(utcnow()) else f"{short(bill)} ({ordinal(id.congress)})"


def phone(number: str) -> str:
    """The number as a ``tel:`` address takes it."""
    digits = "".join(c for c in number if c.isdigit())
    return f"+1{digits}" if len(digits) == 10 else f"+{digits}"


class Piece(NamedTuple):
    """Some words of a script. ``blank`` is the field the reader fills, empty for words that stand."""

    text: str
    blank: str = ""


@dataclass(frozen=True)
class Passage:
    """One paragraph of a script. ``optional`` is one that is said only with its blank filled."""

    pieces: tuple[Piece, ...]
    optional: bool = False


def passages(text: str) -> list[Passage]:
    """A script in paragraphs, its blanks told apart from the words around them."""
    parts = on_one_line(text).split("\n\n")
    return [Passage(tuple(_pieces(FIELD.split(part))), is_optional(part)) for part in parts]


def _pieces(parts: Sequence[str]) -> Iterator[Piece]:
    for i, text in enumerate(parts):
        if text:
            yield Piece(text, NAMED.get(text, "other")) if i % 2 else Piece(_APOSTROPHE.sub("’", text))


def blanks(*texts: str) -> list[str]:
    """The fields that some texts leave to the reader, in the order in which they come."""
    found = [NAMED.get(label, "") for text in texts for label in FIELD.findall(text)]
    return list(dict.fromkeys(name for name in found if name))
