"""The mail that carries a sign-in link."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import render_template

from campaign.mailing import message
from campaign.mailing.addresses import Keys
from campaign.mailing.message import Envelope
from campaign.mailing.transport import open_transport
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core.languages import _

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SignInMail:
    to: str
    subject: str
    text: str
    html: str


def sign_in_message(to: str, address: str, lang: str) -> SignInMail:
    """The words of the mail, in the language of the page that asked for it."""
    subject = _("Your link to the organizers’ pages")
    text = _(
        "Open this link to sign in. It works once, and only for a short time.\n\n%(address)s\n\n"
        "If you didn’t ask for it, do nothing. No one gets in without it.",
        address=address,
    )
    html = render_template("organize/link_mail.html", subject=subject, address=address, lang_code=lang)
    return SignInMail(to, subject, text, html)


def send(settings: Settings, sign_in_message: SignInMail, *, now: datetime) -> bool:
    """Hand the mail over; whether it left. Never raises: the page that asked has been answered already."""
    try:
        sender = message.sender_of(settings)
        sealed = message.seal(
            sender,
            subject=sign_in_message.subject,
            text=sign_in_message.text,
            html=sign_in_message.html,
            listed=False,
        )
        # Not a delivery: the moment is number enough for a Message-ID of its own.
        number = int(now.timestamp() * 1000)
        raw = message.copy_of(
            sealed, sender, Keys(settings), to=sign_in_message.to, number=number, now=now, token=None
        )
        transport = open_transport(settings)
        try:
            verdict = transport.send(Envelope(sender.address, sign_in_message.to, raw))
        finally:
            transport.close()
    except Refused as error:
        log.warning("sign-in link not mailed", reason=error.en)
        return False
    if verdict.kind != "sent":
        log.warning("sign-in link not mailed", reason=verdict.words)
    return verdict.kind == "sent"
