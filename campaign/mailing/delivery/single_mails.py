"""Single letters that answer something a person did: confirm, manage, export, taking part in an action; links,
notices and reminders to organizers; and the question to readers whose state has new districts.

Their words lie in templates/email/letters: a subject, paragraphs, and a line ``> label: address`` that becomes
a button. The secret in a link is made when its letter is sent, so no queue ever holds one.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaign.accounts import users
from campaign.actions.models import CampaignAction, Signature
from campaign.congress.state_names import state_name
from campaign.mailing import notices, places, policy, reminders, sign_in_links, signing
from campaign.mailing.addresses import Keys
from campaign.mailing.edition.render import filled
from campaign.mailing.edition.words import WORDS
from campaign.mailing.message import MARK, Attachment, Sealed, Sender, seal
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import new_districts, subscribers
from campaign.outreach import names
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign


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


def prepare(
    session: Session,
    keys: Keys,
    sender: Sender,
    kind: str,
    who: int | None,
    detail: dict[str, Any],
    *,
    signature: int | None = None,
    now: datetime,
) -> SingleMail | None:
    """What a letter says. Makes its link, hence the transaction; None where its reader is gone."""
    if kind == "notice":
        language = policy.policy(session).notify_language
        subject, text = notices.text(detail, language)
        here = {"subject": subject, "text": text, "organize_url": f"{sender.base_url}/organize/"}
        return _written(sender, "notice", language, here)
    if kind == reminders.KIND:
        language = policy.policy(session).notify_language
        start = f"{sender.base_url}/es" if language == "es" else sender.base_url
        told = {name: detail.get(name, []) for name in users.REMINDERS}
        return _written(sender, kind, language, {**told, "organize_url": f"{start}/organize/"})
    if kind == sign_in_links.KIND:
        url = sign_in_links.link(session, detail, now=now)
        linked = {"url": url, "hours": detail["hours"]}
        return _written(sender, kind, detail["language"], linked) if url else None
    if kind in signing.KINDS:
        return _of_action(session, keys, sender, kind, signature, now)
    reader = session.get(Subscriber, who) if who is not None else None
    if reader is None:
        return None
    wanted = str(detail.get("wish", {}).get("language", reader.language))
    language = campaigns.spoken(session, reader.campaign, wanted)
    start = f"{sender.base_url}/es" if language == "es" else sender.base_url
    values: dict[str, Any] = {"preferences_url": f"{start}/preferences"}
    attachment = None
    if kind == "confirm":
        token = subscribers.new_token(session, subscribers.number(reader), "confirm", detail["wish"], now=now)
        values["url"] = f"{start}/confirm/{token}"
        values["campaign"] = _title(session, reader, language)
    elif kind == "manage":
        token = subscribers.new_token(session, subscribers.number(reader), "manage", {}, now=now)
        values["url"] = f"{start}/preferences/{token}"
    elif kind == new_districts.KIND:
        values["url"] = f"{start}/place/{keys.place_token(reader.key)}"
        values["state"] = state_name(reader.seat[:2], language)
        return _written(sender, kind, language, values, stop_url=f"{start}/unsubscribe/{MARK}")
    elif kind == "export":
        kept = json.dumps(subscribers.export(session, reader), indent=1, ensure_ascii=False)
        attachment = Attachment("my-data.json", kept.encode())
    return _written(sender, kind, language, values, attachment)


def _of_action(
    session: Session, keys: Keys, sender: Sender, kind: str, signature: int | None, now: datetime
) -> SingleMail | None:
    """A letter to somebody who takes part in an action; None where they no longer do."""
    row = session.get(Signature, signature) if signature is not None else None
    if row is None or row.withdrawn_at is not None or (kind != signing.CONFIRM and row.confirmed_at is None):
        return None
    action = session.get_one(CampaignAction, row.action)
    language = campaigns.spoken(session, action.campaign, row.language)
    start = f"{sender.base_url}/es" if language == "es" else sender.base_url
    values = {
        "act": action.kind,
        "title": getattr(action, f"title_{language}"),
        "day": names.day(action.day, language) if action.day else "",
        "url": f"{start}/signature/{signing.token(keys, row)}",
        "call_url": f"{start}/{_page_to_call_from(session, row, now)}",
    }
    return _written(sender, kind, language, values)


def _page_to_call_from(session: Session, row: Signature, now: datetime) -> str:
    """The page of the seat where somebody lives who also reads the digest; else the one that asks for it."""
    reader = subscribers.by_key(session, row.key)
    seat = places.place_of(session, reader, now=now) if reader and reader.state == "confirmed" else ""
    return f"act/{seat}" if "-" in seat else "find"


def _title(session: Session, reader: Subscriber, language: str) -> str:
    """What the mail is about: the title of the reader's campaign, which a stranger can recognize."""
    campaign = session.get(Campaign, reader.campaign)
    return str(getattr(campaign, f"title_{language}")) if campaign else ""


def _written(
    sender: Sender,
    kind: str,
    language: str,
    values: dict[str, Any],
    attachment: Attachment | None = None,
    stop_url: str = "",
) -> SingleMail:
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
