"""The whip board: look, edit, take out, bring back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from urllib.parse import urlencode

from flask import request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.congress.bills import congress_on
from campaign.congress.models import Bill
from campaign.organizing import calls, saved_views, whip, whip_files
from campaign.organizing import dashboard as boards
from campaign.organizing.cache import record_version
from campaign.organizing.exports import MOST_BYTES
from campaign.organizing.member_filter import matcher
from campaign.organizing.whip import BoardRow
from campaign.proposals.models import Proposal
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _, current
from campaign.web.organize import access, sorting
from campaign.web.organize.access import me, page, route, to, told
from campaign.web.organize.shared import (
    bulk_state,
    cached_results,
    download,
    filters_of_address,
    filters_shown,
    lean_names,
    meant_by,
    own_bill,
    owner_choices,
)

PAGE = 100
# The file, and the form around it.
LARGEST_UPLOAD = MOST_BYTES + 64 * 1024
NO_BILL = Refused(
    "The campaign has no bill yet. Add one under Campaign.",
    "La campaña aún no tiene ningún proyecto. Agréguelo en Campaña.",
    status=404,
)


@dataclass(frozen=True)
class Sought:
    """The filters of the board, as the address holds them."""

    bill: str
    lean: str
    standing: str
    # A name, a seat or a state.
    who: str
    owner: str
    tag: str
    sort: str

    @property
    def query(self) -> dict[str, str]:
        return {name: value for name, value in self.__dict__.items() if value}

    def shown(self, rows: Iterable[BoardRow]) -> list[BoardRow]:
        """The rows that the filters leave, in the order that is asked for."""
        is_meant = matcher(self.who)
        fitting = [row for row in rows if self._fits(row) and is_meant(row.person)]
        return sorting.sorted_by(fitting, self.sort, COLUMNS)

    def _fits(self, row: BoardRow) -> bool:
        not_on = self.standing == "not" and row.standing in ("", "withdrew")
        return (
            (not_on or self.standing in ("", row.standing))
            and self.lean in ("", row.values["lean"])
            and self.owner in ("", row.values["owner"])
            and (not self.tag or self.tag.lower() in row.values["tags"].split())
        )


COLUMNS: Mapping[str, sorting.Key] = {
    "record": lambda row: (row.standing, row.since or date.min) if row.standing else None,
}


def _sought() -> Sought:
    return Sought(**filters_of_address(Sought.__dataclass_fields__))


def standing_names(*, ended: bool = False) -> dict[str, str]:
    """What the record says of a member and a bill, of one that has ended in the past tense."""
    if ended:
        return {
            "sponsor": _("introduced it then"),
            "on": _("co-sponsored it"),
            "withdrew": _("withdrew"),
            "": _("was not on it"),
        }
    return {
        "sponsor": _("introduced it"),
        "on": _("co-sponsors it"),
        "withdrew": _("withdrew"),
        "": _("not on it yet"),
    }


def _chosen(session: Session, text: str) -> Bill:
    """The bill of the address, or the campaign's first one."""
    if text:
        return session.get_one(Bill, str(own_bill(session, text)))
    return _first(boards.working_bills(session, now=db.utcnow(), campaign=served.slug()))


def _first(bills: Sequence[tuple[Bill, Proposal]]) -> Bill:
    if not bills:
        raise NO_BILL
    return bills[0][0]


@route("/board")
def board() -> Response:
    return board_page()


def board_page(*, status: int = 200, problem: str = "") -> Response:
    """The board as its filters leave it; with a problem, what was typed below stays in its forms."""
    now, session, sought = db.utcnow(), database.session(), _sought()
    bills = boards.working_bills(session, now=now, campaign=served.slug())
    bill = _chosen(session, sought.bill) if sought.bill else _first(bills)
    sitting = cached_results().get(
        "sitting", record_version(session, now=now), partial(members.people, now=now)
    )
    everybody = whip.board(session, bill, sitting, now=now)
    rows, number = sought.shown(everybody), _page_number()
    start = (number - 1) * PAGE
    return page(
        "board.html",
        status=status,
        problem=problem,
        bill=bill,
        bills=bills,
        rows=rows[start : start + PAGE],
        total=len(rows),
        start=start,
        step=PAGE,
        tally={lean: sum(row.values["lean"] == lean for row in everybody) for lean in whip.LEANS},
        sought=sought,
        query=urlencode(sought.query),
        query_here=urlencode({**sought.query, **({"page": number} if number > 1 else {})}),
        meant=() if rows else meant_by(session, sought.who, now=now),
        owners=owner_choices(),
        holders=owner_choices(row.values["owner"] for row in everybody),
        saved=saved_views.views_of(session, me().email, "board"),
        lean_names=lean_names(),
        **bulk_state(),
        ended=bill.congress < congress_on(now),
        standing_names=standing_names(ended=bill.congress < congress_on(now)),
    )


