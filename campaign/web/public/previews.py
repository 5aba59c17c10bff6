"""The pictures that messengers and social networks show beside a link (Open Graph), and the icons of a phone.

A picture's address holds a digest of what the picture shows: when a number changes, networks load it anew.
"""

import base64
import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, current_app, make_response, render_template
from PIL import ImageFont
from werkzeug.wrappers import Response

from campaign.congress import members
from campaign.congress.seats import read_seat
from campaign.db import utcnow
from campaign.organizing import scorecard
from campaign.organizing.scorecard import Column
from campaign.proposals import logos
from campaign.refusals import Refused
from campaign.web.core import png, served, typeface
from campaign.web.core.database import session
from campaign.web.core.languages import _, current
from campaign.web.core.render import seat_name, site_name, tongue
from campaign.web.core.routing import place
from campaign.web.public import computed, overview
from campaign.web.public.overview import Card
from campaign.web.public.room import route

# As Facebook, X and WhatsApp show it.
WIDTH, HEIGHT = 1200, 630
ROOM: Final = 1040
ACCENT: Final = "#0b5563"
# Sides of icons in pixels: Apple's, and the two of a web app manifest.
ICON_SIZES: Final = (180, 192, 512)
# Drawings that are remembered, some 3 kB each.
_MOST: Final = 1000


@dataclass(frozen=True)
class Bar:
    """A bill as a bar: how much of its chamber is on it, in percent."""

    label: str
    share: float


@dataclass(frozen=True)
class Preview:
    """What a picture shows. ``text`` says it to who does not see it."""

    eyebrow: str
    title: str
    number: str = ""
    lines: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()

    @property
    def text(self) -> str:
        said = (self.eyebrow, self.title, *self.lines, *(bar.label for bar in self.bars))
        return " · ".join(part for part in said if part)


@dataclass(frozen=True)
class Picture:
    """A picture for a link: its absolute address, what it shows in words, and its drawing."""

    address: str
    text: str
    svg: str
    width: int = WIDTH
    height: int = HEIGHT


def attach(app: Flask) -> None:
    app.extensions["previews"] = {}
    app.jinja_env.globals.update(link_preview=link_preview)


def link_preview(kind: str = "campaign", **names: str) -> Picture:
    """The picture for links to the pages of this campaign, its ``scorecard``, a ``proposal`` or a ``seat``."""
    known: dict[Hashable, tuple[Any, Picture]] = current_app.extensions["previews"]
    state = served.record_state()
    key = served.origin(), served.slug(), kind, *names.values(), current()
    found = known.get(key)
    if found is None or found[0] != state:
        if len(known) >= _MOST:
            known.clear()
        found = known[key] = state, _picture(kind, **names)
    return found[1]


def _picture(kind: str, **names: str) -> Picture:
    shown = _SHOWN[kind](**names)
    svg = _drawn(shown)
    digest = hashlib.sha256(svg.encode()).hexdigest()[:12]
    address = served.origin() + place(f"{kind}_picture", v=digest, **names)
    return Picture(address, shown.text, svg)


# --- what each shows -------------------------------------------------------------------------------


def _asked_by() -> str:
    campaign = served.campaign()
    return campaign.organization if campaign else ""


def _of_campaign() -> Preview:
    figure = overview.leading_figure(overview.cited(session(), served.slug()), current())
    if figure is None:
        return Preview(_asked_by(), site_name(), bars=_bars(computed.front(now=utcnow()).now))
    source = _("Source: %(source)s", source=tongue(figure.fact, "source"))
    return Preview(_asked_by(), site_name(), figure.number, (tongue(figure.fact, "text"), source))


def _of_proposal(slug: str) -> Preview:
    chapter = overview.chapter(session(), overview.proposal_named(session(), slug), now=utcnow())
    return Preview(
        site_name(),
        tongue(chapter.proposal, "name"),
        bars=_bars([card for card in chapter.now if card.progress]),
    )


def _of_seat(seat: str) -> Preview:
    known, now = read_seat(session(), seat), utcnow()
    own = members.holders(session(), known.id, now=now) if known.chamber == "house" else []
    people = [*own, *members.senators(session(), known.state, now=now)]
    names = tuple(person.name for person in people)
    return Preview(f"{seat_name(seat)} · {site_name()}", _("Call your members of Congress"), lines=names)


def _bars(cards: Sequence[Card]) -> tuple[Bar, ...]:
    """At most four: more are no longer read on a phone."""
    return tuple(_bar(card) for card in cards[:4])


