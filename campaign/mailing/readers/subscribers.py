"""Who asked for the digest, how they confirmed it, change it and stop it.

Whoever asks gets the same answer, whether an address is new, known or suppressed; what differs is mailed to
the address itself. A sign-up changes nothing until the link in that mail is used.
"""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select

from campaign.actions import signatures
from campaign.congress import members
from campaign.congress.seats import read_seat
from campaign.mailing import askings, places, signing
from campaign.mailing.addresses import Address, Keys, digest, read_address
from campaign.mailing.models import (
    LIST_KINDS,
    PENDING,
    Attempt,
    Consent,
    Delivery,
    MailEvent,
    MailToken,
    Subscriber,
    Suppression,
)
from campaign.mailing.policy import policy
from campaign.mailing.readers import new_districts
from campaign.refusals import Refused

LANGUAGES = ("en", "es")
# Which words somebody agreed to; raised whenever the text beside the sign-up form changes its meaning.
WORDING = "2026-11"
CONFIRM_FOR = timedelta(hours=48)
MANAGE_FOR = timedelta(hours=1)
USED_KEPT = timedelta(days=7)
# List bombing: mails per address; askings.py counts those of a network place and of all together.
REPEAT_AFTER = timedelta(hours=24)
SINGLE_MAILS_A_WEEK = 3
ALREADY_EVERY = timedelta(days=7)
WEEK = timedelta(days=7)
# Nobody but the reader can lift these; a complaint even the reader cannot lift by signing up.
FINAL_REASONS = {"complaint", "organizer"}
_SEAT = re.compile(r"[A-Z]{2}(-[0-9]{1,2})?")

Purpose = Literal["confirm", "manage"]


@dataclass(frozen=True)
class Wish:
    """What a reader wants: language, seat (``TX-20``, ``TX`` or empty), slugs of proposals (none = all)."""

    language: str = "en"
    seat: str = ""
    proposals: tuple[str, ...] = ()
    alerts: bool = False

    def checked(self) -> "Wish":
        language = self.language if self.language in LANGUAGES else "en"
        seat = self.seat if _SEAT.fullmatch(self.seat) else ""
        slugs = sorted({slug for slug in self.proposals if re.fullmatch(r"[a-z0-9-]{1,80}", slug)})
        return Wish(language, seat, tuple(slugs), bool(self.alerts))

    def kept(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "seat": self.seat,
            "proposals": list(self.proposals),
            "alerts": self.alerts,
        }

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Wish":
        return cls(
            str(kept.get("language", "en")),
            str(kept.get("seat", "")),
            tuple(kept.get("proposals", ())),
            bool(kept.get("alerts", False)),
        ).checked()


@dataclass(frozen=True)
class Asked:
    """Where and how somebody signed up."""

    page: str = ""
    ip: str = ""
    wording: str = WORDING


# --- asking ----------------------------------------------------------------------------------------


def ask(
    session: Session, keys: Keys, campaign: str, email: str, wish: Wish, asked: Asked, *, now: datetime
) -> str:
    """Somebody signs up for a campaign's digest. Returns what was queued (confirm, already, nothing) for tests
    and counts alone: no page may show it. ``slow``: too many asked from there; that, a page tells.

    Raises Refused only for what cannot be an address.
    """
    address = read_address(email)
    if askings.too_often(session, keys, asked.ip, now):
        return "slow"
    found = find(session, keys, campaign, address)
    if found is None:
        found = add_reader(session, keys, campaign, address, wish.checked(), now)
    note_consent(session, found, "asked", asked, now)
    kind = "already" if found.state == "confirmed" else "confirm"
    if not _may_write(session, found, keys.all_of(address, campaign), kind, now):
        return "nothing"
    if found.state == "pending":
        # The month after which a sign-up is forgotten counts from the newest link.
        found.created = now
    session.add(Attempt(who=f"{kind}:{found.key}", at=now))
    session.add(single_mail(kind, found, now, wished(wish, now)))
    return kind


