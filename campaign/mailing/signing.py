"""Mail to those who take part in an action: the link that confirms, and the reminder of a pledge.

Whoever asks gets the same answer; what differs is mailed to the address itself, as with readers
(readers/subscribers.py). The link of a signature never ends: it opens what is kept of it, and takes it back.
"""

import struct
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.actions import editing, signatures
from campaign.actions.models import CampaignAction, Signature
from campaign.actions.signatures import Entry
from campaign.mailing import askings
from campaign.mailing.addresses import Address, Keys, read_address
from campaign.mailing.models import Attempt, Delivery, Subscriber, Suppression
from campaign.proposals import campaigns

# Kinds of single mail: asks to confirm; says that it counts already; reminds of a pledge.
CONFIRM, KNOWN, PLEDGE = "sign", "signed", "pledge"
KINDS: Final = (CONFIRM, KNOWN, PLEDGE)
WEEK: Final = timedelta(days=7)
# Mails to one address about one action in a week.
MOST_A_WEEK: Final = {CONFIRM: 3, KNOWN: 1}
# Who gets no mail from anything but their own new sign-up, and who gets no reminder either.
BARRED: Final = ("complaint", "organizer")
UNREACHABLE: Final = (*BARRED, "bounced")
# The number of a signature and the second it was asked at.
_PAYLOAD: Final = struct.Struct(">QQ")


class Holder(NamedTuple):
    """Whose link was opened. ``asked`` is the second of the asking that the link was made for."""

    row: Signature
    action: CampaignAction
    asked: int


def sign(
    session: Session, keys: Keys, action: CampaignAction, email: str, entry: Entry, *, ip: str, now: datetime
) -> str:
    """Somebody takes part. Returns what was queued (sign, signed, nothing) for tests alone: no page may show
    it. ``slow``: too many asked from there; that, a page tells.

    Raises Refused for what cannot be an address, and for what is missing.
    """
    entry, address = entry.checked(action.kind), read_address(email)
    if askings.too_often(session, keys, ip, now):
        return "slow"
    names = keys.all_of(address, action.campaign)
    row = signatures.find(session, action, names)
    kind = KNOWN if row is not None and row.confirmed_at else CONFIRM
    key = row.key if row else key_of(session, keys, action.campaign, address)
    who = f"{kind}{action.id}:{key}"
    if _barred(session, names) or askings.asked_since(session, who, now - WEEK) >= MOST_A_WEEK[kind]:
        return "nothing"
    if row is None or kind == CONFIRM:
        row = signatures.put(session, action, key, address.typed, entry, now=now)
        session.flush()
    session.add(Attempt(who=who, at=now))
    session.add(Delivery(kind=kind, signature=row.id, due=now))
    return kind


def key_of(session: Session, keys: Keys, campaign: str, address: Address) -> str:
    """The hash by which a person is known in a campaign, as a reader or from an action; else by today's key.

    With one hash for both, who is erased or complains is found in both, whatever key they came under.
    """
    names = keys.all_of(address, campaign)
    reader = select(Subscriber.key).where(Subscriber.campaign == campaign, col(Subscriber.key).in_(names))
    return session.exec(reader).first() or signatures.key_of(session, campaign, names) or names[0]


def _barred(session: Session, names: list[str]) -> bool:
    found = select(Suppression.key).where(col(Suppression.key).in_(names), col(Suppression.reason).in_(BARRED))
    return session.exec(found).first() is not None


# --- the link --------------------------------------------------------------------------------------


def token(keys: Keys, row: Signature) -> str:
    """The link of a signature, as it was asked for last."""
    return keys.sign("signature", _PAYLOAD.pack(row.id or 0, int(row.asked_at.timestamp())))


def holder(session: Session, keys: Keys, token: str) -> Holder | None:
    """Whose link this is; looking changes nothing. None for one that is none of ours, or whose row is gone."""
    payload = keys.open("signature", token)
    if payload is None or len(payload) != _PAYLOAD.size:
        return None
    id, asked = _PAYLOAD.unpack(payload)
    row = session.get(Signature, id)
    return Holder(row, session.get_one(CampaignAction, row.action), asked) if row else None


def confirm(session: Session, found: Holder, *, today: date, now: datetime) -> bool:
    """The button was pressed; whether it counts now. An action that is over takes nobody in any more."""
    if found.row.confirmed_at is None and not editing.takes_part(session, found.action, today=today):
        return False
    return signatures.confirm(session, found.row.id or 0, found.asked, now=now)


# --- reminders -------------------------------------------------------------------------------------


def _pledges_of(session: Session, day: date) -> list[int | None]:
    """The open pledges of a day whose campaign asks for something; few, and looked up before any signature."""
    speaking = [campaign.slug for campaign in campaigns.speaking(session)]
    found = select(CampaignAction.id).where(
        CampaignAction.kind == "pledge",
        CampaignAction.state == "open",
        CampaignAction.day == day,
        col(CampaignAction.campaign).in_(speaking),
    )
    return list(session.exec(found))


def queue_reminders(session: Session, *, day: date, now: datetime) -> int:
    """Queue the reminders of pledges for this day, once for each; how many there are."""
    if not (pledges := _pledges_of(session, day)):
        return 0
    unreachable = sa.exists().where(
        col(Suppression.key) == col(Signature.key), col(Suppression.reason).in_(UNREACHABLE)
    )
    due = select(Signature).where(
        col(Signature.action).in_(pledges),
        col(Signature.confirmed_at).is_not(None),
        col(Signature.reminded_at).is_(None),
        ~unreachable,
    )
    rows = session.exec(due.order_by(col(Signature.id))).all()
    session.add_all(Delivery(kind=PLEDGE, signature=row.id, due=now) for row in rows)
    reminded = sa.update(Signature).where(col(Signature.id).in_([row.id for row in rows]))
    session.execute(reminded.values(reminded_at=now))
    return len(rows)
