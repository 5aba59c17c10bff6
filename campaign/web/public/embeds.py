"""Parts of the campaign for frames on other sites: the ZIP field, the count, the chart and the map.

A frame sets and reads no cookie and loads from our own address alone. ``embed.js`` puts one into a page and
gives it the height that its content tells; the addresses work in a plain ``<iframe>``, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import make_response, render_template
from markupsafe import escape
from werkzeug.wrappers import Response

from campaign.congress import ledger
from campaign.db import utcnow
from campaign.organizing import progress
from campaign.outreach.bilingual import Text
from campaign.proposals import lineage, lookup
from campaign.web.core import security, served
from campaign.web.core.database import session
from campaign.web.core.languages import current
from campaign.web.core.render import numbered, page, site_name, tongue
from campaign.web.core.routing import place
from campaign.web.core.tiles import StateMap
from campaign.web.public import computed, content, overview
from campaign.web.public.overview import Card, Chapter
from campaign.web.public.room import route

TITLES: Final = {
    "find": Text("Call your members of Congress", "Llame a sus legisladores en el Congreso"),
    "count": Text("Co-sponsors so far", "Copatrocinios hasta hoy"),
    "chart": Text("Co-sponsors over time", "Copatrocinios a lo largo del tiempo"),
    "map": Text("Who is on, by state", "Quiénes apoyan, por estado"),
}
# Of which there is one for each proposal and bill.
NUMBERS: Final = ("count", "chart", "map")
# Pixels, until a frame has told its own height, and in a plain iframe.
HEIGHTS: Final = {"find": 420, "count": 480, "chart": 420, "map": 560}
# More bills make a frame that nobody reads, and too heavy.
MOST: Final = 4
SCRIPT_SECONDS: Final = 3600


@dataclass(frozen=True)
class Subject:
    """What a frame is about: ``cards`` are its bills, those of this Congress where there are any. ``names`` has
    their proposals' names by bill, where the title does not say it."""

    title: str
    cards: tuple[Card, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether members can still join one of its bills."""
        return any(card.progress for card in self.cards)

    def map(self) -> StateMap:
        return overview.map_of(self.cards)


@route("/embed.js")
def embed_script() -> Response:
    """The script that puts a frame into a page, with its titles in the campaign's languages."""
    offered = served.offered()
    titles = {lang: {kind: text.of(lang) for kind, text in TITLES.items()} for lang in offered}
    script = render_template("embed/embed.js", titles=titles, height=HEIGHTS["find"])
    response = make_response(script)
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@route("/embed/find", framed=True)
def embed_find() -> Response:
    """A ZIP field that opens the page of one's members."""
    served.campaign()
    return page("embed/find.html", title=TITLES["find"].of(current()))


@route("/embed/<any(count, chart, map):kind>", framed=True)
def embed_campaign(kind: str) -> Response:
    """The campaign's bills, at most four."""
    front = computed.front(now=utcnow())
    cards = front.now or tuple(card for chapter in front.chapters for card in chapter.last)
    names = {
        str(card.record.id): tongue(chapter.proposal, "name")
        for chapter in front.chapters
        for card in chapter.cards
    }
    return _frame(kind, Subject(site_name(), cards[:MOST], names))


@route("/embed/<any(count, chart, map):kind>/proposals/<slug>", framed=True)
def embed_proposal(kind: str, slug: str) -> Response:
    """The bills of a proposal; a new Congress brings its new numbers."""
    found = overview.chapter(session(), overview.proposal_named(session(), slug), now=utcnow())
    return _frame(kind, Subject(tongue(found.proposal, "name"), (found.now or found.last)[:MOST]))


@route("/embed/<any(count, chart, map):kind>/bills/<text>", framed=True)
def embed_bill(kind: str, text: str) -> Response:
    """One bill."""
    now, id = utcnow(), str(lookup.resolve(session(), text))
    proposal = overview.proposal_carried(session(), id)
    relatives = [bill.id for bill, _kin in lineage.bills_of(session(), proposal.slug)] if proposal else []
    records = ledger.records(session(), [id, *relatives], now=now)
    card = overview.card(session(), records[id], records.values(), progress.goals(session(), [id]).get(id))
    name = tongue(proposal, "name") if proposal else card.record.title or numbered(id)
    return _frame(kind, Subject(name, (card,)))


def _frame(kind: str, subject: Subject) -> Response:
    charts = [(card, content.chart(card.record, now=utcnow())) for card in subject.cards if kind == "chart"]
    return page(f"embed/{kind}.html", subject=subject, title=TITLES[kind].of(current()), charts=charts)


# --- the lines to copy -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Snippet:
    """A frame with its two lines to copy; ``address`` is the frame's on this page."""

    title: str
    address: str
    height: int
    script: str
    frame: str


@route("/embed")
def embedding() -> Response:
    """The lines by which another site shows a part of the campaign, each with what it shows."""
    chapters = computed.front(now=utcnow()).chapters
    snippets = [_snippet("find"), *(_snippet(kind) for kind in NUMBERS)]
    ours = [(tongue(each.proposal, "name"), _snippet("count", each.proposal.slug)) for each in chapters]
    response = page("public/embedding.html", snippets=snippets, proposals=ours, bill=_example(chapters))
    # The frames that it shows are our own.
    response.headers["Content-Security-Policy"] = f"{security.POLICY}; frame-src 'self'"
    return response


def _example(chapters: tuple[Chapter, ...]) -> str:
    return next((str(card.record.id) for chapter in chapters for card in chapter.cards), "")


def _snippet(kind: str, proposal: str = "") -> Snippet:
    title, address = TITLES[kind].of(current()), address_of(kind, current(), proposal=proposal)
    about = {"data-proposal": proposal} if proposal else {}
    script = {"src": served.origin() + place("embed_script", "en"), "data-show": kind, **about}
    written = "".join(f' {name}="{escape(value)}"' for name, value in script.items())
    frame = iframe(served.origin() + address, title, "100%", HEIGHTS[kind])
    return Snippet(title, address, HEIGHTS[kind], f"<script{written} async></script>", frame)


def address_of(kind: str, lang: str, *, proposal: str = "", bill: str = "") -> str:
    """The address of a frame."""
    if kind == "find":
        return place("embed_find", lang)
    if proposal:
        return place("embed_proposal", lang, kind=kind, slug=proposal)
    return place("embed_bill", lang, kind=kind, text=bill) if bill else place("embed_campaign", lang, kind=kind)


def iframe(address: str, title: str, width: int | str, height: int) -> str:
    """A frame as HTML for another site."""
    src, said = escape(address), escape(title)
    return (
        f'<iframe src="{src}" title="{said}" width="{width}" height="{height}" style="border:0" loading="lazy">'
        "</iframe>"
    )
