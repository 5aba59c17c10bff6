"""The record as JSON, below ``/api/v1``. Every answer is an object, so keys can be added; every failure is
``{"error": {"status", "message", "request"}}``."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import jsonify, request
from sqlmodel import col, select
from werkzeug.wrappers import Response

from campaign.congress import ledger, members
from campaign.congress.bills import BillId
from campaign.congress.ledger import BillRecord
from campaign.congress.models import Bill, Change
from campaign.dates import parse_day
from campaign.db import utcnow
from campaign.districts import finder
from campaign.organizing.counts import counts
from campaign.proposals import campaigns, lineage, lookup
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused
from campaign.web.api import openapi
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.routing import Room
from campaign.web.public import content

room = Room("api", prefix="/api/v1")
route = room.route
MOST_CHANGES = 1000


def _answer(**values: Any) -> Response:
    response = jsonify(values)
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@route("/bills")
def bills() -> Response:
    """The bills of the campaign's proposals, in short."""
    ours = select(Kinship.bill).join(Proposal, col(Proposal.slug) == col(Kinship.proposal))
    ours = ours.where(Kinship.state == "confirmed", Proposal.campaign == served.slug())
    rows = select(Bill.id).where(col(Bill.id).in_(ours))
    found = session().exec(rows.order_by(col(Bill.congress).desc(), col(Bill.type), col(Bill.number)))
    return _answer(bills=_shorts(found.all()))


@route("/bills/<bill>")
def bill(bill: str) -> Response:
    """One bill as it is known now, or with ``on`` as it stood at the end of a day."""
    now = utcnow()
    known = str(lookup.resolve(session(), bill))
    if on := request.args.get("on"):
        return _answer(**_whole(ledger.as_of(session(), known, parse_day(on), now=now)))
    return _answer(**_whole(ledger.current(session(), known, now=now)))


@route("/changes")
def changes() -> Response:
    """Rows of the ledger after ``since``, oldest first; ``next`` is where to go on."""
    since = request.args.get("since", "0")
    if not since.isdecimal() or len(since) > 18:
        raise Refused(
            "since is the number of the last change you have.",
            "since es el número del último cambio que tiene.",
        )
    wanted = request.args.get("bill")
    known = str(lookup.resolve(session(), wanted)) if wanted else None
    rows = ledger.changes_since(session(), int(since), bill=known, limit=MOST_CHANGES)
    return _answer(changes=[_change(row) for row in rows], next=rows[-1].seq if rows else int(since))


@route("/find")
def find() -> Response:
    """Who speaks for a ZIP code. Addresses are not taken here: they do not belong in an address line."""
    return _answer(**finder.by_zip(session(), request.args.get("zip", ""), now=utcnow()).json())


@route("/proposals")
def proposals() -> Response:
    found = campaigns.campaign_proposals(session(), served.slug())
    return _answer(proposals=[_proposal(proposal) for proposal in found])


@route("/proposals/<slug>")
def proposal(slug: str) -> Response:
    return _answer(**_proposal(content.proposal_named(session(), slug)))


@route("/openapi.json")
def description() -> Response:
    """These routes, as OpenAPI 3.1."""
    return _answer(**openapi.DOCUMENT)


def _shorts(ids: Sequence[str]) -> list[dict[str, Any]]:
    return [_short(record) for record in ledger.records(session(), ids, now=utcnow()).values()]


def _short(record: BillRecord) -> dict[str, Any]:
    bill = record.bill
    return {
        "bill": bill.id,
        "title": bill.title,
        "congress": bill.congress,
        "stage": record.stage.stage.value,
        "sponsor": bill.sponsor,
        "introduced": _iso(bill.introduced),
        "observed_at": _iso(bill.observed_at),
        "partial": bool(bill.partial),
    }


def _whole(record: BillRecord) -> dict[str, Any]:
    """The object of ``campaign bill --json`` (contract.md), with what a reader elsewhere needs beside it."""
    found = counts(session(), record)
    proposal = lineage.proposal_of(session(), str(record.id))
    people = members.people(session(), record.active | record.gone, now=record.moment)
    rows = [
        {
            "bioguide": row.bioguide,
            "name": people[row.bioguide].name if row.bioguide in people else row.name,
            "date": _iso(row.joined),
            "original": row.original,
            "withdrawn": _iso(row.withdrawn),
        }
        for row in record.cosponsors
    ]
    return {
        **_short(record),
        "title": record.title,
        "sponsor": record.sponsor,
        "stage_since": _iso(record.stage.since),
        "cosponsors": rows,
        "counts": vars(found),
        "proposal": proposal.slug if proposal else None,
        "as_of": _iso(record.day),
        "source": BillId.of(record.bill.id).public_address,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "seq": change.seq,
        "bill": change.bill,
        "kind": change.kind,
        "bioguide": change.bioguide,
        "date": _iso(change.happened),
        "seen_at": _iso(change.seen_at),
        "baseline": change.baseline,
        "detail": change.detail,
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    bills = [bill.id for bill, _ in lineage.bills_of(session(), proposal.slug)]
    return {
        "proposal": proposal.slug,
        "name": _in_offered_languages(proposal, "name"),
        "summary": _in_offered_languages(proposal, "summary"),
        "bills": _shorts(bills),
    }


def _in_offered_languages(proposal: Proposal, field: str) -> dict[str, str]:
    languages = campaigns.offered(session(), proposal.campaign)
    return {lang: getattr(proposal, f"{field}_{lang}") for lang in languages}


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