def _bar(card: Card) -> Bar:
    far = card.progress
    votes, seats, share = (far.votes, far.seats, far.share) if far else (0, 0, 0.0)
    number = card.record.id.short
    if card.record.id.chamber == "house":
        label = _("%(bill)s: %(votes)s of %(seats)s representatives", bill=number, votes=votes, seats=seats)
    else:
        label = _("%(bill)s: %(votes)s of %(seats)s senators", bill=number, votes=votes, seats=seats)
    return Bar(label, share)


def _of_scorecard() -> Preview:
    """Each bill by who is on it, each vote on passage by its yeas among those who voted for or against."""
    now = utcnow()
    sheets = scorecard.scorecard(session(), served.slug(), now=now)
    front = computed.front(now=now)
    cards = {str(card.record.id): card for card in front.now}
    bars = [bar for sheet in sheets for column in sheet.columns if (bar := _bar_of(column, cards))]
    return Preview(site_name(), _("Scorecard"), bars=tuple(bars[:4]))


def _bar_of(column: Column, cards: Mapping[str, Card]) -> Bar | None:
    if column.vote is None:
        card = cards.get(str(column.record.id))
        return _bar(card) if card else None
    if column.counted is None:
        return None
    yeas, nays = column.counted
    label = _("%(bill)s: %(yeas)s voted yes, %(nays)s no", bill=column.record.id.short, yeas=yeas, nays=nays)
    return Bar(label, round(100 * yeas / max(1, yeas + nays), 1))


_SHOWN: Final[dict[str, Callable[..., Preview]]] = {
    "campaign": _of_campaign,
    "proposal": _of_proposal,
    "seat": _of_seat,
    "scorecard": _of_scorecard,
}


# --- drawing ---------------------------------------------------------------------------------------


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(typeface.FILE, size)


def wrapped(text: str, size: int, room: int, most: int) -> list[str]:
    """``text`` in lines no wider than ``room`` in the face of headings; behind ``most`` lines it is cut off."""
    lines: list[str] = []
    for word in text.split():
        if lines and _font(size).getlength(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"]


def balanced(text: str, size: int, room: int, most: int) -> list[str]:
    """As ``wrapped``, with lines of about one length: no last word stands alone."""
    lines = wrapped(text, size, room, most)
    for narrower in range(room - 40, room // 2, -40):
        if len(tried := wrapped(text, size, narrower, most)) > len(lines) or tried[-1].endswith("…"):
            break
        lines = tried
    return lines


def _drawn(shown: Preview) -> str:
    campaign = served.campaign()
    beside = 380 if shown.number else 0
    return render_template(
        "public/preview.svg",
        shown=shown,
        accent=campaign.accent if campaign and campaign.accent else ACCENT,
        title=balanced(shown.title, 68, ROOM, 3),
        lines=[line for text in shown.lines for line in wrapped(text, 34, ROOM - beside, 4)],
        beside=beside,
        host=urlsplit(served.origin()).netloc,
    )


# --- the pictures and icons ------------------------------------------------------------------------


@route("/picture.png")
def campaign_picture() -> Response:
    return _sent(link_preview().svg)


@route("/proposals/<slug>/picture.png")
def proposal_picture(slug: str) -> Response:
    return _sent(link_preview("proposal", slug=slug).svg)


@route("/act/<seat>/picture.png")
def seat_picture(seat: str) -> Response:
    return _sent(link_preview("seat", seat=read_seat(session(), seat).id).svg)


@route("/scorecard/picture.png")
def scorecard_picture() -> Response:
    return _sent(link_preview("scorecard").svg)


@route("/icon-<int:size>.png", in_draft=True)
def icon(size: int) -> Response:
    """The campaign's logo, else its first letter in its color, as a square."""
    if size not in ICON_SIZES:
        raise Refused("There is no icon of that size.", "No hay un icono de ese tamaño.", status=404)
    campaign = served.campaign()
    logo = logos.png(session(), campaign.slug) if campaign and campaign.logo else None
    first = next((letter for letter in site_name() if letter.isalnum()), "·")
    return _sent(
        render_template(
            "public/icon.svg",
            size=size,
            accent=campaign.accent if campaign and campaign.accent else ACCENT,
            logo=base64.b64encode(logo).decode() if logo else "",
            letter=first.upper(),
        )
    )


def _sent(svg: str) -> Response:
    """A picture that any site may show."""
    response = make_response(png.painted(svg))
    response.headers["Content-Type"] = "image/png"
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
