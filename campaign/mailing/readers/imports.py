"""Readers from a list of somebody else's: confirmed only where somebody vouches for their consent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.models import Attempt, Subscriber, Suppression
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.refusals import Refused


@dataclass
class Imported:
    """What an import did. ``rejects`` maps a line of the file to why it was left out; no address is told."""

    confirmed: int = 0
    pending: int = 0
    already: int = 0
    suppressed: int = 0
    rejects: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    line: int
    email: str
    wish: Wish


def take_list(
    session: Session,
    keys: Keys,
    campaign: str,
    rows: Iterable[Row],
    *,
    attested_by: str,
    now: datetime,
    page: str = "import",
    ask_them: bool = False,
) -> Imported:
    """Add readers of a campaign from a list. Nobody known is changed, nobody who stopped comes back.

    With ``attested_by`` (who vouches that each of them asked for this) they are confirmed, else pending:
    they get nothing until they confirm, and the letter that asks them to only with ``ask_them``.
    """
    done = Imported()
    for row in rows:
        try:
            address = read_address(row.email)
        except Refused as refusal:
            done.rejects[row.line] = refusal.en
            continue
        names = keys.all_of(address, campaign)
        if session.exec(select(Suppression).where(col(Suppression.key).in_(names))).first():
            done.suppressed += 1
        elif subscribers.find(session, keys, campaign, address):
            done.already += 1
        else:
            wish = row.wish.checked()
            added = subscribers.add_reader(session, keys, campaign, address, wish, now)
            _note_origin(session, added, row, attested_by, now, page, ask_them, done)
    return done


def _note_origin(
    session: Session,
    added: Subscriber,
    row: Row,
    attested_by: str,
    now: datetime,
    page: str,
    ask_them: bool,
    done: Imported,
) -> None:
    if attested_by:
        added.state, added.confirmed_at = "confirmed", now
        subscribers.note_consent(session, added, "attested", Asked(page), now, by=attested_by)
        done.confirmed += 1
        return
    subscribers.note_consent(session, added, "imported", Asked(page), now)
    if ask_them:
        session.add(Attempt(who=f"confirm:{added.key}", at=now))
        session.add(subscribers.single_mail("confirm", added, now, subscribers.wished(row.wish, now)))
    done.pending += 1
