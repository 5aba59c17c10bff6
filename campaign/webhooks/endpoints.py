"""The endpoints of a campaign: adding, pausing, going on, removing."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign import ssrf
from campaign.congress.models import Change
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.webhooks.models import WebhookEndpoint, WebhookMessage

SHAPES: Final = ("json", "slack", "discord", "mattermost")
# What an organizer chooses, with the kinds of changes that it means.
EVENTS: Final = {
    "cosponsored": ("cosponsored",),
    "withdrew": ("withdrew", "withdrawal_retracted"),
    "stage": ("stage",),
}
MOST: Final = 10
LONGEST_URL: Final = 500
# Ports below belong to services that nobody should be made to talk to.
LEAST_PORT: Final = 1024


def add(
    session: Session,
    campaign: str,
    url: str,
    *,
    shape: str,
    language: str,
    events: Collection[str],
    by: str,
    now: datetime,
) -> WebhookEndpoint:
    """Add an endpoint that is told what happens from now on. Raises Refused for what cannot be meant."""
    address = read_url(url)
    chosen = [name for name in EVENTS if name in events]
    if shape not in SHAPES or language not in campaigns.offered(session, campaign) or not chosen:
        raise Refused(
            "Choose what to send, at least one kind of news and a language of the campaign.",
            "Elija qué se envía, al menos un tipo de noticia y un idioma de la campaña.",
        )
    ours = of_campaign(session, campaign)
    if len(ours) >= MOST or any(each.url == address for each in ours):
        raise Refused(
            f"That address is there already, or there are {MOST} of them.",
            f"Esa dirección ya está, o ya hay {MOST}.",
            status=409,
        )
    row = WebhookEndpoint(
        campaign=campaign,
        url=address,
        shape=shape,
        language=language,
        events=" ".join(chosen),
        salt=secrets.token_urlsafe(24),
        seq=_last_seq(session),
        made_by=by,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _last_seq(session: Session) -> int:
    return session.exec(select(sa.func.max(Change.seq))).one() or 0


def read_url(text: str) -> str:
    """An address that may be told something. Raises Refused with the reason; where its name leads is looked at
    when it is told (``ssrf.resolve``)."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", 443 if parts.port is None else parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", 443
    if not host or not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        raise Refused("That is no address.", "Eso no es una dirección.")
    if len(address) > LONGEST_URL:
        raise Refused(
            f"The address is longer than {LONGEST_URL} characters.",
            f"La dirección tiene más de {LONGEST_URL} caracteres.",
        )
    if parts.scheme != "https":
        raise Refused("The address must begin with https://.", "La dirección debe empezar con https://.")
    if parts.username is not None or parts.password is not None:
        raise Refused(
            "The address must not hold a name and password.",
            "La dirección no debe llevar un nombre y una contraseña.",
        )
    if port != 443 and port < LEAST_PORT:
        raise Refused(
            f"The port must be 443 or one from {LEAST_PORT} on.",
            f"El puerto debe ser 443 o uno desde el {LEAST_PORT}.",
        )
    if not ssrf.may_be_public(host):
        raise Refused(
            "The address must name a host on the internet, not one of a private network.",
            "La dirección debe nombrar un servidor en internet, no uno de una red privada.",
        )
    return address


def of_campaign(session: Session, campaign: str) -> list[WebhookEndpoint]:
    """A campaign's endpoints, the oldest first."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.campaign == campaign)
    return list(session.exec(query.order_by(col(WebhookEndpoint.id))))


def find(session: Session, campaign: str, id: int) -> WebhookEndpoint:
    """An endpoint of a campaign. Raises Refused (404)."""
    row = session.get(WebhookEndpoint, id)
    if row is None or row.campaign != campaign:
        raise Refused("There is no such webhook.", "No existe ese webhook.", status=404)
    return row


def pause(session: Session, row: WebhookEndpoint) -> None:
    """Send nothing for now; what happens meanwhile is sent later."""
    row.state = "paused"
    session.add(row)


def resume(session: Session, row: WebhookEndpoint) -> None:
    """Send again, beginning with what happened meanwhile."""
    row.state, row.failing_since = "on", None
    session.add(row)


def remove(session: Session, row: WebhookEndpoint) -> None:
    """Remove an endpoint with its messages."""
    session.execute(sa.delete(WebhookMessage).where(col(WebhookMessage.endpoint) == row.id))
    session.delete(row)
