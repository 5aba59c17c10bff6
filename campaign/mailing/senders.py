"""Who writes a campaign's mail: the installation's address, the campaign's name, reply address and pages."""

from dataclasses import replace
from email.utils import parseaddr

from sqlmodel import Session

from campaign.mailing.message import NoSender, Sender, plain, sender_of
from campaign.mailing.policy import policy
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign
from campaign.settings import Settings

LONGEST_NAME = 60


def of_list(session: Session, settings: Settings, campaign: str) -> Sender:
    """Who writes to the readers of a campaign. Raises NoSender where no list mail can be sent
    (message.sender_of)."""
    row = session.get(Campaign, campaign)
    return _of_campaign(session, settings, sender_of(settings, postal=row.postal_address if row else ""), row)


def of_answers(session: Session, settings: Settings, campaign: str = "") -> Sender:
    """Who writes single letters. They may leave before a postal address is set; a sender is needed where mail
    really leaves, not where it is written to files for trying out.

    Raises NoSender where mail leaves and no sender is set.
    """
    name, address = parseaddr(settings.mail_from)
    if not address:
        if not settings.smtp_url.get_secret_value().startswith("file:"):
            raise NoSender(
                "Mail cannot leave until CAMPAIGN_MAIL_FROM is set.",
                "No puede salir ningún correo hasta que se defina CAMPAIGN_MAIL_FROM.",
            )
        name, address = "Campaign", "campaign@localhost.invalid"
    returned = parseaddr(settings.return_path)[1] or address
    local, _, host = returned.rpartition("@")
    postal = " ".join(settings.postal_address.split())
    sender = Sender(name, address, postal, settings.base_url, local, host, reply_to=address)
    return _of_campaign(session, settings, sender, session.get(Campaign, campaign))


def _of_campaign(session: Session, settings: Settings, sender: Sender, row: Campaign | None) -> Sender:
    """A campaign's own name, reply address and postal address where it has them; its pages in any case."""
    reply_to = policy(session).reply_to or sender.reply_to
    if row is None:
        return replace(sender, reply_to=reply_to)
    return replace(
        sender,
        campaign=row.slug,
        name=plain(row.organization, LONGEST_NAME) or sender.name,
        reply_to=row.contact or reply_to,
        postal=" ".join(row.postal_address.split()) or sender.postal,
        base_url=_address(session, settings, row.slug),
    )


def _address(session: Session, settings: Settings, slug: str) -> str:
    """Where a campaign's pages are: on a host of its own, else below the service's address."""
    origin = settings.origin(slug)
    return origin if origin != settings.base_url else origin + campaigns.prefix(session, slug)