def ask_to_manage(
    session: Session, keys: Keys, campaign: str, email: str, asked: Asked, *, now: datetime
) -> str:
    """Somebody wants to see, change or erase what a campaign has of them: the link goes to that address."""
    address = read_address(email)
    if askings.too_often(session, keys, asked.ip, now):
        return "slow"
    found = find(session, keys, campaign, address)
    if (
        found is None
        or found.state == "pending"
        or askings.asked_since(session, f"manage:{found.key}", now - WEEK) >= 10
    ):
        return "nothing"
    session.add(Attempt(who=f"manage:{found.key}", at=now))
    session.add(single_mail("manage", found, now, {}))
    return "manage"


def wished(wish: Wish, now: datetime) -> dict[str, Any]:
    """What somebody wants, for the letter that asks to confirm it. With the moment: its seat is one of the map
    of that moment."""
    return {"wish": {**wish.checked().kept(), "at": now.isoformat()}}


def single_mail(kind: str, subscriber: Subscriber, now: datetime, detail: dict[str, Any]) -> Delivery:
    return Delivery(kind=kind, subscriber=subscriber.id, due=now, detail=detail)


def number(who: Subscriber) -> int:
    """The id of a reader that is in the database."""
    if who.id is None:
        raise ValueError("this subscriber was never stored")
    return who.id


def find(session: Session, keys: Keys, campaign: str, address: Address) -> Subscriber | None:
    """A campaign's reader by address."""
    known = col(Subscriber.key).in_(keys.all_of(address, campaign))
    return session.exec(select(Subscriber).where(Subscriber.campaign == campaign, known)).first()


def by_key(session: Session, key: str) -> Subscriber | None:
    """The reader whose address has this hash."""
    return session.exec(select(Subscriber).where(Subscriber.key == key)).first()


def add_reader(
    session: Session, keys: Keys, campaign: str, address: Address, wish: Wish, now: datetime
) -> Subscriber:
    """A new reader of a campaign; where another request was quicker, the one it made."""
    key = signing.key_of(session, keys, campaign, address)
    added = Subscriber(campaign=campaign, email=address.typed, key=key, created=now)
    _apply(session, added, wish)
    try:
        with session.begin_nested():
            session.add(added)
    except sa.exc.IntegrityError:
        return session.exec(select(Subscriber).where(Subscriber.key == key)).one()
    return added


def _apply(session: Session, subscriber: Subscriber, wish: Wish) -> None:
    subscriber.language, subscriber.alerts = wish.language, wish.alerts
    subscriber.seat = seat_in_table(session, wish.seat)
    subscriber.proposals = " ".join(wish.proposals)


def seat_in_table(session: Session, text: str) -> str:
    """A seat as the table has it (``AK-0`` for ``AK-1``), nothing for one that does not exist; as it was
    typed while no seats are known."""
    if not text or members.seat(session, text):
        return text
    try:
        return read_seat(session, text).id
    except Refused:
        return "" if members.seats(session) else text


def note_consent(
    session: Session, who: Subscriber, kind: str, asked: Asked, now: datetime, by: str = ""
) -> None:
    ip = asked.ip if policy(session).keep_ip else ""
    row = Consent(
        subscriber=number(who), kind=kind, at=now, page=asked.page, wording=asked.wording, ip=ip, by=by
    )
    session.add(row)


def _may_write(session: Session, who: Subscriber, names: list[str], kind: str, now: datetime) -> bool:
    if kind == "already":
        return askings.asked_since(session, f"already:{who.key}", now - ALREADY_EVERY) == 0
    barred = session.exec(select(Suppression).where(col(Suppression.key).in_([who.key, *names])))
    if any(row.reason in FINAL_REASONS for row in barred):
        return False
    name = f"confirm:{who.key}"
    today, week = (askings.asked_since(session, name, now - span) for span in (REPEAT_AFTER, WEEK))
    return today == 0 and week < SINGLE_MAILS_A_WEEK