def _page_number() -> int:
    try:
        return max(1, routing.number(filters_shown().get("page", "1")))
    except ValueError:
        return 1


@route("/board.<kind>", role="organizer", proven=True)
def export_board(kind: str) -> Response:
    session, sought = database.session(), _sought()
    bill = _chosen(session, sought.bill)
    rows = sought.shown(whip.board(session, bill, now=db.utcnow()))
    return download(kind, f"{bill.id}-board", whip_files.COLUMNS, whip_files.table(rows, bill.id))


@route("/members/<bioguide>/<bill>", role="organizer")
def entry_page(bioguide: str, bill: str) -> Response:
    return _entry(bioguide, bill, whip.Merge((), ()))


def _entry(
    bioguide: str,
    bill: str,
    merged: whip.Merge,
    *,
    status: int = 200,
    problem: str = "",
    typed: Mapping[str, str] = MappingProxyType({}),
    version: int | None = None,
) -> Response:
    """The form of an entry; ``typed`` stands in its fields in the place of what is written, by the ``version``
    that it started from."""
    session = database.session()
    found, person = own_bill(session, bill), members.person(session, bioguide, now=db.utcnow())
    if person is None:
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    entry = whip.entry_of(session, str(found), bioguide)
    written = whip.values_of(entry)
    now_at = entry.version if entry else 0
    return page(
        "entry.html",
        status=status,
        problem=problem,
        person=person,
        bill=found,
        values={**written, **merged.mine, **typed},
        version=now_at if version is None else version,
        clashes=merged.clashes,
        both={clash.field for clash in merged.clashes},
        owners=owner_choices([written["owner"]]),
        leans=whip.LEANS,
        lean_names=lean_names(),
        changes=whip.history(session, bioguide, str(found)),
    )


@route("/members/<bioguide>/<bill>", role="organizer", methods=("POST",))
def save_entry(bioguide: str, bill: str) -> Response:
    given = {field: request.form.get(field, "") for field in whip.FIELDS if field in request.form}
    version = request.form.get("version", type=routing.number) or 0
    try:
        with db.writing_alone(database.engine()) as writer:
            found = str(own_bill(writer, bill))
            merged = whip.save(writer, found, bioguide, given, version=version, by=me().email, now=db.utcnow())
    except Refused as refusal:
        words, nothing = refusal.text(current()), whip.Merge((), ())
        return _entry(
            bioguide, bill, nothing, status=refusal.status, problem=words, typed=given, version=version
        )
    if merged.clashes:
        # Shown beside theirs, with the version it was compared with: sending it again decides.
        return _entry(bioguide, bill, merged, status=409)
    told(_("Saved."))
    return to("member_page", bioguide=bioguide)


@route("/members/<bioguide>/<bill>/reviewed", role="organizer", methods=("POST",))
def review_calls(bioguide: str, bill: str) -> Response:
    """Somebody has looked at what callers report; whether the lean changes is theirs to say."""
    with db.writing_alone(database.engine()) as writer:
        found = str(own_bill(writer, bill))
        if not members.is_known(writer, bioguide):
            raise Refused("There is no such member.", "No existe ese miembro.", status=404)
        calls.review(writer, found, bioguide, by=me().email, now=db.utcnow())
        access.note(writer, "call reports reviewed", f"{bioguide} {found}")
    return to("member_page", bioguide=bioguide)


@route("/board/import", role="organizer")
def bring_page() -> Response:
    return page("bring.html", bill=_chosen(database.session(), request.args.get("bill", "")))


@route("/board/import", role="organizer", methods=("POST",), max_body=LARGEST_UPLOAD)
def bring() -> Response:
    raw = _uploaded()
    try:
        with db.writing_alone(database.engine()) as writer:
            bill = _chosen(writer, request.form.get("bill", ""))
            id, preview = whip_files.bring(writer, bill, raw, by=me().email, now=db.utcnow())
    except Refused as refusal:
        bill = _chosen(database.session(), request.form.get("bill", ""))
        return page("bring.html", status=refusal.status, bill=bill, problem=refusal.text(current()))
    return page(
        "bring_preview.html",
        status=200 if preview.good else 422,
        bill=bill,
        id=id,
        preview=preview,
        lean_names=lean_names(),
    )


def _uploaded() -> bytes:
    """The bytes of the file that came with the form; one byte more than is taken shows that it is too long."""
    file = request.files.get("file")
    if file is None:
        return b""
    with file.stream:
        return file.stream.read(MOST_BYTES + 1)


@route("/board/import/<id>", role="organizer", methods=("POST",))
def confirm_import(id: str) -> Response:
    with db.writing_alone(database.engine()) as writer:
        done, batch = whip_files.confirm(writer, id, by=me().email, now=db.utcnow())
        access.note(writer, "board imported", done.bill, rows=len(done.edits), clashes=len(done.clashes))
    told(_("Written: %(number)s members.", number=len(done.edits)))
    return to("board", bill=done.bill, changes=batch.rows)
