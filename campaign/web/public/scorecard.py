"""The scorecard of the campaign: a page, a table to take away."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from flask import make_response, request
from werkzeug.wrappers import Response

from campaign.congress.members import Person
from campaign.congress.state_names import choices
from campaign.db import utcnow
from campaign.organizing import exports, scorecard
from campaign.organizing.member_filter import matcher
from campaign.organizing.scorecard import (
    COSPONSOR,
    NEITHER,
    SPONSOR,
    UNREAD,
    WITHDREW,
    Column,
    Mark,
    Row,
    Sheet,
)
from campaign.votes.models import ABSENT, NAY, PRESENT, YEA
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.languages import _, current
from campaign.web.core.render import page
from campaign.web.public.room import route

QUERY: Final = ("state", "name", "sort")
LONGEST_NAME: Final = 60
SORTS: Final[dict[str, Callable[[Row], Any]]] = {
    "name": lambda row: (row.person.last, row.person.first),
    "state": lambda row: (row.person.state, row.person.district or 0, row.person.last),
    "count": lambda row: (-row.done, row.possible, row.person.last, row.person.first),
}


@route("/scorecard", query=QUERY)
def scorecard_page() -> Response:
    """What each sitting member did about the campaign's bills, by state, name or count."""
    sheets = shown()
    return page(
        "public/scorecard.html",
        sheets=sheets,
        found=sum(len(sheet.rows) for sheet in sheets),
        sort=_sort(),
        state=request.args.get("state", ""),
        name=_name(),
        states=choices(current()),
        did=did,
        column_name=column_name,
    )


@route("/scorecard.csv", query=QUERY)
def scorecard_csv() -> Response:
    """The same rows as a table: one of each chamber below the other, as their columns differ."""
    sheets = shown()
    header = [_("Chamber"), _("Name"), _("Party"), _("State"), _("District"), "Bioguide", _("For it"), _("Of")]
    columns = [column for sheet in sheets for column in sheet.columns]
    rows = [_line(sheet, row, columns) for sheet in sheets for row in sheet.rows]
    response = make_response(exports.csv_of([*header, *map(column_name, columns)], rows))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="scorecard.csv"'
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def shown() -> tuple[Sheet, ...]:
    """The sheets with the rows that this request asks for, in its order."""
    is_named, state, order = matcher(_name()), request.args.get("state", ""), SORTS[_sort()]

    def wanted(person: Person) -> bool:
        return is_named(person) and state in ("", person.state)

    def narrowed(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(sorted((row for row in rows if wanted(row.person)), key=order))

    found = scorecard.scorecard(session(), served.slug(), now=utcnow())
    return tuple(replace(sheet, rows=narrowed(sheet.rows)) for sheet in found)


def _sort() -> str:
    asked = request.args.get("sort", "")
    return asked if asked in SORTS else "name"


def _name() -> str:
    return request.args.get("name", "").strip()[:LONGEST_NAME]


def column_name(column: Column) -> str:
    number = column.record.id.short
    return _("%(bill)s: vote", bill=number) if column.vote else _("%(bill)s: on it", bill=number)


def did(mark: Mark) -> str:
    """What a member did, in words; empty where they took no part."""
    return {
        SPONSOR: _("introduced it"),
        COSPONSOR: _("co-sponsors it"),
        WITHDREW: _("withdrew"),
        NEITHER: _("not on it"),
        UNREAD: _("not known"),
        YEA: _("voted yes"),
        NAY: _("voted no"),
        PRESENT: _("voted “present”"),
        ABSENT: _("did not vote"),
    }.get(mark.did, "")


def _line(sheet: Sheet, row: Row, columns: list[Column]) -> list[Any]:
    person = row.person
    marks = dict(zip(map(id, sheet.columns), row.marks, strict=True))
    chamber = _("House") if sheet.chamber == "house" else _("Senate")
    seat = [person.state, person.district if person.district is not None else ""]
    own = [chamber, person.name, person.party, *seat, person.bioguide, row.done, row.possible]
    return [*own, *(did(marks[id(column)]) if id(column) in marks else "" for column in columns)]
