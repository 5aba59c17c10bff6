"""The record as JSON, below ``/api/v1``. Every answer is an object, so keys can be added; every failure is
``{"error": {"status", "message", "request"}}``."""

from collections.abc import Sequence

from flask import Response, current_app
from flask.sansio.blueprints import BlueprintSetupState
from sqlmodel import col, select

from campaign.congress import ledger, members, passages
from campaign.congress.bills import BillId
from campaign.congress.ledger import BillRecord
from campaign.congress.models import Bill
from campaign.congress.passages import Passage
from campaign.db import utcnow
from campaign.districts import finder
from campaign.organizing.counts import counts
from campaign.outreach import outcomes, wordings
from campaign.outreach.asks import Ask
from campaign.outreach.outcomes import ConnectionLimits
from campaign.proposals import campaigns, lineage, lookup
from campaign.proposals.models import Campaign, Kinship, Proposal
from campaign.refusals import Refused
from campaign.web.api import openapi, schemas
from campaign.web.core import proxies, routing, served
from campaign.web.core.database import session
from campaign.web.core.operations import PREFIX, REQUESTS_AN_HOUR, operation
from campaign.web.core.routing import Room
from campaign.web.public import overview

room = Room("api", prefix=PREFIX)
MOST_CHANGES = 1000


# --- who may read ----------------------------------------------------------------------------------


@room.blueprint.record
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions["readers"] = ConnectionLimits(REQUESTS_AN_HOUR)


@room.blueprint.before_request
def guard() -> None:
    """Everybody, as often as a program needs that is up to date every minute."""
    readers: ConnectionLimits = current_app.extensions["readers"]
    if not readers.allow(proxies.place(), now=utcnow()):
        raise Refused(
            "There were too many requests from your address. Try again in a few minutes.",
            "Hubo demasiadas solicitudes desde su dirección. Inténtelo de nuevo en unos minutos.",
            status=429,
        )


@room.blueprint.before_request
def keep_drafts_closed() -> None:
    """A draft is shown to organizers alone, here as on its pages (``campaign_state``)."""
    asked = routing.access()
    if served.state() == "draft" and not (asked and asked.in_draft):
        raise Refused(
            "The people behind this campaign are still preparing it. Please come back soon.",
            "Quienes llevan esta campaña todavía la preparan. Vuelva pronto, por favor.",
            status=404,
        )


@room.blueprint.after_request
def open_to_every_origin(response: Response) -> Response:
    """Any page may read what anybody may (CORS); without cookies there is nothing else to give."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag, X-Request-ID"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# --- the record ------------------------------------------------------------------------------------


@operation(
    room,
    "/campaigns",
    query=schemas.NoQuery,
    answer=schemas.Campaigns,
    example="/campaigns",
    in_draft=True,
)
def campaigns_in_short(_query: schemas.NoQuery) -> schemas.Campaigns:
    """The campaigns that are live here."""
    return schemas.Campaigns(campaigns=[_campaign(each) for each in campaigns.live(session())])


@operation(room, "/proposals", query=schemas.NoQuery, answer=schemas.Proposals, example="/proposals")
def proposals(_query: schemas.NoQuery) -> schemas.Proposals:
    """The campaign's proposals with their bills."""
    found = campaigns.campaign_proposals(session(), served.slug())
    return schemas.Proposals(proposals=[_proposal(proposal) for proposal in found])


@operation(
    room, "/proposals/<slug>", query=schemas.NoQuery, answer=schemas.Proposal, example="/proposals/{proposal}"
)
def proposal(_query: schemas.NoQuery, slug: str) -> schemas.Proposal:
    """One proposal with its bills over the Congresses."""
    return _proposal(overview.proposal_named(session(), slug))


@operation(room, "/bills", query=schemas.NoQuery, answer=schemas.Bills, example="/bills")
def bills(_query: schemas.NoQuery) -> schemas.Bills:
    """The bills of the campaign's proposals in short, newest Congress first."""
    ours = select(Kinship.bill).join(Proposal, col(Proposal.slug) == col(Kinship.proposal))
    ours = ours.where(Kinship.state == "confirmed", Proposal.campaign == served.slug())
    rows = select(Bill.id).where(col(Bill.id).in_(ours))
    found = session().exec(rows.order_by(col(Bill.congress).desc(), col(Bill.type), col(Bill.number)))
    return schemas.Bills(bills=_shorts(found.all()))


