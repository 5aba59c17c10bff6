"""Paper for a table: the page of a bill and a seat with strips to tear off, and the sheet to sign."""

from flask import make_response, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from campaign.congress.seats import read_seat
from campaign.db import utcnow
from campaign.outreach import kits, wordings
from campaign.outreach.asks import Ask, ProposalBills
from campaign.outreach.kits import Kit
from campaign.proposals import campaigns, lineage, lookup
from campaign.refusals import Refused
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.languages import current
from campaign.web.core.render import page, settings
from campaign.web.core.routing import place
from campaign.web.public import computed
from campaign.web.public.content import Delegation, Speaker
from campaign.web.public.room import route


@route("/act/<seat>/kit", query=("bill", "as"))
def kit(seat: str) -> Response:
    """A poster with strips for one bill and seat, as a page to print or with ``as=pdf`` as a file."""
    now = utcnow()
    known = read_seat(session(), seat)
    docket = served.asks(now=now)
    people = computed.delegation(known.id, now=now)
    matters = [matter for matter in docket.matters if _asked(people, matter)]
    if not matters:
        raise Refused(
            "We have nothing to ask these members right now.",
            "Por ahora no tenemos nada que pedir a estos legisladores.",
            status=404,
        )
    matter = _chosen(matters, request.args.get("bill", ""))
    found = _kit(people, matter)
    if request.args.get("as") == "pdf":
        today = now.astimezone(settings().zone).date()
        return _pdf(kits.kit_pdf(found, today=today), f"kit-{known.id}-{matter.slug}-{current()}.pdf")
    drawn = Markup(kits.qr_code(found.address))  # noqa: S704 - our own drawing of our own address
    strips = [found.calls[number % len(found.calls)] for number in range(kits.STRIPS)]
    return page(
        "public/kit.html", seat=known, shown=found, square=drawn, strips=strips, matters=matters, matter=matter
    )


def _asked(people: Delegation, matter: ProposalBills) -> list[tuple[Speaker, Ask]]:
    found = [(speaker, ask) for speaker in people.speakers for ask in speaker.asks]
    return [(speaker, ask) for speaker, ask in found if ask.matter.slug == matter.slug]


def _chosen(matters: list[ProposalBills], bill: str) -> ProposalBills:
    """The matter that a bill of the address belongs to, by any of its numbers; else the first."""
    if not bill:
        return matters[0]
    proposal = lineage.proposal_of(session(), str(lookup.resolve(session(), bill)))
    found = next((matter for matter in matters if proposal and matter.slug == proposal.slug), None)
    if found is None:
        raise Refused(
            "There is no flyer for that bill. This campaign does not ask for it.",
            "No hay volante para ese proyecto. Esta campaña no lo pide.",
            status=404,
        )
    return found


def _kit(people: Delegation, matter: ProposalBills) -> Kit:
    asked = []
    for speaker, ask in _asked(people, matter):
        numbers = wordings.offices(session(), speaker.person)
        asked.append((speaker.person, ask, numbers[0].phone if numbers else "202-224-3121"))
    address = served.origin() + place("act", seat=people.seat.id)
    return kits.kit(
        people.seat.id, asked, address, current(), fact=wordings.cited(session(), matter, current())
    )


def _pdf(content: bytes, name: str) -> Response:
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@route("/sheet", query=("as",))
def sheet() -> Response:
    """A sheet to sign at a table; with ``as=csv`` the file that it is typed into."""
    if request.args.get("as") == "csv":
        response = make_response(kits.csv_template())
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = 'attachment; filename="sign-in-sheet.csv"'
        response.headers["Cache-Control"] = "public, no-cache"
        return response
    proposals = campaigns.campaign_proposals(session(), served.slug())
    return page("public/sheet.html", proposals=proposals, rows=range(kits.SHEET_ROWS))
