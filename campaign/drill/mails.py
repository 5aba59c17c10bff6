"""The mail of a day to come: the digest that would be built, and an alert, as some readers would get them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.congress.models import Seat
from campaign.drill.pages import Page, Progress
from campaign.mailing.edition import alerts, building, contents, editions, lifecycle, recipients
from campaign.mailing.edition.digest import Group
from campaign.mailing.edition.render import digest_html
from campaign.mailing.message import sender_of
from campaign.mailing.models import Content, Edition
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings

# A sender for an installation that has none yet: nothing is sent, only the text is read.
STAND_IN = {
    "mail_from": "drill@localhost.localdomain",
    "postal_address": "Not set yet (drill)",
    "return_path": "",
}


@dataclass(frozen=True)
class DaysMail:
    """A digest or an alert of the day: what would become of it, and how many readers would get it.

    ``subject`` is that of a reader without a place.
    """

    kind: str
    period: str
    state: str
    recipients: int
    subject: Text


def of_day(
    engine: Engine, settings: Settings, now: datetime, progress: Progress
) -> tuple[list[DaysMail], list[Page]]:
    """Build the day's mail on the copy, after what the last Congress left unsent was stopped, and render it for
    every group of readers and for one seat of each state."""
    settings = _with_sender(settings)
    lifecycle.retire(engine, now=now)
    with db.reading(engine) as session:
        slugs = [campaign.slug for campaign in campaigns.speaking(session)]
    groups = [each for slug in slugs for each in _of_campaign(engine, settings, slug, now)]
    found, pages = [], []
    for edition, of_edition in groups:
        mail, read = _read(engine, settings, edition, of_edition)
        found.append(mail)
        pages += read
        progress(len(read), edition.period)
    return found, pages


def _of_campaign(
    engine: Engine, settings: Settings, campaign: str, now: datetime
) -> Iterator[tuple[Edition, list[Group]]]:
    """A campaign's digest and alert of the day, each with the groups it is rendered for."""
    alerts.build(engine, settings, campaign, now=now)
    built = building.build(engine, settings, campaign, now=now)
    with db.reading(engine) as session:
        digest = session.get_one(Edition, built.edition)
        yield digest, [*dict.fromkeys([*contents.groups(session, digest), *_samples(session, campaign)])]
        day = now.astimezone(settings.zone).date().isoformat()
        alert = editions.of_period(session, campaign, "alert", day)
        # An alert is for those whose own members moved: often for nobody.
        if alert is not None and (told := list(_rendered(session, alert))):
            yield alert, told


def _with_sender(settings: Settings) -> Settings:
    try:
        sender_of(settings)
    except Refused:
        return settings.model_copy(update=STAND_IN)
    return settings


def _samples(session: Session, campaign: str) -> Iterator[Group]:
    """Each language that a campaign offers, without a place and for one House seat of each state."""
    seats = select(Seat).where(Seat.chamber == "house").order_by(Seat.id)
    first = {seat.state: seat.id for seat in reversed(session.exec(seats).all())}
    for lang in campaigns.offered(session, campaign):
        yield from (Group(lang, seat) for seat in ("", *first.values()))


def _rendered(session: Session, edition: Edition) -> Iterator[Group]:
    rows = select(Content.language, Content.seat, Content.proposals).where(Content.edition == edition.id)
    return (Group(lang, seat, tuple(slugs.split())) for lang, seat, slugs in session.exec(rows))


def _named(group: Group) -> str:
    return "_".join((group.seat or "anywhere", *group.proposals))


def _read(
    engine: Engine, settings: Settings, edition: Edition, groups: list[Group]
) -> tuple[DaysMail, list[Page]]:
    renderer = contents.renderer(engine, settings, edition)
    pages = [
        Page(
            f"mail/{edition.campaign}/{edition.period}/{group.language}/{_named(group)}",
            200,
            digest_html(renderer.sender, renderer.page(group)),
        )
        for group in groups
    ]
    with db.reading(engine) as session:
        number = recipients.count(session, edition)
    subject = Text.of_each(lambda lang: renderer.page(Group(lang)).subject)
    return DaysMail(edition.kind, edition.period, edition.state, number, subject), pages