@operation(
    room,
    "/bills/<bill>",
    query=schemas.BillQuery,
    answer=schemas.WholeBill,
    example="/bills/{bill}",
)
def bill(query: schemas.BillQuery, bill: str) -> schemas.WholeBill:
    """One bill with its co-sponsors and honest counts, as it is known now or as it stood on a day."""
    now, known = utcnow(), str(lookup.resolve(session(), bill))
    if query.on is not None:
        return _whole(ledger.as_of(session(), known, query.on, now=now))
    return _whole(ledger.current(session(), known, now=now))


@operation(
    room,
    "/changes",
    query=schemas.ChangesQuery,
    answer=schemas.Changes,
    example="/changes?bill={bill}&since=0",
)
def changes(query: schemas.ChangesQuery) -> schemas.Changes:
    """Rows of the ledger, oldest first, at most 1000 an answer: ask again from ``next`` until none comes."""
    known = str(lookup.resolve(session(), query.bill)) if query.bill is not None else None
    rows = ledger.changes_since(session(), query.since, bill=known, limit=MOST_CHANGES)
    found = [
        schemas.Change(
            seq=row.seq,
            bill=row.bill,
            kind=row.kind,
            bioguide=row.bioguide,
            date=row.happened,
            seen_at=row.seen_at,
            baseline=row.baseline,
            detail=row.detail,
        )
        for row in rows
    ]
    return schemas.Changes(changes=found, next=rows[-1].seq if rows else query.since)


# --- whom to ask -----------------------------------------------------------------------------------


@operation(room, "/find", query=schemas.FindQuery, answer=schemas.Found, example="/find?zip=78207")
def find(query: schemas.FindQuery) -> schemas.Found:
    """The seats and members of a ZIP code: found, split or unknown.

    Addresses are not taken here: they do not belong in an address line.
    """
    return schemas.Found(**finder.by_zip(session(), query.zip, now=utcnow()).json())


@operation(
    room, "/members/<bioguide>", query=schemas.NoQuery, answer=schemas.Member, example="/members/{member}"
)
def member(_query: schemas.NoQuery, bioguide: str) -> schemas.Member:
    """A sitting member with where they stand: what there is to ask of them about each proposal, and why.

    Nothing is asked for a campaign that is paused or archived.
    """
    now = utcnow()
    person = wordings.sitting(session(), bioguide, now=now)
    found = served.asks(now=now).asks(person)
    return schemas.Member(
        bioguide=person.bioguide,
        name=person.name,
        party=person.party,
        seat=person.seat,
        chamber=person.chamber,
        standings=[_standing(ask) for ask in found],
    )


@operation(
    room,
    "/scripts",
    query=schemas.ScriptQuery,
    answer=schemas.Script,
    example="/scripts?bill={bill}&member={member}&kind=voicemail&lang=en",
)
def script(query: schemas.ScriptQuery) -> schemas.Script:
    """The script of a call or the text of a letter to one member about one bill."""
    known = str(lookup.resolve(session(), query.bill))
    _refuse_silent(known)
    found = wordings.script_for(session(), known, query.member, query.kind, query.lang, now=utcnow())
    return schemas.Script(
        ask=found.ask,
        text=found.text,
        salutation=found.salutation,
        phones=list(found.phones),
        reason=found.reason,
    )


def _refuse_silent(bill: str) -> None:
    """Raise Refused (404) where the campaign that a bill belongs to asks for nothing now."""
    proposal = lineage.proposal_of(session(), bill)
    if proposal and campaigns.state(session(), proposal.campaign) in campaigns.SILENT:
        number = BillId.of(bill).short
        raise Refused(
            f"The campaign for {number} is not active now, so there is no script.",
            f"La campaña por {number} no está activa ahora; por eso no hay guion.",
            status=404,
        )


