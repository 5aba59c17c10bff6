"""What a reader gets, before it is sent: on the organizers' page, or as a test mail to themselves."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import senders
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import contents, editions
from campaign.mailing.edition.digest import Group
from campaign.mailing.message import Sealed, Sender, copy_of
from campaign.mailing.models import Content, Delivery
from campaign.proposals import campaigns
from campaign.settings import Settings

SAMPLE = "reader@example.org"


def preview(
    engine: Engine, settings: Settings, group: Group, *, edition: int, now: datetime, to: str = SAMPLE
) -> bytes:
    """The very bytes a reader of this group gets, but for the reader's own address, number and link."""
    sealed, sender = sealed_for(engine, settings, group, edition=edition)
    keys = Keys(settings)
    token = keys.stop_token(keys.of(read_address(SAMPLE), sender.campaign))
    return copy_of(sealed, sender, keys, to=to, number=0, now=now, token=token)


def sealed_for(engine: Engine, settings: Settings, group: Group, *, edition: int) -> tuple[Sealed, Sender]:
    """What a group gets: as it is kept, or for a group without readers as it would be; in a language that its
    campaign offers."""
    with db.reading(engine) as session:
        row = editions.get(session, edition)
        group = replace(group, language=campaigns.spoken(session, row.campaign, group.language))
        sender = senders.of_list(session, settings, row.campaign)
        kept = session.exec(
            select(Content).where(
                Content.edition == edition,
                Content.language == group.language,
                Content.seat == group.seat,
                Content.proposals == " ".join(group.proposals),
            )
        ).first()
    if kept is not None and kept.body:
        return Sealed(kept.head, kept.body), sender
    return contents.renderer(engine, settings, row).mail(group)[1], sender


def send_test(engine: Engine, edition: int, group: Group, address: str, *, now: datetime) -> None:
    """Send one copy to an organizer's own address."""
    to = read_address(address)
    chosen = {"language": group.language, "seat": group.seat, "proposals": list(group.proposals)}
    with db.writing(engine) as session:
        editions.get(session, edition)
        session.add(
            Delivery(kind="test", address=to.typed, due=now, detail={"edition": edition, "group": chosen})
        )