# --- links that prove a mailbox --------------------------------------------------------------------


def new_token(
    session: Session, subscriber: int, purpose: Purpose, wish: dict[str, Any], *, now: datetime
) -> str:
    """A secret link, 256 bits, of which only the hash is stored. Made when its letter is written."""
    token = secrets.token_urlsafe(32)
    expires = now + (CONFIRM_FOR if purpose == "confirm" else MANAGE_FOR)
    session.add(
        MailToken(digest=digest(token), subscriber=subscriber, purpose=purpose, expires=expires, wish=wish)
    )
    return token


def holder(session: Session, token: str, purpose: Purpose, *, now: datetime) -> Subscriber | None:
    """Whose link this is, while it holds; looking changes nothing."""
    found = session.get(MailToken, digest(token))
    if found is None or found.purpose != purpose or found.used_at or found.expires <= now:
        return None
    return session.get(Subscriber, found.subscriber)


def confirm(session: Session, token: str, asked: Asked, *, now: datetime) -> Subscriber | None:
    """The reader pressed the button: from now on the digest comes. None for a link that does not hold."""
    who = holder(session, token, "confirm", now=now)
    if who is None:
        return None
    taken = session.execute(
        sa.update(MailToken)
        .where(col(MailToken.digest) == digest(token), col(MailToken.used_at).is_(None))
        .values(used_at=now)
    )
    if not _changed(taken):
        return None
    kept = session.get(MailToken, digest(token))
    barred = session.get(Suppression, who.key)
    if barred and barred.reason in FINAL_REASONS:
        return None
    if barred:
        session.delete(barred)
    wish = kept.wish if kept else {}
    _apply(session, who, Wish.of(wish))
    who.placed_at = datetime.fromisoformat(wish["at"]) if "at" in wish else now
    who.state, who.confirmed_at, who.stopped_at, who.why_stopped = "confirmed", now, None, ""
    who.score, who.score_at = 0, None
    note_consent(session, who, "confirmed", asked, now)
    return who


def _changed(result: Any) -> bool:
    rows: CursorResult[Any] = result
    return rows.rowcount == 1


# --- stopping --------------------------------------------------------------------------------------


def unsubscribe(session: Session, keys: Keys, token: str, *, now: datetime, page: str = "") -> bool:
    """End a subscription, for ever and at once; whether the link was one of ours.

    Doing it twice is doing it once. It works for a subscriber who is gone, too: the address stays barred.
    """
    key = keys.stopped(token)
    if key is None:
        return False
    who = by_key(session, key)
    if who is None:
        bar(session, key, "unsubscribed", campaign="", now=now)
    else:
        stop(session, who, "unsubscribed", now=now, page=page)
    return True


def stop(session: Session, who: Subscriber, reason: str, *, now: datetime, page: str = "") -> None:
    """No list mail to this reader from this transaction on, not even what is queued."""
    bar(session, who.key, reason, campaign=who.campaign, now=now)
    if who.state in ("stopped", "undeliverable") and who.why_stopped == reason:
        return
    who.state = "undeliverable" if reason == "bounced" else "stopped"
    who.why_stopped, who.stopped_at = reason, now
    note_consent(session, who, "stopped", Asked(page), now, by=reason)
    _suppress_queued(session, who, now)


def bar(session: Session, key: str, reason: str, *, campaign: str, now: datetime) -> None:
    """Keep an address from list mail; a graver reason replaces a lighter one, never the other way round."""
    known = session.get(Suppression, key)
    if known is None:
        session.add(Suppression(key=key, campaign=campaign, reason=reason, since=now))
    elif known.reason not in FINAL_REASONS:
        known.reason = reason
    session.flush()


def _suppress_queued(session: Session, who: Subscriber, now: datetime) -> None:
    waiting = sa.update(Delivery).where(
        col(Delivery.subscriber) == who.id,
        col(Delivery.kind).in_(LIST_KINDS),
        col(Delivery.state).in_(("pending", "deferred")),
    )
    session.execute(
        waiting.values(state="suppressed", ended_at=now, lease=None, owner="", reply=who.why_stopped)
    )