@operation(room, "/calls", query=schemas.CallsQuery, answer=schemas.Calls, example="/calls?bill={bill}")
def calls(query: schemas.CallsQuery) -> schemas.Calls:
    """How many calls supporters reported, each counted once; what offices answered is not published.

    A call about all of a campaign's bills is in the sum, and in that of no single bill.
    """
    about = [str(lookup.resolve(session(), query.bill))] if query.bill is not None else None
    found = outcomes.published(session(), about=about, member=query.member)
    return schemas.Calls(calls=found, least=outcomes.LEAST_PUBLISHED)


@operation(
    room,
    "/openapi.json",
    query=schemas.NoQuery,
    answer=schemas.Description,
    example="/openapi.json",
    in_draft=True,
)
def description(_query: schemas.NoQuery) -> schemas.Description:
    """This description, as OpenAPI 3.1."""
    return schemas.Description.model_validate(openapi.document())


# --- the shapes ------------------------------------------------------------------------------------


def _campaign(campaign: Campaign) -> schemas.Campaign:
    return schemas.Campaign(
        campaign=campaign.slug,
        title=_in_offered_languages(campaign, campaign.slug, "title"),
        summary=_in_offered_languages(campaign, campaign.slug, "summary"),
        languages=list(campaign.offered),
        organization=campaign.organization,
        url=served.origin() + campaigns.prefix(session(), campaign.slug) + "/",
    )


def _shorts(ids: Sequence[str]) -> list[schemas.Bill]:
    found = ledger.records(session(), ids, now=utcnow()).values()
    return [schemas.Bill(**_short(record)) for record in found]


def _short(record: BillRecord) -> dict[str, object]:
    bill = record.bill
    return {
        "bill": bill.id,
        "title": bill.title,
        "congress": bill.congress,
        "stage": record.stage.stage,
        "sponsor": bill.sponsor,
        "introduced": bill.introduced,
        "observed_at": bill.observed_at,
        "partial": bool(bill.partial),
    }


def _whole(record: BillRecord) -> schemas.WholeBill:
    """The object of ``campaign bill --json`` (contract.md), with what a reader elsewhere needs beside it."""
    proposal = overview.proposal_carried(session(), str(record.id))
    people = members.people(session(), record.active | record.gone, now=record.moment)
    rows = [
        schemas.Cosponsor(
            bioguide=row.bioguide,
            name=people[row.bioguide].name if row.bioguide in people else row.name,
            date=row.joined,
            original=row.original,
            withdrawn=row.withdrawn,
        )
        for row in record.cosponsors
    ]
    own = {"title": record.title, "sponsor": record.sponsor}
    return schemas.WholeBill(
        **{**_short(record), **own},
        stage_since=record.stage.since,
        passages=[_passage(each) for each in passages.passages(record.actions)],
        cosponsors=rows,
        counts=schemas.Counts(**vars(counts(session(), record))),
        proposal=proposal.slug if proposal else None,
        as_of=record.day,
        source=BillId.of(record.bill.id).public_address,
    )


def _passage(passage: Passage) -> schemas.Passage:
    yeas, nays = passage.tally or (None, None)
    return schemas.Passage(chamber=passage.chamber, date=passage.day, yeas=yeas, nays=nays)


def _proposal(proposal: Proposal) -> schemas.Proposal:
    bills = [bill.id for bill, _ in lineage.bills_of(session(), proposal.slug)]
    return schemas.Proposal(
        proposal=proposal.slug,
        name=_in_offered_languages(proposal, proposal.campaign, "name"),
        summary=_in_offered_languages(proposal, proposal.campaign, "summary"),
        bills=_shorts(bills),
    )


def _standing(ask: Ask) -> schemas.Standing:
    languages = campaigns.offered(session(), ask.matter.campaign)
    reason = {lang: ask.reason(lang) for lang in languages}
    return schemas.Standing(proposal=ask.matter.slug, bill=str(ask.bill), ask=ask.code, reason=reason)


def _in_offered_languages(row: Campaign | Proposal, campaign: str, field: str) -> schemas.Words:
    languages = campaigns.offered(session(), campaign)
    return {lang: getattr(row, f"{field}_{lang}") for lang in languages}  # type: ignore[misc]
