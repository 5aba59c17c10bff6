"""Single letters that answer something a person did: confirm, manage, export; notices to organizers; and the
question to readers whose state has new districts.

Their words lie in templates/email/letters: a subject, paragraphs, and a line ``> label: address`` that becomes
a button. The secret in a link is made when its letter is sent, so no queue ever holds one.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from sqlmodel import Session

from campaign.congress.state_names import state_name
from campaign.mailing import notices, policy
from campaign.mailing.addresses import Keys
from campaign.mailing.edition.render import filled
from campaign.mailing.edition.words import WORDS
from campaign.mailing.message import MARK, Attachment, Sealed, Sender, seal
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import new_districts, subscribers
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings


@dataclass(frozen=True)
class Part:
    """A paragraph, or with ``url`` a button."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class SingleMail:
    """A letter in plain values, ready to be put together."""

    subject: str
    parts: tuple[Part, ...]
    language: str
    attachment: Attachment | None = None
    # Set in mail to readers of the list, who can end it.
    stop_url: str = ""


def sender_of_single_mails(settings: Settings) -> Sender:
    """Who writes single letters. They may leave before a postal address is set; a sender is needed where mail
    really leaves, not where it is written to files for trying out."""
    name, address = parseaddr(settings.mail_from)
    if not address:
        if not settings.smtp_url.get_secret_value().startswith("file:"):
            raise Refused(
                "Email can’t go out until CAMPAIGN_MAIL_FROM is set.",
                "No puede salir ningún correo hasta que se defina CAMPAIGN_MAIL_FROM.",
            )
        name, address = "Campaign", "campaign@localhost.invalid"
    returned = parseaddr(settings.return_path)[1] or address
    local, _, host = returned.rpartition("@")
    postal = " ".join(settings.postal_address.split())
    return Sender(name, address, postal, settings.base_url, local, host, reply_to=address)


def prepare(
    session: Session, settings: Settings, kind: str, who: int | None, detail: dict[str, Any], *, now: datetime
) -> SingleMail | None:
    """What a letter says. Makes its link, hence the transaction; None where its reader is gone."""
    if kind == "notice":
        language = policy.policy(session).notify_language
        subject, text = notices.text(detail, language)
        here = {"subject": subject, "text": text, "organize_url": f"{settings.base_url}/organize/"}
        return _written(settings, "notice", language, here)
    reader = session.get(Subscriber, who) if who is not None else None
    if reader is None:
        return None
    language = str(detail.get("wish", {}).get("language", reader.language))
    start = f"{settings.base_url}/es" if language == "es" else settings.base_url
    values: dict[str, Any] = {"preferences_url": f"{start}/preferences"}
    attachment = None
    if kind == "confirm":
        token = subscribers.new_token(session, subscribers.number(reader), "confirm", detail["wish"], now=now)
        values["url"] = f"{start}/confirm/{token}"
        values["campaign"] = _title(session, language)
    elif kind == "manage":
        token = subscribers.new_token(session, subscribers.number(reader), "manage", {}, now=now)
        values["url"] = f"{start}/preferences/{token}"
    elif kind == new_districts.KIND:
        values["url"] = f"{start}/place/{Keys(settings).place_token(reader.key)}"
        values["state"] = state_name(reader.seat[:2], language)
        return _written(settings, kind, language, values, stop_url=f"{start}/unsubscribe/{MARK}")
    elif kind == "export":
        kept = json.dumps(subscribers.export(session, reader), indent=1, ensure_ascii=False)
        attachment = Attachment("my-data.json", kept.encode())
    return _written(settings, kind, language, values, attachment)


def _title(session: Session, language: str) -> str:
    """What the mail is about: the title of the campaign, which a stranger can recognize."""
    campaign = campaigns.first(session)
    return str(getattr(campaign, f"title_{language}")) if campaign else ""


def _written(
    settings: Settings,
    kind: str,
    language: str,
    values: dict[str, Any],
    attachment: Attachment | None = None,
    stop_url: str = "",
) -> SingleMail:
    sender = sender_of_single_mails(settings)
    name = sender.name or sender.address
    text = filled(f"letters/{kind}.{language}.txt", sender_name=name, **values)
    subject, *paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    return SingleMail(subject, tuple(_part(text) for text in paragraphs), language, attachment, stop_url)


def _part(paragraph: str) -> Part:
    found = re.fullmatch(r"> (.+?): (https?://\S+)", paragraph)
    return Part(found[1], found[2]) if found else Part(" ".join(paragraph.split()))


def sealed(sender: Sender, mail: SingleMail) -> Sealed:
    """A letter as bytes, but for its own headers."""
    values = {
        "subject": mail.subject,
        "parts": mail.parts,
        "lang": mail.language,
        "sender": sender,
        "stop_url": mail.stop_url,
        "words": WORDS[mail.language],
    }
    return seal(
        sender,
        subject=mail.subject,
        text=filled("letter.txt", **values),
        html=filled("letter.html", **values),
        attachment=mail.attachment,
        listed=bool(mail.stop_url),
    )