def change(session: Session, who: Subscriber, wish: Wish, *, now: datetime, page: str = "") -> None:
    """The reader, having proved the mailbox, wants something else from now on.

    A place that is left as their mail takes it does not confirm a district of an old map.
    """
    wish = wish.checked()
    if wish.seat == places.place_of(session, who, now=now):
        _apply(session, who, replace(wish, seat=who.seat))
    else:
        _apply(session, who, wish)
        _placed(session, who, now)
    note_consent(session, who, "changed", Asked(page), now)


def settle(session: Session, who: Subscriber, seat: str, *, now: datetime, page: str = "") -> None:
    """The reader, having proved the mailbox, says where they live, be it where they lived before."""
    who.seat = seat_in_table(session, seat)
    _placed(session, who, now)
    note_consent(session, who, "changed", Asked(page), now)


def _placed(session: Session, who: Subscriber, now: datetime) -> None:
    who.placed_at = now
    new_districts.drop_question(session, who, now=now)


def export(session: Session, who: Subscriber) -> dict[str, Any]:
    """Every field that is kept of a reader, for the reader alone; with the actions they took part in."""
    consents = session.exec(select(Consent).where(Consent.subscriber == who.id))
    copies = session.exec(select(Delivery).where(Delivery.subscriber == who.id).order_by(col(Delivery.id)))
    links = session.exec(select(MailToken).where(MailToken.subscriber == who.id))
    barred = session.get(Suppression, who.key)
    return {
        "subscriber": who.model_dump(mode="json"),
        "consents": [row.model_dump(mode="json") for row in consents],
        "deliveries": [row.model_dump(mode="json") for row in copies],
        "links": [row.model_dump(mode="json") for row in links],
        "suppression": barred.model_dump(mode="json") if barred else None,
        "actions": signatures.kept_of(session, who.key),
    }


def ask_for_export(session: Session, who: Subscriber, *, now: datetime) -> None:
    """Mail the reader everything that is kept; never shown in a browser."""
    session.add(single_mail("export", who, now, {}))


def erase(session: Session, who: Subscriber, *, now: datetime) -> None:
    """Forget a reader, and that they took part in actions. What remains is the keyed hash that keeps the
    address from being mailed again, and deliveries that count without saying whose they were."""
    bar(session, who.key, "erased", campaign=who.campaign, now=now)
    signatures.erase(session, who.key)
    who.why_stopped = "erased"
    _suppress_queued(session, who, now)
    mine = sa.update(Delivery).where(col(Delivery.subscriber) == who.id)
    session.execute(
        mine.where(col(Delivery.edition).is_(None), col(Delivery.state) != "sending").values(
            state="suppressed", ended_at=now
        )
    )
    session.execute(mine.values(subscriber=None, detail={}, reply=""))
    session.execute(sa.delete(Attempt).where(col(Attempt.who).like(f"%:{who.key}")))
    session.delete(who)
    session.flush()


# --- keeping within bounds -------------------------------------------------------------------------

RETIRED_AFTER = timedelta(days=30)


def tidy(session: Session, *, now: datetime) -> dict[str, int]:
    """Forget what has served: links a week after use or end, sign-ups never confirmed, countings, events."""
    old = now - USED_KEPT
    doomed: dict[str, Any] = {
        "links": sa.delete(MailToken).where(sa.or_(col(MailToken.used_at) < old, col(MailToken.expires) < old)),
        "askings": sa.delete(Attempt).where(col(Attempt.at) < now - WEEK),
        "events": sa.delete(MailEvent).where(col(MailEvent.seen_at) < now - RETIRED_AFTER),
        "sign-ups": sa.delete(Subscriber).where(
            sa.text(PENDING), col(Subscriber.created) < now - RETIRED_AFTER
        ),
    }
    return {name: int(getattr(session.execute(query), "rowcount", 0)) for name, query in doomed.items()}
